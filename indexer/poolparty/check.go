package poolparty

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"semdex"
	"semdex/indexer"
	"semdex/internal/remote"
)

// Check looks at the set-up: address, version, clock, credentials, project, export, modules and history. It exports
// the project once.
func (s *Source) Check(ctx context.Context) []indexer.Finding {
	c := &checking{Source: s, ctx: ctx, format: ntriples}
	if !c.address() {
		return c.List
	}
	p, now, ok := c.project()
	if !ok {
		return c.List
	}
	c.export(p)
	c.modules(p)
	c.history(p, now)
	return c.List
}

type checking struct {
	*Source
	ctx    context.Context
	format syntax // in which the export came
	indexer.Findings
}

// address asks for the version, which needs no credentials on most servers: any word of the server will do.
func (c *checking) address() bool {
	r := c.request("/PoolParty/api/version", nil)
	response, err := c.client.Do(c.ctx, r)
	fault := remote.FaultOf(err)
	switch {
	case err == nil:
	case fault != nil && (fault.Kind == remote.Unauthorized || fault.Kind == remote.Forbidden || fault.Kind == remote.Missing || fault.Kind == remote.Refused):
		c.Say(indexer.Fine, "address", c.config.URL+" answers", "")
		return true
	default:
		c.Tell(indexer.Failure, "address", c.explain(err))
		return false
	}
	if remote.IsPage(response.Body) {
		c.Tell(indexer.Failure, "address", c.client.Unreadable(r, response.Body, nil))
		return false
	}
	c.Say(indexer.Fine, "address", c.config.URL+" answers", "")
	c.Say(indexer.Fine, "version", "PoolParty "+version(response.Body), "")
	c.Clock("PoolParty", response.Header, c.config.Now())
	return true
}

// version reads a JSON string or plain text, cut short.
func version(body []byte) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(strings.Trim(strings.TrimSpace(string(body)), `"`), "?")), " ")
	return cmp.Or(strings.ToValidUTF8(text[:min(len(text), 40)], ""), "without a version")
}

func (c *checking) project() (project, time.Time, bool) {
	p, now, err := c.Source.project(c.ctx)
	code := semdex.CodeOf(err)
	if err != nil && code != semdex.NotFound && code != semdex.Invalid {
		subject := "credentials"
		if fault := remote.FaultOf(err); fault != nil && fault.System == c.client.System && fault.Kind != remote.Unauthorized {
			subject = "projects"
		}
		c.Tell(indexer.Failure, subject, err)
		return p, now, false
	}
	c.Say(indexer.Fine, "credentials", "PoolParty takes them", "")
	if err != nil {
		c.Tell(indexer.Failure, "project", err)
		return p, now, false
	}
	message := fmt.Sprintf("%q is there", p)
	if len(p.Languages) > 0 {
		message += ", in " + strings.Join(p.Languages, ", ")
	}
	c.Say(indexer.Fine, "project", message, "")
	return p, now, true
}

func (c *checking) export(p project) {
	documents, err := c.Source.export(c.ctx, p)
	if err != nil {
		c.Tell(indexer.Failure, "export", err)
		return
	}
	bytes := 0
	for _, d := range documents {
		bytes += len(d.Body)
		if d.Format == nquads.ending {
			c.format = nquads
		}
	}
	c.Say(indexer.Fine, "export", fmt.Sprintf("%d concepts, %d kB", countConcepts(documents), (bytes+1023)/1024), "")
}

// modules asks for each module but that of the concepts, which the export has shown.
func (c *checking) modules(p project) {
	for _, module := range c.config.Modules {
		if module == moduleConcepts {
			continue
		}
		subject := "module " + module
		if _, err := c.exportModules(c.ctx, p, c.format, []string{module}); err != nil {
			c.Tell(indexer.Warning, subject, err)
			continue
		}
		c.Say(indexer.Fine, subject, "can be exported", "")
	}
}

func (c *checking) history(p project, now time.Time) {
	if c.config.History == historyOff {
		c.Say(indexer.Warning, "history", "it is switched off, so every run exports the whole project", "set history: auto unless there is a reason")
		return
	}
	read, err := c.Source.history(c.ctx, p, now.Add(-overlap))
	if err == nil {
		c.Say(indexer.Fine, "history", fmt.Sprintf("it answers; %d changes in the last 26 hours", read.count), "")
		return
	}
	message, mend := "it does not answer, so every run exports the whole project", "ask for the right to read the history by the API"
	if fault := remote.FaultOf(err); fault != nil {
		message += ": " + fault.Error()
	}
	c.Say(indexer.Warning, "history", message, mend)
}
