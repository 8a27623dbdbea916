package poolparty

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
)

// cursorVersion changes with the meaning of a cursor.
const cursorVersion = 1

// cursor is what is known of the last export.
type cursor struct {
	Version int    `json:"v"`
	Config  string `json:"config"` // what was exported, and how
	Export  string `json:"export"` // digest of its statements

	From   time.Time `json:"from,omitzero"`    // the history was read from here on
	Events string    `json:"events,omitempty"` // digest of what was there; empty: there is no history

	LastChange string `json:"last_change,omitempty"` // where there is no history: the time of the last change, as it was told
	Settled    bool   `json:"settled,omitempty"`     // it was the same at the export before, so nothing changed within its second
}

// fingerprint is that of what is exported.
func (s *Source) fingerprint(p project) string {
	parts := append([]string{plainID(p.ID), s.config.Format}, s.config.Modules...)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// readCursor gives nil for a cursor that is none, or that stands for another configuration.
func readCursor(body []byte, fingerprint string) *cursor {
	var c cursor
	if len(body) == 0 || json.Unmarshal(body, &c) != nil || c.Version != cursorVersion || c.Config != fingerprint {
		return nil
	}
	return &c
}

func (c cursor) encode() ([]byte, error) {
	c.Version = cursorVersion
	return json.Marshal(c)
}
