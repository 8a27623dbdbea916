package semdex

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AssetID names an asset within a library: the source's prefix, a colon, the id at the source
// ("files:a1", "canto:image:abc").
type AssetID string

// Approval is where an asset stands in its review.
type Approval string

const (
	Approved   Approval = "approved"
	Pending    Approval = "pending"
	Restricted Approval = "restricted"
	Rejected   Approval = "rejected"
	Expired    Approval = "expired"
	Archived   Approval = "archived"
)

// Approvals are all states, in the order of a review.
var Approvals = []Approval{Approved, Pending, Restricted, Rejected, Expired, Archived}

// Links are the addresses at which the source shows an asset.
type Links struct {
	Thumbnail string `json:"thumbnail,omitempty"`
	Preview   string `json:"preview,omitempty"`
	Original  string `json:"original,omitempty"`
	Detail    string `json:"detail,omitempty"`
}

// Asset is the metadata of one asset as its source gave it. Concepts, Tags, Keywords and Fields hold raw
// values: which concept a value names is decided at query time, so nothing here changes with a vocabulary.
type Asset struct {
	ID          AssetID             `json:"id"`
	Type        string              `json:"type,omitempty"` // image, video, document, presentation, audio, ...
	MIME        string              `json:"mime,omitempty"`
	Name        string              `json:"name,omitempty"` // file name
	Title       Text                `json:"title,omitempty"`
	Description Text                `json:"description,omitempty"`
	Alt         Text                `json:"alt,omitempty"`
	Language    string              `json:"language,omitempty"` // of the untagged texts
	Keywords    []string            `json:"keywords,omitempty"`
	Tags        []string            `json:"tags,omitempty"`
	Concepts    []string            `json:"concepts,omitempty"` // URIs, or notations and labels that name one concept
	Albums      []string            `json:"albums,omitempty"`   // paths, "Campaigns/2026/Spring"
	Fields      map[string][]string `json:"fields,omitempty"`   // custom fields
	Approval    Approval            `json:"approval,omitempty"`
	Created     time.Time           `json:"created,omitzero"`
	Modified    time.Time           `json:"modified,omitzero"`
	Size        int64               `json:"size,omitempty"`     // bytes
	Width       int64               `json:"width,omitempty"`    // pixels
	Height      int64               `json:"height,omitempty"`   // pixels
	Duration    float64             `json:"duration,omitempty"` // seconds
	MD5         string              `json:"md5,omitempty"`
	PHash       string              `json:"phash,omitempty"` // perceptual hash, as the source wrote it
	Credit      string              `json:"credit,omitempty"`
	Copyright   string              `json:"copyright,omitempty"`
	Rights      *Rights             `json:"rights,omitempty"`
	Links       Links               `json:"links,omitzero"`
}

// MaxAssetID bounds an AssetID, in bytes.
const MaxAssetID = 512

// Source is the part of the id before the first colon.
func (id AssetID) Source() string {
	source, _, _ := strings.Cut(string(id), ":")
	return source
}

