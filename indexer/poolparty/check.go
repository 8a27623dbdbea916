package poolparty

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"semdex"
	"semdex/indexer"
	"semdex/internal/remote"
)

// maxClockOff is how far the clocks may be apart before tokens and histories suffer.
const maxClockOff = 5 * time.Minute

// Check looks at the set-up: address, version, clock, credentials, project, export, modules and history. It exports
// the project once.
func (s *Source) Check(ctx context.Context) []indexer.Finding {
	c := &checking{Source: s, ctx: ctx, format: ntriples}
	if !c.address() {
		return c.findings
	}
	p, now, ok := c.project()
	if !ok {
		return c.findings
	}
	c.export(p)
	c.modules(p)
	c.history(p, now)
	return c.findings
}

type checking struct {
	*Source
	ctx      context.Context
	format   syntax // in which the export came
	findings []indexer.Finding
}

func (c *checking) say(level indexer.Level, subject, message, mend string) {
	c.findings = append(c.findings, indexer.Finding{Level: level, Subject: subject, Message: message, Mend: mend})
}

// fail tells an error as a finding.
func (c *checking) fail(level indexer.Level, subject string, err error) {
	var known *semdex.Error
	if !errors.As(err, &known) {
		c.say(level, subject, err.Error(), "try again")
		return
	}
	message := known.Message
	if fault := remote.FaultOf(err); fault != nil {
		message += ": " + fault.Error()
	}
	c.say(level, subject, message, cmp.Or(known.Hint, "try again"))
}

// address asks for the version, which needs no credentials on most servers: any word of the server will do.
func (c *checking) address() bool {
	r := c.request("/PoolParty/api/version", nil)
	response, err := c.client.Do(c.ctx, r)
	fault := remote.FaultOf(err)
	switch {
	case err == nil:
	case fault != nil && (fault.Kind == remote.Unauthorized || fault.Kind == remote.Forbidden || fault.Kind == remote.Missing || fault.Kind == remote.Refused):
		c.say(indexer.Fine, "address", c.config.URL+" answers", "")
		return true
	default:
		c.fail(indexer.Failure, "address", c.explain(err))
		return false
	}
	if remote.IsPage(response.Body) {
		c.fail(indexer.Failure, "address", c.client.Unreadable(r, response.Body, nil))
		return false
	}
	c.say(indexer.Fine, "address", c.config.URL+" answers", "")
	c.say(indexer.Fine, "version", "PoolParty "+version(response.Body), "")
	c.clock(response.Header)
	return true
}

// version reads a JSON string or plain text, cut short.
func version(body []byte) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(strings.Trim(strings.TrimSpace(string(body)), `"`), "?")), " ")
	return cmp.Or(strings.ToValidUTF8(text[:min(len(text), 40)], ""), "without a version")
}

func (c *checking) clock(h http.Header) {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	if off := c.config.Now().Sub(at).Round(time.Second); off.Abs() > maxClockOff {
		c.say(indexer.Warning, "clock", fmt.Sprintf("the clocks of this machine and of PoolParty are %s apart", off.Abs()), "set both by a time server")
		return
	}
	c.say(indexer.Fine, "clock", "agrees with that of PoolParty", "")
}

func (c *checking) project() (project, time.Time, bool) {
	p, now, err := c.Source.project(c.ctx)
	code := semdex.CodeOf(err)
	if err != nil && code != semdex.NotFound && code != semdex.Invalid {
		subject := "credentials"
		if fault := remote.FaultOf(err); fault != nil && fault.System == c.client.System && fault.Kind != remote.Unauthorized {
			subject = "projects"
		}
		c.fail(indexer.Failure, subject, err)
		return p, now, false
	}
	c.say(indexer.Fine, "credentials", "PoolParty takes them", "")
	if err != nil {
		c.fail(indexer.Failure, "project", err)
		return p, now, false
	}
	message := fmt.Sprintf("%q is there", p)
	if len(p.Languages) > 0 {
		message += ", in " + strings.Join(p.Languages, ", ")
	}
	c.say(indexer.Fine, "project", message, "")
	return p, now, true
}

func (c *checking) export(p project) {
	documents, err := c.Source.export(c.ctx, p)
	if err != nil {
		c.fail(indexer.Failure, "export", err)
		return
	}
	bytes := 0
	for _, d := range documents {
		bytes += len(d.Body)
		if d.Format == nquads.ending {
			c.format = nquads
		}
	}
	c.say(indexer.Fine, "export", fmt.Sprintf("%d concepts, %d kB", countConcepts(documents), (bytes+1023)/1024), "")
}

// modules asks for each module but that of the concepts, which the export has shown.
func (c *checking) modules(p project) {
	for _, module := range c.config.Modules {
		if module == moduleConcepts {
			continue
		}
		subject := "module " + module
		if _, err := c.exportModules(c.ctx, p, c.format, []string{module}); err != nil {
			c.fail(indexer.Warning, subject, err)
			continue
		}
		c.say(indexer.Fine, subject, "can be exported", "")
	}
}

func (c *checking) history(p project, now time.Time) {
	if c.config.History == historyOff {
		c.say(indexer.Warning, "history", "it is switched off, so every run exports the whole project", "set history: auto unless there is a reason")
		return
	}
	read, err := c.Source.history(c.ctx, p, now.Add(-overlap))
	if err == nil {
		c.say(indexer.Fine, "history", fmt.Sprintf("it answers; %d changes in the last 26 hours", read.count), "")
		return
	}
	message, mend := "it does not answer, so every run exports the whole project", "ask for the right to read the history by the API"
	if fault := remote.FaultOf(err); fault != nil {
		message += ": " + fault.Error()
	}
	c.say(indexer.Warning, "history", message, mend)
}
