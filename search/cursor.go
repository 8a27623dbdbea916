package search

import (
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"

	"semdex"
)

// maxCursor bounds a cursor, in bytes.
const maxCursor = 4096

// cursor says where to go on and for which request, and what scores depend on that changes with time: whoever
// goes on is given scores as they were at the beginning.
type cursor struct {
	Request    string `json:"r"`
	Position   `json:"p"`
	Statistics *Statistics `json:"w,omitempty"`
	Now        int64       `json:"o,omitempty"` // Signals.Now
	Today      semdex.Date `json:"d,omitempty"` // by which rules of the curation hold
	Popularity int64       `json:"u,omitempty"` // epoch
	Understood string      `json:"q,omitempty"` // what the query was understood as
}

// sealer makes cursors unreadable and unforgeable: how many assets have a word is not for every reader to know.
type sealer struct {
	aead  cipher.AEAD
	nonce []byte // key of the nonces
}

// newSealer takes the secret of a library; none is one that lives as long as the process.
func newSealer(secret []byte) *sealer {
	if len(secret) == 0 {
		secret = make([]byte, 32)
		rand.Read(secret)
	}
	derive := func(purpose string) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(purpose))
		return h.Sum(nil)
	}
	block, err := aes.NewCipher(derive("cursor"))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has blocks of 16 bytes
	}
	return &sealer{aead, derive("nonce")}
}

// seal gives the same cursor for the same body: the nonce is made of the body (P. Rogaway, T. Shrimpton, 2006).
func (s *sealer) seal(body []byte) string {
	h := hmac.New(sha256.New, s.nonce)
	h.Write(body)
	nonce := h.Sum(nil)[:s.aead.NonceSize()]
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, body, nil))
}

func (s *sealer) open(sealed string) ([]byte, bool) {
	if len(sealed) > maxCursor {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || len(raw) < s.aead.NonceSize() {
		return nil, false
	}
	body, err := s.aead.Open(nil, raw[:s.aead.NonceSize()], raw[s.aead.NonceSize():], nil)
	return body, err == nil
}

// requestKey fingerprints what must be the same for a cursor to go on.
func requestKey(r *Request) string {
	filters, err := json.Marshal(r.Filters)
	if err != nil {
		return "" // a map of strings always marshals
	}
	access := r.Access
	access.Use.On, access.Restriction = "", nil // one may go on after midnight
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %s %v %v %s %t", r.Query, r.Lang, r.Expand, filters, r.Sort, access, r.reach(), r.AsTyped))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// pages is what those who go on by a cursor need beside it.
type pages struct {
	*sealer
	mu     sync.Mutex
	kept   map[string]understood
	oldest []string // keys of kept
	by     uint64   // the newest vocabulary, of which all in kept is
}

// maxUnderstood is how many queries are remembered as they were understood.
const maxUnderstood = 256

func newPages(secret []byte) *pages {
	return &pages{sealer: newSealer(secret), kept: map[string]understood{}}
}

// understood is what a query was understood as. It may depend on which words stand in how many assets, so whoever goes
// on by a cursor is given that of the beginning.
type understood struct {
	known     bool
	by        uint64 // the number of the vocabulary; it is not held in memory
	query     string
	units     []unit
	compounds []Compound
	about     []About
	ignored   int

	typed       []Clause
	corrections []Correction
	near        *spelling
}

// keep remembers what a query was understood as and gives the key to it.
func (p *pages) keep(u understood) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %v %v %v", u.by, u.query, u.units, u.corrections, u.near != nil))
	key := base64.RawURLEncoding.EncodeToString(sum[:9])
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.by > p.by {
		clear(p.kept)
		p.oldest, p.by = nil, u.by
	}
	if _, again := p.kept[key]; again || u.by < p.by {
		return key
	}
	if len(p.oldest) == maxUnderstood {
		delete(p.kept, p.oldest[0])
		p.oldest = slices.Delete(p.oldest, 0, 1)
	}
	p.kept[key], p.oldest = u, append(p.oldest, key)
	return key
}

// of gives what a query was understood as by a state of the vocabulary, if it is remembered still.
func (p *pages) of(key, query string, by *state) (understood, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, ok := p.kept[key]
	return u, ok && u.by == by.number && u.query == query
}

// recall understands the query, or remembers what it was understood as.
func (q *querying) recall(ctx context.Context) ([]unit, error) {
	if !q.meant.known {
		units, err := q.understand(ctx)
		q.meant = understood{known: true, by: q.st.number, query: q.request.Query, units: units, compounds: q.compounds, about: q.about, ignored: q.ignored, typed: q.typed, corrections: q.corrections}
		return slices.Clone(units), err
	}
	q.compounds, q.about, q.ignored = q.meant.compounds, q.meant.about, q.meant.ignored
	q.typed, q.corrections, q.recalled = q.meant.typed, q.meant.corrections, true
	return slices.Clone(q.meant.units), nil
}

// nextCursor gives the cursor behind the last hit of a result.
func (q *querying) nextCursor(r *Result) string {
	c := cursor{Request: requestKey(q.request), Position: r.Hits[len(r.Hits)-1].Position, Statistics: &r.Statistics,
		Now: q.now, Today: q.today, Popularity: q.popular.epoch, Understood: q.pages.keep(q.meant)}
	if sealed := q.pages.seal(c.encode()); len(sealed) <= maxCursor {
		return sealed
	}
	c.Statistics = nil // more than any query of people has; the page goes on with those of its time
	return q.pages.seal(c.encode())
}

func (c *cursor) encode() []byte {
	body, err := json.Marshal(c)
	if err != nil {
		return nil // numbers and strings always marshal
	}
	return body
}

// decodeCursor reads what encode wrote, and refuses what no search gives.
func decodeCursor(body []byte) (*cursor, bool) {
	var c cursor
	if json.Unmarshal(body, &c) != nil || !isScore(c.Score) {
		return nil, false
	}
	if s := c.Statistics; s != nil && (s.Assets < 0 || !isCount(s.Words) || slices.ContainsFunc(s.Frequent, func(n float64) bool { return !isCount(n) })) {
		return nil, false
	}
	return &c, true
}

func isCount(n float64) bool { return n >= 0 && n < math.MaxInt32*1024 }

func isScore(n float64) bool { return math.Abs(n) < 1e15 }

// resume reads the request's cursor, if any, and takes from it what scores depend on.
func (q *querying) resume() (*cursor, error) {
	if q.request.Cursor == "" {
		return nil, nil
	}
	bad := func(message string) (*cursor, error) {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: message, Hint: "send next_cursor of the answer before with the same other parameters, or leave cursor out to begin again"}
	}
	body, ok := q.pages.open(q.request.Cursor)
	if !ok {
		return bad("the cursor is not one of ours")
	}
	c, ok := decodeCursor(body)
	if !ok {
		return bad("the cursor is not one of ours")
	}
	if c.Request != requestKey(q.request) {
		return bad("the cursor belongs to another query")
	}
	if c.Now != 0 {
		q.now = c.Now
	}
	q.today = cmp.Or(c.Today, q.today)
	q.popular = q.epoch(c.Popularity)
	if u, ok := q.pages.of(c.Understood, q.request.Query, q.st); ok {
		q.meant = u
	}
	return c, nil
}
