package cantotest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Record is an asset as Canto has it. What is empty is absent or null in its JSON, as Canto does it by key.
type Record struct {
	Scheme, ID, Name string   // scheme: image, video, audio, document, presentation, other
	Owner, OwnerName string   // absent where empty
	Description      string   // null where empty; so are Copyright and Terms
	ApprovalStatus   string   // "Approved", "Pending", ...; absent where empty
	Size             string   // bytes, a number in a string; so are Width, Height (pixels) and DPI; absent where empty
	Width, Height    string   //
	DPI              string   //
	MD5              string   // absent where empty
	Copyright, Terms string   //
	Tags, Keywords   []string // absent where empty
	SmartTags        []string //
	Albums           []string // paths, "Campaigns/2026/Spring"; folders and albums are made as they are needed

	ContentType, Author string // in default; null where empty

	Uploaded time.Time // zero: the server stamps it
	Created  time.Time // zero: as Uploaded
	Modified time.Time // zero: the server stamps it

	Additional map[string]any             // custom fields by display name: string, []string, nil, bool
	Default    map[string]any             // more of default, and what is to stand there instead
	Metadata   map[string]string          // served with single records only
	Extra      map[string]json.RawMessage // more keys, and what is to stand instead of known ones, in whatever shape
}

// content is what is kept of a record: its JSON but for stamps, albums and addresses, which are put in when it is
// served. front and standard are the insides of objects, without braces.
type content struct {
	text         []byte // front, standard, metadata, one after the other
	cut1, cut2   int32
	name, status string
	owner        string
	size         int64
	taken        []string // keys that the server would write and that stand here already; those of default begin with "default."
}

func (c *content) front() []byte    { return c.text[:c.cut1] }
func (c *content) standard() []byte { return c.text[c.cut1:c.cut2] }
func (c *content) metadata() []byte { return c.text[c.cut2:] }

// object is a JSON object being written: its inside, from begin on.
type object struct {
	text  []byte
	begin int
	skip  map[string]json.RawMessage // keys that are written by someone else
}

func (o *object) key(name string) bool {
	if _, skipped := o.skip[name]; skipped {
		return false
	}
	if len(o.text) > o.begin {
		o.text = append(o.text, ',')
	}
	o.text = append(appendString(o.text, name), ':')
	return true
}

func (o *object) raw(name string, value []byte) {
	if o.key(name) {
		o.text = append(o.text, value...)
	}
}

// optional writes a string, unless it is empty.
func (o *object) optional(name, value string) {
	if value != "" {
		o.nullable(name, value)
	}
}

// nullable writes a string, null where it is empty.
func (o *object) nullable(name, value string) {
	if !o.key(name) {
		return
	}
	if value == "" {
		o.text = append(o.text, "null"...)
		return
	}
	o.text = appendString(o.text, value)
}

// list writes strings, unless there are none.
func (o *object) list(name string, values []string) {
	if len(values) > 0 && o.key(name) {
		o.text = appendStrings(o.text, values)
	}
}

// values writes a map of strings, lists of strings, booleans and nils, in the order of its keys.
func (o *object) values(values map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !o.key(name) {
			continue
		}
		switch v := values[name].(type) {
		case nil:
			o.text = append(o.text, "null"...)
		case string:
			o.text = appendString(o.text, v)
		case []string:
			o.text = appendStrings(o.text, v)
		case bool:
			o.text = fmt.Appendf(o.text, "%t", v)
		default:
			return fmt.Errorf("%s: a %T is none of string, []string, bool and nil", name, v)
		}
	}
	return nil
}

func appendStrings(b []byte, values []string) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, v)
	}
	return append(b, ']')
}

