package canto

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// cursorVersion changes with the meaning of a cursor, and with how records are read.
const cursorVersion = 1

// cursor is what there was to see of a tenant before a Fetch listed its changes.
type cursor struct {
	Version   int               `json:"v"`
	Config    string            `json:"config"`             // how records are read
	Fields    map[string]string `json:"fields,omitempty"`   // custom fields, id to name, where they were asked for
	Albums    map[string]album  `json:"albums,omitempty"`   // by id
	First     string            `json:"first"`              // digest of the assets that were modified last
	Found     int               `json:"found"`              // how many assets there were; -1: not told
	Watermark time.Time         `json:"watermark,omitzero"` // when the last of them was modified
}

// album is an album as the tree shows it.
type album struct {
	Path string `json:"p"` // digest of its name and paths
	Size int    `json:"n"` // assets in it; -1: not told
}

// fingerprint is that of the settings by which records are read.
func (s *Source) fingerprint() string {
	c := s.config
	parts := []string{c.Prefix, c.URL, c.UserID, c.Scope, c.TimeZone.String(), c.Modified}
	parts = append(parts, c.Schemes...)
	for _, field := range slices.Sorted(maps.Keys(c.Map)) {
		parts = append(parts, field, c.Map[field])
	}
	return digest(parts...)
}

func digest(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// readCursor gives nil for a cursor that is none, or that stands for another configuration.
func readCursor(body []byte, fingerprint string) *cursor {
	var c cursor
	if len(body) == 0 || json.Unmarshal(body, &c) != nil || c.Version != cursorVersion || c.Config != fingerprint {
		return nil
	}
	return &c
}

func (c *cursor) encode() ([]byte, error) {
	c.Version = cursorVersion
	return json.Marshal(c)
}

// same reports whether there is nothing new to see.
func (c *cursor) same(now *cursor) bool {
	return c.First == now.First && c.Found == now.Found && maps.Equal(c.Albums, now.Albums)
}

// renamed reports whether a custom field has another name now, or is gone: then the records of all assets have
// changed, whatever their stamps say.
func (c *cursor) renamed(now *cursor) bool {
	for id, name := range c.Fields {
		if now.Fields[id] != name {
			return true
		}
	}
	return false
}

// changedAlbums gives the ids of the albums that are new, that grew or have another path, sorted. ok is false where
// an album lost assets: which ones, it does not say.
func (c *cursor) changedAlbums(now *cursor) (ids []string, ok bool) {
	for id, before := range c.Albums {
		after, there := now.Albums[id]
		if (!there && before.Size != 0) || (there && after.Size < before.Size) {
			return nil, false
		}
	}
	for id, after := range now.Albums {
		before, known := c.Albums[id]
		if after != before && (known || after.Size != 0) && (after.Size != 0 || before.Size != 0) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(a, b) })
	return ids, true
}

// pages is how many pages it takes to list these albums.
func (c *cursor) pages(albums []string, size int) int {
	n := 0
	for _, id := range albums {
		n += max(1, (c.Albums[id].Size+size-1)/size)
	}
	return n
}
