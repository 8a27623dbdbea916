package search

import (
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
	Popularity int64       `json:"u,omitempty"` // epoch
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
	access.Use.On = "" // one may go on after midnight
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %s %v %v", r.Query, r.Lang, r.Expand, filters, r.Sort, access))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// nextCursor gives the cursor behind the last hit of a result.
func (q *querying) nextCursor(r *Result) string {
	c := cursor{Request: requestKey(q.request), Position: r.Hits[len(r.Hits)-1].Position, Statistics: &r.Statistics, Now: q.now, Popularity: q.popular.epoch}
	if sealed := q.sealer.seal(c.encode()); len(sealed) <= maxCursor {
		return sealed
	}
	c.Statistics = nil // more than any query of people has; the page goes on with those of its time
	return q.sealer.seal(c.encode())
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

// resume reads the request's cursor, if any, and takes from it where to go on and what scores depend on.
func (q *querying) resume(p *Plan) error {
	if q.request.Cursor == "" {
		return nil
	}
	bad := func(message string) error {
		return &semdex.Error{Code: semdex.Invalid, Message: message, Hint: "send next_cursor of the answer before with the same other parameters, or leave cursor out to begin again"}
	}
	body, ok := q.sealer.open(q.request.Cursor)
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
	p.After, p.Statistics = &c.Position, c.Statistics
	if c.Now != 0 {
		q.now = c.Now
	}
	q.popular = q.epoch(c.Popularity)
	return nil
}
