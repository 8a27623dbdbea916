package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"semdex"
	"semdex/search"
)

// entityTag is a weak tag (RFC 9110, 8.8.3) in two parts. The first names the state of the library and the
// request; where a client sends it back and neither changed, nothing is searched. The second is a hash of the
// answer, without what differs each time; where only the first changed, nothing is sent.
type entityTag struct{ state, body string }

func (t entityTag) String() string { return `W/"` + t.state + "." + t.body + `"` }

// readTags reads If-None-Match. Tags that are not of our form are left out.
func readTags(header string) []entityTag {
	var out []entityTag
	for part := range strings.SplitSeq(header, ",") {
		quoted := strings.TrimPrefix(strings.TrimSpace(part), "W/")
		inner, ok := strings.CutPrefix(quoted, `"`)
		inner, closed := strings.CutSuffix(inner, `"`)
		if state, body, parted := strings.Cut(inner, "."); ok && closed && parted && body != "" {
			out = append(out, entityTag{state, body})
		}
	}
	return out
}

// unchanged answers 304 where the client has the answer to this very request in the state of now. It notes that
// state: it is taken before the answer is made, so a tag never names a later one.
func (c *call) unchanged() bool {
	if c.gin.Request.Method == http.MethodPost {
		return false
	}
	c.tagged = true
	if c.args.text("vocabulary") == vocabularyDraft {
		return false // the version is that of the live vocabulary
	}
	if c.args.has("query_id") {
		return false // a click is noted, whatever the client has
	}
	version, err := c.lib.Version()
	if err != nil { // the answer itself says what is wrong
		return false
	}
	today := []semdex.Date{semdex.DateOf(c.now().In(c.lib.TimeZone())), semdex.DateOf(c.now().UTC())} // decisions go by the one, freshness by the other
	access, u := c.access(), c.gin.Request.URL
	c.state = shortHash(fmt.Appendf(nil, "%q %q %q %+v %q %q %q", c.lib.Name(), version, today, access, u.EscapedPath(), u.RawQuery, c.gin.GetHeader("Accept")))
	for _, known := range readTags(c.gin.GetHeader("If-None-Match")) {
		if known.state == c.state {
			c.notModified(known)
			return true
		}
	}
	return false
}

// notModified answers 304 with the tag that the client sent: it is what its cache knows the answer by.
func (c *call) notModified(known entityTag) {
	c.gin.Header("ETag", known.String())
	c.gin.Status(http.StatusNotModified)
}

// jsonTagged answers with v and its tag, or with 304 where the client has the same already.
func (c *call) jsonTagged(v any) error {
	b, sent := takeBuffer(), takeBuffer()
	defer b.giveBack()
	defer sent.giveBack()
	lasting, moments := withoutMoment(v)
	body, err := b.encode(lasting)
	if err != nil {
		return err
	}
	tag := entityTag{c.state, shortHash(body)}
	for _, known := range readTags(c.gin.GetHeader("If-None-Match")) {
		if known.body == tag.body {
			c.notModified(known)
			return nil
		}
	}
	if err := sent.withMoment(body, moments); err != nil {
		return err
	}
	c.gin.Header("ETag", tag.String())
	return writeBytes(c.gin.Writer, typeJSON, http.StatusOK, sent.Bytes())
}

// moment is a member of an answer that differs each time, and the JSON of its zero value.
type moment struct {
	name, zero string
	value      any
}

// withoutMoment gives a copy of an answer with zero values for what differs each time, and what that is.
func withoutMoment(v any) (lasting any, moments []moment) {
	switch v := v.(type) {
	case *search.Answer:
		lasting := *v
		lasting.QueryID, lasting.TookMS = "", 0
		return &lasting, []moment{{"query_id", `""`, v.QueryID}, {"took_ms", "0", v.TookMS}}
	case *search.Suggestions:
		lasting := *v
		lasting.TookMS = 0
		return &lasting, []moment{{"took_ms", "0", v.TookMS}}
	}
	return v, nil
}

// withMoment writes the JSON of an answer with what differs each time put into it, so that it is encoded once. Moments
// come in the order of their members. The first place that reads like the member is the member: in what stands before
// it, quotes are escaped.
func (b *buffer) withMoment(body []byte, moments []moment) error {
	for _, m := range moments {
		value, err := json.Marshal(m.value)
		if err != nil {
			return fmt.Errorf("encode %s: %w", m.name, err)
		}
		member := `"` + m.name + `":`
		if before, after, found := bytes.Cut(body, []byte(member+m.zero)); found {
			b.Write(before)
			b.WriteString(member)
			b.Write(value)
			body = after
		}
	}
	b.Write(body)
	return nil
}

func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
