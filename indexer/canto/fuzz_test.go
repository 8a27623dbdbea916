package canto

import (
	"encoding/json"
	"testing"
	"time"

	"semdex"
)

// FuzzRecord reads records of any kind with a map of every target: each becomes an asset that can be stored, or is
// rejected with a reason.
func FuzzRecord(f *testing.F) {
	seeds := []string{`{"id":"a","scheme":"image"}`, `{"id":"a","size":"1","tag":["t"],"additional":{"title":"T","rights.valid_until":"2026-01-01","tags":["a",null,{}]}}`,
		`{"id":1,"default":{"Date modified":"20240131093005123"},"relatedAlbums":[{"namePath":"a/b"}],"url":{"directUrlPreview":"https://x/800?y"}}`,
		`{"id":"a","additional":{"duration":1e400,"size":-1,"created":"20240131093005123","approval":true,"rights.territories":"a;b"}}`, `null`, `[`, ``}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	fields := map[string]string{}
	for _, name := range []string{"title", "description.de", "tags", "created", "modified", "size", "duration", "approval", "language", "albums", "rights.valid_from", "rights.valid_until",
		"rights.territories", "rights.editorial", "rights.cost.amount", "links.preview"} {
		fields[name] = name
	}
	source := reader(f, fields)
	f.Fuzz(func(t *testing.T, raw []byte) {
		e := source.entry(imageList, row{raw: json.RawMessage(raw)})
		item := source.item(e)
		switch {
		case item.Rejected != nil:
			if item.Rejected.Reason == "" || item.Asset != nil {
				t.Errorf("got %+v, want a reason and no asset", item)
			}
		case item.Asset == nil || item.Asset.ID.Source() != "canto":
			t.Errorf("got %+v, want an asset of this source", item)
		default:
			record, err := semdex.NewRecord(item.Asset)
			if err != nil {
				t.Fatalf("the asset cannot be written: %v", err)
			}
			var back semdex.Asset
			if err := json.Unmarshal(record.Body, &back); err != nil {
				t.Errorf("the asset cannot be read again: %v: %s", err, record.Body)
			}
		}
		source.signature(page{rows: []row{{raw: raw}}})
	})
}

// FuzzToken reads replies of any kind: a token is one that may stand in a header, for a bounded time.
func FuzzToken(f *testing.F) {
	for _, seed := range []string{`{"accessToken":"abc","expiresIn":3600}`, `{"access_token":"abc","expires_in":"3600"}`, `{"accessToken":"a\nb"}`, `{"accessToken":"x","expiresIn":1e999}`, `[]`, ``} {
		f.Add([]byte(seed))
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		token, err := readToken(body, now)
		if err != nil {
			return
		}
		if checkToken(token.AccessToken) != nil || !token.Expiry.After(now) || token.Expiry.Sub(now) > maxLife {
			t.Errorf("got %+v of %q, want a token for a while", token, body)
		}
	})
}

// FuzzPage reads pages of any kind.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{`{"results":[{"id":"a"}],"found":1}`, `{"results":null,"found":"x"}`, `{"found":-1}`, `{}`, `[1`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := readPage(body, 5)
		if err == nil && (p.found < -1 || len(p.rows) > 0 && p.rows[0].position != 5) {
			t.Errorf("got %+v of %q, want rows from 5 on and a count", p, body)
		}
	})
}