// appendString writes a string as JSON. Most need nothing but quotes.
func appendString(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(s) // a string is never an error
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// encode writes a record down.
func (r *Record) encode() (content, error) {
	o := &object{}
	if err := r.encodeFront(o); err != nil {
		return content{}, err
	}
	c := content{cut1: int32(len(o.text)), name: r.Name, status: r.ApprovalStatus, owner: r.Owner, taken: r.taken()}
	if err := r.encodeStandard(o); err != nil {
		return content{}, fmt.Errorf("default: %w", err)
	}
	c.cut2 = int32(len(o.text))
	o.begin = len(o.text)
	for _, name := range slices.Sorted(maps.Keys(r.Metadata)) {
		o.raw(name, appendString(nil, r.Metadata[name]))
	}
	c.text = slices.Clip(o.text)
	c.size, _ = strconv.ParseInt(r.Size, 10, 64) // what is no number sorts as 0
	return c, nil
}

// encodeFront writes what stands at the top of an asset. Extra takes the place of what it names.
func (r *Record) encodeFront(o *object) error {
	o.skip = r.Extra
	o.raw("id", appendString(nil, r.ID))
	o.raw("scheme", appendString(nil, r.Scheme))
	o.raw("name", appendString(nil, r.Name))
	o.optional("owner", r.Owner)
	o.optional("ownerName", r.OwnerName)
	o.nullable("description", r.Description)
	o.optional("approvalStatus", r.ApprovalStatus)
	o.optional("size", r.Size)
	o.optional("width", r.Width)
	o.optional("height", r.Height)
	o.optional("dpi", r.DPI)
	o.optional("md5", r.MD5)
	o.nullable("copyright", r.Copyright)
	o.nullable("termsAndConditions", r.Terms)
	o.list("tag", r.Tags)
	o.list("keyword", r.Keywords)
	o.list("smartTags", r.SmartTags)
	if err := o.inner("additional", r.Additional); err != nil {
		return err
	}
	o.skip = nil
	for _, name := range slices.Sorted(maps.Keys(r.Extra)) {
		if !json.Valid(r.Extra[name]) {
			return fmt.Errorf("%s: not JSON", name)
		}
		o.raw(name, r.Extra[name])
	}
	return nil
}

// taken gives the keys that the server writes for others, and that this record brings by itself.
func (r *Record) taken() []string {
	var taken []string
	for _, name := range []string{"storageClass", "time", "created", "lastUploaded", "default", "relatedAlbums", "url", "versionHistory", "metadata"} {
		if _, has := r.Extra[name]; has {
			taken = append(taken, name)
		}
	}
	for _, name := range []string{"Date uploaded", "Date modified"} {
		if _, has := r.Default[name]; has {
			taken = append(taken, "default."+name)
		}
	}
	return taken
}

// inner writes an object within the object.
func (o *object) inner(name string, values map[string]any) error {
	if !o.key(name) {
		return nil
	}
	part := &object{text: append(o.text, '{')}
	part.begin = len(part.text)
	err := part.values(values)
	o.text = append(part.text, '}')
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// encodeStandard writes what stands under default, but for its stamps.
func (r *Record) encodeStandard(o *object) error {
	o.begin = len(o.text)
	values := r.derived()
	maps.Copy(values, r.Default)
	return o.values(values)
}

// derived is what stands under default where Record.Default does not say otherwise.
func (r *Record) derived() map[string]any {
	values := map[string]any{"Name": r.Name, "Size": orNil(r.Size), "Content Type": orNil(r.ContentType), "Author": orNil(r.Author),
		"Copyright": orNil(r.Copyright), "GPS": nil, "Creation Tool": nil}
	if r.Width != "" && r.Height != "" {
		values["Dimensions"] = r.Width + "*" + r.Height + " Pixels"
	}
	return values
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// decode reads a record back, but for its stamps and albums.
func (c *content) decode() (Record, error) {
	keys := map[string]json.RawMessage{}
	if err := json.Unmarshal(braced(c.front()), &keys); err != nil {
		return Record{}, err
	}
	var r Record
	var additional, standard map[string]any
	places := map[string]any{"id": &r.ID, "scheme": &r.Scheme, "name": &r.Name, "owner": &r.Owner, "ownerName": &r.OwnerName,
		"description": &r.Description, "approvalStatus": &r.ApprovalStatus, "size": &r.Size, "width": &r.Width, "height": &r.Height,
		"dpi": &r.DPI, "md5": &r.MD5, "copyright": &r.Copyright, "termsAndConditions": &r.Terms, "tag": &r.Tags, "keyword": &r.Keywords,
		"smartTags": &r.SmartTags, "additional": &additional}
	for name, value := range keys {
		place, known := places[name]
		if !known || json.Unmarshal(value, place) != nil {
			if r.Extra == nil {
				r.Extra = map[string]json.RawMessage{}
			}
			r.Extra[name] = value
		}
	}
	r.Additional = lists(additional)
	if err := json.Unmarshal(braced(c.standard()), &standard); err != nil {
		return Record{}, err
	}
	r.ContentType, _ = standard["Content Type"].(string)
	r.Author, _ = standard["Author"].(string)
	for name, value := range r.derived() {
		if standard[name] == value {
			delete(standard, name)
		}
	}
	r.Default = lists(standard)
	return r, json.Unmarshal(braced(c.metadata()), &r.Metadata)
}

func braced(inside []byte) []byte {
	return append(append([]byte{'{'}, inside...), '}')
}

// lists turns lists as JSON gives them into lists of strings.
func lists(values map[string]any) map[string]any {
	for name, value := range values {
		if items, ok := value.([]any); ok {
			list := make([]string, len(items))
			for i, item := range items {
				list[i], _ = item.(string)
			}
			values[name] = list
		}
	}
	return values
}
