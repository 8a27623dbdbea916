package canto

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"semdex"
)

// Names that fields of Canto get among the custom fields.
const (
	fieldSmartTags = "Smart tags"
	fieldOwner     = "Owner"
	fieldTerms     = "Terms and conditions"
	fieldApproval  = "Approval status"
)

// unpublished stands in a custom field where there would be a link into the Media Delivery Cloud.
const unpublished = "Rendition-is-not-published-to-MDC"

// object is a JSON object without its nulls.
type object map[string]json.RawMessage

// readObject reads an object; null is an empty one.
func readObject(raw json.RawMessage) (object, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var o object
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, errors.New("want an object")
	}
	maps.DeleteFunc(o, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
	return o, nil
}

// key names an asset of Canto.
type key struct{ scheme, id string }

func (k key) String() string { return k.scheme + "/" + k.id }

// id gives the id of an asset within the library.
func (s *Source) id(k key) semdex.AssetID {
	return semdex.AssetID(s.config.Prefix + ":" + k.scheme + ":" + k.id)
}

// keyOf takes an id apart again.
func (s *Source) keyOf(id semdex.AssetID) (key, bool) {
	rest, own := strings.CutPrefix(string(id), s.config.Prefix+":")
	scheme, native, found := strings.Cut(rest, ":")
	return key{scheme, native}, own && found && scheme != "" && native != ""
}

// readKey reads which asset a record is. scheme is that of the list it stands in, "" for a list of several.
func readKey(o object, scheme string) (key, error) {
	k := key{scheme: scheme}
	var err error
	if k.id, err = scalar(o["id"]); err == nil && k.id == "" {
		err = errors.New("missing")
	}
	if err != nil {
		return k, fmt.Errorf("id: %w", err)
	}
	if raw, there := o["scheme"]; there {
		k.scheme, err = scalar(raw)
	}
	switch {
	case err == nil && k.scheme == "":
		err = errors.New("missing")
	case err == nil && strings.Contains(k.scheme, ":"):
		err = fmt.Errorf("%q has a colon", short(k.scheme))
	}
	if err != nil {
		return k, fmt.Errorf("scheme: %w", err)
	}
	return k, nil
}

// builder makes an asset of a record.
type builder struct {
	config  *Config
	mapping mapping
	record  object
	asset   semdex.Asset
	rights  semdex.Rights
	cost    semdex.Money
	paid    bool   // there is a cost
	status  string // an approval status that Semdex has no word for
}

// build makes an asset of a record, all but its id. The error names the key that is wrong, or the custom field.
func build(c *Config, m mapping, scheme string, record object) (*semdex.Asset, error) {
	b := &builder{config: c, mapping: m, record: record}
	b.asset.Type = scheme
	for _, step := range []func() error{b.natives, b.numbers, b.lists, b.stamps, b.albums, b.links, b.custom} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if b.status != "" && b.asset.Fields[fieldApproval] == nil {
		b.addField(fieldApproval, []string{b.status})
	}
	if b.paid {
		b.rights.Cost = &b.cost
	}
	if !reflect.DeepEqual(b.rights, semdex.Rights{}) {
		b.asset.Rights = &b.rights
	}
	return &b.asset, nil
}

