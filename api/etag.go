package api

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

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
	version, err := c.lib.Version()
	if err != nil { // the answer itself says what is wrong
		return false
	}
	access, u := c.access(), c.gin.Request.URL
	c.state = shortHash(fmt.Appendf(nil, "%q %q %+v %q %q %q", c.lib.Name(), version, access, u.EscapedPath(), u.RawQuery, c.gin.GetHeader("Accept")))
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
	body, err := encode(v)
	if err != nil {
		return err
	}
	same := body
	if lasting := withoutMoment(v); lasting != nil {
		if same, err = encode(lasting); err != nil {
			return err
		}
	}
	tag := entityTag{c.state, shortHash(same)}
	for _, known := range readTags(c.gin.GetHeader("If-None-Match")) {
		if known.body == tag.body {
			c.notModified(known)
			return nil
		}
	}
	c.gin.Header("ETag", tag.String())
	return writeBytes(c.gin.Writer, typeJSON, http.StatusOK, body)
}

// withoutMoment gives a copy of an answer without what differs each time; nil for one that has nothing of that.
func withoutMoment(v any) any {
	switch v := v.(type) {
	case *search.Answer:
		lasting := *v
		lasting.QueryID, lasting.TookMS = "", 0
		return &lasting
	case *search.Suggestions:
		lasting := *v
		lasting.TookMS = 0
		return &lasting
	}
	return nil
}

func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
