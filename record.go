package semdex

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ReadRecord reads the body of a Record as UnmarshalJSON does, only faster. The asset's texts are parts of one copy of the
// body: whoever keeps one of them keeps all.
func ReadRecord(body []byte) (*Asset, error) {
	if utf8.Valid(body) {
		r := recordReader{jsonReader{rest: string(body)}}
		if a := r.asset(); r.whole() {
			return a, nil
		}
	}
	var a Asset
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, err
	}
	return &a, nil
}

// recordReader reads the form that NewRecord writes, from left to right. Of another form UnmarshalJSON reads.
type recordReader struct{ jsonReader }

// recordKeys are the keys of a record in the order in which they are written.
var recordKeys = []string{"id", "type", "mime", "name", "title", "description", "alt", "language", "keywords", "tags", "concepts", "albums", "fields", "approval",
	"created", "modified", "size", "width", "height", "duration", "md5", "phash", "credit", "copyright", "rights", "links"}

var (
	recordRightsKeys = []string{"valid_from", "valid_until", "territories", "channels", "license", "editorial", "source", "cost"}
	recordLinkKeys   = []string{"thumbnail", "preview", "original", "detail"}
)

func (r *recordReader) asset() *Asset {
	a := &Asset{}
	r.members(recordKeys, func(key string) { r.value(a, key) })
	if a.ID == "" {
		r.other = true
	}
	return a
}

func (r *recordReader) value(a *Asset, key string) {
	switch key {
	case "id":
		a.ID = AssetID(strings.TrimSpace(r.text()))
		r.other = r.other || a.ID.Check() != nil
	case "type":
		a.Type = r.text()
	case "mime":
		a.MIME = r.text()
	case "name":
		a.Name = r.text()
	case "title":
		a.Title = r.texts()
	case "description":
		a.Description = r.texts()
	case "alt":
		a.Alt = r.texts()
	case "language":
		a.Language = r.text()
		r.other = r.other || a.Language != LanguageTag(a.Language)
	case "keywords":
		a.Keywords = r.list()
	case "tags":
		a.Tags = r.list()
	case "concepts":
		a.Concepts = r.list()
	case "albums":
		a.Albums = r.list()
	case "fields":
		a.Fields = r.fields()
	case "approval":
		a.Approval = Approval(r.text())
		r.other = r.other || !slices.Contains(Approvals, a.Approval)
	case "created":
		a.Created = r.time()
	case "modified":
		a.Modified = r.time()
	case "size":
		a.Size = r.integer()
	case "width":
		a.Width = r.integer()
	case "height":
		a.Height = r.integer()
	case "duration":
		a.Duration = r.number()
	case "md5":
		a.MD5 = r.text()
	case "phash":
		a.PHash = r.text()
	case "credit":
		a.Credit = r.text()
	case "copyright":
		a.Copyright = r.text()
	case "rights":
		a.Rights = r.rights()
	case "links":
		r.links(&a.Links)
	}
}

func (r *recordReader) rights() *Rights {
	x := &Rights{}
	r.members(recordRightsKeys, func(key string) {
		switch key {
		case "valid_from":
			x.ValidFrom = r.date()
		case "valid_until":
			x.ValidUntil = r.date()
		case "territories":
			x.Territories = r.list()
		case "channels":
			x.Channels = r.list()
		case "license":
			x.License = r.text()
		case "editorial":
			x.Editorial = true
			r.expect("true")
		case "source":
			x.Source = r.text()
		default:
			r.other = true // a cost, which is rare
		}
	})
	r.other = r.other || reflect.ValueOf(*x).IsZero() // an object that says nothing
	return x
}

func (r *recordReader) links(l *Links) {
	r.members(recordLinkKeys, func(key string) {
		switch key {
		case "thumbnail":
			l.Thumbnail = r.text()
		case "preview":
			l.Preview = r.text()
		case "original":
			l.Original = r.text()
		case "detail":
			l.Detail = r.text()
		}
	})
}

// members reads an object whose keys are among keys, in their order, and has value read what each of them holds.
func (r *recordReader) members(keys []string, value func(key string)) {
	r.each('{', '}', func() {
		key := r.text()
		at := slices.Index(keys, key)
		if at < 0 {
			r.other = true
			return
		}
		keys = keys[at+1:]
		r.expect(":")
		value(key)
	})
}

// list reads strings; what is empty or there already is left out.
func (r *recordReader) list() []string {
	var out []string
	r.each('[', ']', func() {
		if s := strings.TrimSpace(r.text()); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	})
	return out
}

// texts reads a string, or an object of language to string.
func (r *recordReader) texts() Text {
	if r.next() == '"' {
		if s := r.text(); s != "" {
			return Text{"": s}
		}
		return nil
	}
	var out Text
	r.sorted(func(lang string) {
		r.other = r.other || lang != LanguageTag(lang)
		if s := r.text(); s != "" {
			if out == nil {
				out = Text{}
			}
			out[lang] = s
		}
	})
	return out
}

func (r *recordReader) fields() map[string][]string {
	var out map[string][]string
	r.sorted(func(name string) {
		if values := r.list(); len(values) > 0 {
			if out == nil {
				out = map[string][]string{}
			}
			out[name] = values
		}
	})
	return out
}

// sorted reads an object whose keys ascend, and has value read what each of them holds.
func (r *recordReader) sorted(value func(key string)) {
	last, first := "", true
	r.each('{', '}', func() {
		key := r.text()
		r.other = r.other || !first && key <= last
		last, first = key, false
		r.expect(":")
		value(key)
	})
}

func (r *recordReader) time() time.Time {
	t, err := time.Parse(time.RFC3339, r.text())
	if t = t.UTC(); err != nil || t.Year() < 0 || t.Year() > 9999 {
		r.other = true
	}
	return t
}

func (r *recordReader) date() Date {
	day, err := ParseDate(r.text())
	r.other = r.other || err != nil
	return day
}