// natives reads the texts.
func (b *builder) natives() error {
	standard, err := readObject(b.record["default"])
	if err != nil {
		return fmt.Errorf("default: %w", err)
	}
	var description, approval, copyright string
	for _, f := range []struct {
		in   object
		name string
		into *string
	}{
		{b.record, "name", &b.asset.Name},
		{b.record, "description", &description},
		{b.record, "md5", &b.asset.MD5},
		{b.record, "copyright", &b.asset.Copyright},
		{b.record, "approvalStatus", &approval},
		{standard, "Copyright", &copyright},
		{standard, "Content Type", &b.asset.MIME},
		{standard, "Author", &b.asset.Credit},
	} {
		if *f.into, err = scalar(f.in[f.name]); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if b.asset.Copyright == "" {
		b.asset.Copyright = copyright
	}
	setText(&b.asset.Description, "", description)
	b.setApproval(approval)
	return nil
}

func setText(t *semdex.Text, lang, text string) {
	delete(*t, lang)
	if text == "" {
		if len(*t) == 0 {
			*t = nil
		}
		return
	}
	if *t == nil {
		*t = semdex.Text{}
	}
	(*t)[lang] = text
}

// setApproval reads an approval status. None means that nobody approved it yet; one that Semdex has no word for is
// kept as it is, and lets nobody use the asset.
func (b *builder) setApproval(status string) {
	approval := semdex.Approval(strings.ToLower(strings.TrimSpace(status)))
	b.status = ""
	switch {
	case approval == "":
		b.asset.Approval = semdex.Pending
	case slices.Contains(semdex.Approvals, approval):
		b.asset.Approval = approval
	default:
		b.asset.Approval, b.status = semdex.Restricted, strings.TrimSpace(status)
	}
}

func (b *builder) numbers() error {
	for _, name := range []string{"size", "width", "height"} {
		text, err := scalar(b.record[name])
		if err == nil {
			err = values[name](b, text)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (b *builder) lists() (err error) {
	if b.asset.Keywords, err = list(b.record["keyword"]); err != nil {
		return fmt.Errorf("keyword: %w", err)
	}
	if b.asset.Tags, err = list(b.record["tag"]); err != nil {
		return fmt.Errorf("tag: %w", err)
	}
	return nil
}

// stamps reads when the asset was made and modified.
func (b *builder) stamps() (err error) {
	if b.asset.Created, err = firstStamp(b.record, b.config.TimeZone, "created", "lastUploaded"); err != nil {
		return err
	}
	b.asset.Modified, err = modified(b.config, b.record)
	return err
}

// modified gives the stamp of the last modification, which changes with the mapping of custom fields no more than
// Canto's own order of records does.
func modified(c *Config, record object) (time.Time, error) {
	if c.Modified != modifiedTime {
		standard, err := readObject(record["default"])
		if err != nil {
			return time.Time{}, fmt.Errorf("default: %w", err)
		}
		if t, err := firstStamp(standard, c.TimeZone, "Date modified"); err != nil || !t.IsZero() {
			return t, err
		}
	}
	return firstStamp(record, c.TimeZone, "time", "lastUploaded")
}

// firstStamp gives the first of several stamps that is one.
func firstStamp(o object, zone *time.Location, names ...string) (time.Time, error) {
	for _, name := range names {
		text, err := scalar(o[name])
		if err == nil {
			var t time.Time
			if t, err = parseStamp(text, zone); err == nil && !t.IsZero() {
				return t, nil
			}
		}
		if err != nil {
			return time.Time{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	return time.Time{}, nil
}

// albums reads the paths of the albums that the asset is in.
func (b *builder) albums() error {
	raw := b.record["relatedAlbums"]
	if raw == nil {
		return nil
	}
	var stubs []json.RawMessage
	if json.Unmarshal(raw, &stubs) != nil {
		return errors.New("relatedAlbums: want a list")
	}
	for _, stub := range stubs {
		path, err := albumPath(stub)
		if err != nil {
			return fmt.Errorf("relatedAlbums: %w", err)
		}
		if path != "" && !slices.Contains(b.asset.Albums, path) {
			b.asset.Albums = append(b.asset.Albums, path)
		}
	}
	return nil
}

func albumPath(raw json.RawMessage) (string, error) {
	o, err := readObject(raw)
	if err != nil {
		return "", err
	}
	scheme, err := scalar(o["scheme"])
	if err != nil || (scheme != "" && scheme != "album") {
		return "", err
	}
	path, err := scalar(o["namePath"])
	if err == nil && path == "" {
		path, err = scalar(o["name"])
	}
	return strings.TrimSpace(path), err
}

// links reads the addresses that need no token.
func (b *builder) links() error {
	addresses, err := readObject(b.record["url"])
	if err != nil {
		return fmt.Errorf("url: %w", err)
	}
	var preview string
	for _, f := range []struct {
		name string
		into *string
	}{{"directUrlPreview", &preview}, {"directUrlOriginal", &b.asset.Links.Original}, {"detail", &b.asset.Links.Detail}} {
		address, err := scalar(addresses[f.name])
		if err != nil {
			return fmt.Errorf("url: %s: %w", f.name, err)
		}
		if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
			*f.into = address
		}
	}
	b.asset.Links.Thumbnail, b.asset.Links.Preview = resized(preview, "240"), resized(preview, "800")
	return nil
}

// resized gives the address of a preview in another size, which is the last part of its path.
func resized(address, size string) string {
	path, query, found := strings.Cut(address, "?")
	at := strings.LastIndexByte(path, '/')
	if last := path[at+1:]; last == "" || strings.Trim(last, "0123456789") != "" {
		return address
	}
	path = path[:at+1] + size
	if found {
		path += "?" + query
	}
	return path
}

// custom reads the custom fields, those that are mapped at last.
func (b *builder) custom() error {
	additional, err := readObject(b.record["additional"])
	if err != nil {
		return fmt.Errorf("additional: %w", err)
	}
	for name, raw := range additional {
		if !b.mapping.fields[name] {
			b.addField(name, loose(raw))
		}
	}
	if err := b.more(); err != nil {
		return err
	}
	for _, m := range b.mapping.targets {
		if err := b.apply(m, additional); err != nil {
			return err
		}
	}
	return nil
}

// more keeps what has no field of its own under a name of its own, unless a custom field has it already.
func (b *builder) more() error {
	for _, f := range []struct{ name, field string }{{"smartTags", fieldSmartTags}, {"ownerName", fieldOwner}, {"termsAndConditions", fieldTerms}} {
		found, err := list(b.record[f.name])
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if b.asset.Fields[f.field] == nil {
			b.addField(f.field, found)
		}
	}
	return nil
}

func (b *builder) addField(name string, values []string) {
	if len(values) == 0 {
		return
	}
	if b.asset.Fields == nil {
		b.asset.Fields = map[string][]string{}
	}
	b.asset.Fields[name] = values
}

// apply gives a target what its custom fields hold, and nothing where they hold nothing.
func (b *builder) apply(m mapped, additional object) error {
	if place := lists[m.kind]; place != nil {
		into := place(b)
		*into = nil
		for _, field := range m.fields {
			found, err := b.listed(m, additional[field])
			if err != nil {
				return fmt.Errorf("custom field %q: %s: %w", field, m.name, err)
			}
			for _, v := range found {
				if !slices.Contains(*into, v) {
					*into = append(*into, v)
				}
			}
		}
		return nil
	}
	field := m.fields[0]
	text, err := scalar(additional[field])
	if text == unpublished {
		text = ""
	}
	if text == "" && strings.HasPrefix(m.name, "links.") { // any picture is better than none
		return err
	}
	if err == nil {
		err = b.set(m.target, text)
	}
	if err != nil {
		return fmt.Errorf("custom field %q: %s: %w", field, m.name, err)
	}
	return nil
}

// listed reads the values of a list. One text may hold several.
func (b *builder) listed(m mapped, raw json.RawMessage) ([]string, error) {
	found, err := list(raw)
	if err != nil || len(raw) == 0 || raw[0] == '[' || !split[m.kind] || len(found) == 0 {
		return found, err
	}
	return tidy(strings.FieldsFunc(found[0], func(r rune) bool { return r == ',' || r == ';' })), nil
}

func (b *builder) set(t target, text string) error {
	if place := texts[t.kind]; place != nil {
		setText(place(&b.asset), t.lang, text)
		return nil
	}
	if place := strs[t.kind]; place != nil {
		*place(b) = text
		b.paid = b.paid || (t.kind == "rights.cost.currency" && text != "")
		return nil
	}
	b.paid = b.paid || (t.kind == "rights.cost.amount" && text != "")
	return values[t.kind](b, text)
}

// time reads the time in a custom field.
func (b *builder) time(text string) (time.Time, error) {
	if text = strings.TrimSpace(text); text == "" {
		return time.Time{}, nil
	}
	return parseTime(text, b.config.TimeZone)
}

// scalar reads one value: a string, or a number or boolean as it is written. A list of one value is that value.
func scalar(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	switch raw[0] {
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case '{':
		return "", errors.New("want a text, not an object")
	case '[':
		found, err := list(raw)
		if err != nil || len(found) == 0 {
			return "", err
		}
		if len(found) > 1 {
			return "", fmt.Errorf("%d values where one is meant", len(found))
		}
		return found[0], nil
	}
	return string(raw), nil
}

// list reads a list of texts, or one, without spaces around them and without doubles.
func list(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 || raw[0] != '[' {
		text, err := scalar(raw)
		return tidy([]string{text}), err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, err
	}
	found := make([]string, 0, len(items))
	for _, item := range items {
		if item[0] == '[' {
			return nil, errors.New("want texts, not a list of lists")
		}
		text, err := scalar(item)
		if err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return tidy(found), nil
}

// loose reads a custom field that is not mapped. Structure that has no place of its own is kept as it is.
func loose(raw json.RawMessage) []string {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		items = []json.RawMessage{raw}
	}
	var found []string
	for _, item := range items {
		text, err := scalar(item)
		if err != nil || item[0] == '[' {
			text = compact(item)
		}
		found = append(found, text)
	}
	return tidy(found)
}

func compact(raw json.RawMessage) string {
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return string(raw)
	}
	return out.String()
}

// tidy drops spaces around values, empty values, doubles and what stands for none. nil where nothing is left.
func tidy(texts []string) []string {
	var out []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" && text != unpublished && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}
