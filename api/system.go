package api

import (
	"errors"
	"net/http"

	"semdex"
	"semdex/search"
)

var systemRoutes = []route{
	{method: http.MethodGet, path: "/v1/status", id: "status", group: "System", summary: "State of the library",
		about: "Counts, and for each source when it was last read and how far behind it is. Takes any valid key; one with a filter learns how many assets it may see, and 0 of what else is counted.",
		serve: (*call).status, answers: ok("The state.", Status{})},
	{method: http.MethodGet, path: "/healthz", id: "healthz", group: "System", open: true, summary: "Is the server up",
		serve: (*call).healthz, answers: ok("It is.", Health{})},
	{method: http.MethodGet, path: "/readyz", id: "readyz", group: "System", open: true, summary: "Can the server answer",
		about: "503 while it cannot.", serve: (*call).readyz, answers: ok("It can.", Health{})},
	{method: http.MethodGet, path: "/metrics", id: "metrics", group: "System", open: true, summary: "Measures for Prometheus",
		serve: (*call).measures, answers: []answer{{status: http.StatusOK, about: "The measures.", media: []media{{typeText, nil}}}}},
	{method: http.MethodGet, path: "/openapi.json", id: "openapi", group: "System", open: true, summary: "This document",
		serve: (*call).openapi, answers: []answer{{status: http.StatusOK, about: "OpenAPI 3.1.", media: []media{{typeJSON, map[string]any{}}}}}},
	{method: http.MethodGet, path: "/docs", id: "docs", group: "System", open: true, summary: "This document, to read",
		serve: (*call).docs, answers: []answer{{status: http.StatusOK, about: "A page.", media: []media{{typeHTML, nil}}}}},
}

// Health is the answer of a server that is well.
type Health struct {
	Status string `json:"status" enum:"ok,ready"`
}

func (c *call) status() error {
	status, err := c.lib.Status(c.ctx())
	if err != nil {
		return err
	}
	if len(c.key.Filter) > 0 {
		if status, err = c.narrowed(status); err != nil {
			return err
		}
	}
	return c.json(http.StatusOK, status)
}

// narrowed is what a key with a filter learns of the state: the assets it may see are counted, what is counted of
// the others is left out.
func (c *call) narrowed(s Status) (Status, error) {
	seen, err := c.lib.Search(c.ctx(), search.Request{Limit: 1, Access: c.access()})
	if err != nil {
		return s, err
	}
	out := Status{Library: s.Library, Assets: seen.Total, Concepts: s.Concepts}
	for _, source := range s.Sources {
		source.Counts, source.LastError = nil, ""
		out.Sources = append(out.Sources, source)
	}
	return out, nil
}

func (c *call) healthz() error { return c.json(http.StatusOK, Health{"ok"}) }

// readyz tells no more than a semdex.Error says: it is open to all.
func (c *call) readyz() error {
	if err := c.libraries.Ready(); err != nil {
		busy := &semdex.Error{Code: semdex.Busy, Message: "not ready", Hint: "try again in a few seconds", Err: err}
		var told *semdex.Error
		if errors.As(err, &told) && told.Code == semdex.Busy {
			busy.Message, busy.Hint = told.Message, told.Hint
		}
		return busy
	}
	return c.json(http.StatusOK, Health{"ready"})
}

func (c *call) openapi() error {
	c.gin.Header("Cache-Control", "public, max-age=300")
	return writeBytes(c.gin.Writer, typeJSON, http.StatusOK, c.document)
}