// Check says what is wrong with an id, whether it bears its source's prefix yet or not.
func (id AssetID) Check() error {
	switch {
	case len(id) > MaxAssetID:
		return fmt.Errorf("longer than %d bytes", MaxAssetID)
	case strings.ContainsFunc(string(id), func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("holds a control character")
	}
	return nil
}

// assetKeys reads each known key of an asset line. A key that is not here is a custom field.
var assetKeys = map[string]func(*Asset, json.RawMessage) error{
	"id":          func(a *Asset, v json.RawMessage) error { return readID(v, &a.ID) },
	"type":        func(a *Asset, v json.RawMessage) error { return readString(v, &a.Type) },
	"mime":        func(a *Asset, v json.RawMessage) error { return readString(v, &a.MIME) },
	"name":        func(a *Asset, v json.RawMessage) error { return readString(v, &a.Name) },
	"title":       func(a *Asset, v json.RawMessage) error { return a.Title.UnmarshalJSON(v) },
	"description": func(a *Asset, v json.RawMessage) error { return a.Description.UnmarshalJSON(v) },
	"alt":         func(a *Asset, v json.RawMessage) error { return a.Alt.UnmarshalJSON(v) },
	"language":    func(a *Asset, v json.RawMessage) error { return readLanguage(v, &a.Language) },
	"keywords":    func(a *Asset, v json.RawMessage) error { return readStrings(v, &a.Keywords) },
	"tags":        func(a *Asset, v json.RawMessage) error { return readStrings(v, &a.Tags) },
	"concepts":    func(a *Asset, v json.RawMessage) error { return readStrings(v, &a.Concepts) },
	"albums":      func(a *Asset, v json.RawMessage) error { return readStrings(v, &a.Albums) },
	"fields":      readFields,
	"approval":    readApproval,
	"created":     func(a *Asset, v json.RawMessage) error { return readTime(v, &a.Created) },
	"modified":    func(a *Asset, v json.RawMessage) error { return readTime(v, &a.Modified) },
	"size":        func(a *Asset, v json.RawMessage) error { return readInt(v, &a.Size) },
	"width":       func(a *Asset, v json.RawMessage) error { return readInt(v, &a.Width) },
	"height":      func(a *Asset, v json.RawMessage) error { return readInt(v, &a.Height) },
	"duration":    func(a *Asset, v json.RawMessage) error { return readNumber(v, &a.Duration) },
	"md5":         func(a *Asset, v json.RawMessage) error { return readString(v, &a.MD5) },
	"phash":       func(a *Asset, v json.RawMessage) error { return readString(v, &a.PHash) },
	"credit":      func(a *Asset, v json.RawMessage) error { return readString(v, &a.Credit) },
	"copyright":   func(a *Asset, v json.RawMessage) error { return readString(v, &a.Copyright) },
	"rights":      readRights,
	"links":       func(a *Asset, v json.RawMessage) error { return readPart(a, "links", v, &a.Links, linkKeys) },
}

// rightsKeys are those of rights but for cost, an object itself.
var rightsKeys = map[string]func(*Rights, json.RawMessage) error{
	"valid_from":  func(r *Rights, v json.RawMessage) error { return readDate(v, &r.ValidFrom) },
	"valid_until": func(r *Rights, v json.RawMessage) error { return readDate(v, &r.ValidUntil) },
	"territories": func(r *Rights, v json.RawMessage) error { return readStrings(v, &r.Territories) },
	"channels":    func(r *Rights, v json.RawMessage) error { return readStrings(v, &r.Channels) },
	"license":     func(r *Rights, v json.RawMessage) error { return readString(v, &r.License) },
	"editorial":   func(r *Rights, v json.RawMessage) error { return readBool(v, &r.Editorial) },
	"source":      func(r *Rights, v json.RawMessage) error { return readString(v, &r.Source) },
}

var moneyKeys = map[string]func(*Money, json.RawMessage) error{
	"amount":   func(m *Money, v json.RawMessage) error { return readNumber(v, &m.Amount) },
	"currency": func(m *Money, v json.RawMessage) error { return readString(v, &m.Currency) },
}

var linkKeys = map[string]func(*Links, json.RawMessage) error{
	"thumbnail": func(l *Links, v json.RawMessage) error { return readString(v, &l.Thumbnail) },
	"preview":   func(l *Links, v json.RawMessage) error { return readString(v, &l.Preview) },
	"original":  func(l *Links, v json.RawMessage) error { return readString(v, &l.Original) },
	"detail":    func(l *Links, v json.RawMessage) error { return readString(v, &l.Detail) },
}

// UnmarshalJSON reads an asset line. Only id is required. Numbers may stand as strings, single values
// where a list is meant; unknown keys are kept under Fields, those of rights and links by their full name
// ("rights.model_release"). The error names the key it stands at.
func (a *Asset) UnmarshalJSON(data []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return fmt.Errorf("not a JSON object")
	}
	*a = Asset{}
	for _, key := range slices.Sorted(maps.Keys(keys)) { // one order: "Fields" and "fields" may name the same field
		value := keys[key]
		if bytes.Equal(value, []byte("null")) {
			continue
		}
		read, known := assetKeys[key]
		if !known {
			read = func(a *Asset, v json.RawMessage) error { return a.addField(key, v) }
		}
		if err := read(a, value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	if a.ID == "" {
		return fmt.Errorf("id: missing")
	}
	return nil
}

// Hash is the fingerprint of everything a record says, the same on every machine.
type Hash [16]byte

// Record is an asset in the one written form it has, with the fingerprint of that form: what is stored and
// what is compared. Two assets that say the same give the same Record.
type Record struct {
	ID   AssetID
	Hash Hash
	Body []byte // JSON
}

// NewRecord writes a down.
func NewRecord(a *Asset) (Record, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return Record{}, fmt.Errorf("write asset %s: %w", a.ID, err)
	}
	sum := sha256.Sum256(body)
	return Record{ID: a.ID, Hash: Hash(sum[:16]), Body: body}, nil
}

func (a *Asset) addField(name string, value json.RawMessage) error {
	var values []string
	if err := readStrings(value, &values); err != nil {
		return err
	}
	if len(values) == 0 {
		return nil
	}
	if a.Fields == nil {
		a.Fields = map[string][]string{}
	}
	for _, v := range values {
		if !slices.Contains(a.Fields[name], v) {
			a.Fields[name] = append(a.Fields[name], v)
		}
	}
	return nil
}

func readFields(a *Asset, value json.RawMessage) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(value, &fields); err != nil {
		return fmt.Errorf("want an object of name to values")
	}
	for name, v := range fields {
		if err := a.addField(name, v); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// readPart reads an object within the asset, such as rights. What it does not know it keeps as a field.
func readPart[T any](a *Asset, part string, value json.RawMessage, into *T, known map[string]func(*T, json.RawMessage) error) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(value, &keys); err != nil {
		return fmt.Errorf("want an object")
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		v := keys[key]
		if bytes.Equal(v, []byte("null")) {
			continue
		}
		var err error
		if read, found := known[key]; found {
			err = read(into, v)
		} else {
			err = a.addField(part+"."+key, v)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func readApproval(a *Asset, value json.RawMessage) error {
	var s string
	if err := readString(value, &s); err != nil {
		return err
	}
	a.Approval = Approval(strings.ToLower(s))
	if a.Approval != "" && !slices.Contains(Approvals, a.Approval) {
		return fmt.Errorf("%q is none of approved, pending, restricted, rejected, expired, archived", s)
	}
	return nil
}

func readRights(a *Asset, value json.RawMessage) error {
	a.Rights = &Rights{}
	known := maps.Clone(rightsKeys)
	known["cost"] = func(r *Rights, v json.RawMessage) error {
		r.Cost = &Money{}
		return readPart(a, "rights.cost", v, r.Cost, moneyKeys)
	}
	err := readPart(a, "rights", value, a.Rights, known)
	if reflect.DeepEqual(a.Rights, &Rights{}) { // an object that says nothing is no record
		a.Rights = nil
	}
	return err
}

func readDate(value json.RawMessage, into *Date) error {
	var s string
	if err := readString(value, &s); err != nil || s == "" {
		return err
	}
	day, err := ParseDate(s)
	*into = day
	return err
}

func readBool(value json.RawMessage, into *bool) error {
	var s string
	if err := readString(value, &s); err != nil || s == "" {
		return err
	}
	b, err := strconv.ParseBool(strings.ToLower(s))
	if err != nil {
		return fmt.Errorf("%s is neither true nor false", value)
	}
	*into = b
	return nil
}

func readID(value json.RawMessage, into *AssetID) error {
	var s string
	if err := readString(value, &s); err != nil {
		return err
	}
	id := AssetID(strings.TrimSpace(s))
	if err := id.Check(); err != nil {
		return err
	}
	*into = id
	return nil
}

func readString(value json.RawMessage, into *string) error {
	if err := json.Unmarshal(value, into); err == nil {
		return nil
	}
	switch value[0] {
	case '{', '[':
		return fmt.Errorf("want a string")
	}
	*into = string(value) // a number or a boolean, as it is written
	return nil
}

func readStrings(value json.RawMessage, into *[]string) error {
	*into = nil
	if len(value) > 0 && value[0] == '[' {
		var items []json.RawMessage
		if err := json.Unmarshal(value, &items); err != nil {
			return err
		}
		for _, item := range items {
			if err := appendString(item, into); err != nil {
				return err
			}
		}
		return nil
	}
	return appendString(value, into)
}

func appendString(value json.RawMessage, into *[]string) error {
	if bytes.Equal(value, []byte("null")) {
		return nil
	}
	var s string
	if value[0] == '{' || value[0] == '[' {
		var compact bytes.Buffer
		if err := json.Compact(&compact, value); err != nil {
			return err
		}
		s = compact.String() // structure that has no place of its own is kept as it is
	} else if err := readString(value, &s); err != nil {
		return err
	}
	if s = strings.TrimSpace(s); s != "" && !slices.Contains(*into, s) {
		*into = append(*into, s)
	}
	return nil
}

func readLanguage(value json.RawMessage, into *string) error {
	err := readString(value, into)
	*into = LanguageTag(*into)
	return err
}

func readTime(value json.RawMessage, into *time.Time) error {
	var s string
	if err := readString(value, &s); err != nil {
		return err
	}
	if s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		t, err := time.Parse(layout, s)
		if t = t.UTC(); err == nil && t.Year() >= 0 && t.Year() <= 9999 { // what JSON can write
			*into = t
			return nil
		}
	}
	return fmt.Errorf("%q is no time (want 2006-01-02T15:04:05Z or 2006-01-02)", s)
}

func readInt(value json.RawMessage, into *int64) error {
	var f float64
	if err := readNumber(value, &f); err != nil {
		return err
	}
	if f < 0 || f > 1<<53 {
		return fmt.Errorf("%s is out of range", value)
	}
	*into = int64(f)
	return nil
}

func readNumber(value json.RawMessage, into *float64) error {
	s := strings.Trim(string(value), `"`)
	if s == "" {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != f || f > 1e300 || f < -1e300 {
		return fmt.Errorf("%s is no number", value)
	}
	*into = f
	return nil
}
