package cantotest

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex"
)

// notPublished is what Canto writes where a link to its delivery cloud would be.
const notPublished = "Rendition-is-not-published-to-MDC"

// Fill makes the tenant hold these assets and no others, and gives the custom fields with which a client gets them
// back whole: the name of the field -> our field ("Alt Text (de)" -> "alt.de"). The id at Canto is the id of the asset
// as it stands. An asset that says the same as when it was filled the last time keeps its stamps.
//
// What Canto has a place for goes there, and the rest into custom fields. An asset without an approval has none at
// Canto either, so it comes back pending.
func (s *Server) Fill(assets []*semdex.Asset) (fields map[string]string, err error) {
	p := newPlaces(assets)
	made := make([]*entry, 0, len(assets))
	byKey := make(map[key]*entry, len(assets))
	for _, a := range assets {
		e, err := p.entry(a)
		if err != nil {
			return nil, err
		}
		if byKey[e.key] != nil || a.ID == "" {
			return nil, invalid("fill: the id %q is empty or stands there twice", a.ID)
		}
		byKey[e.key] = e
		made = append(made, e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.content
	t.stamp(made, s.now())
	t.entries, t.byKey, t.kept = made, byKey, nil
	t.refolder(assets)
	t.redefine(p)
	t.changed()
	return p.targets(), nil
}

// stamp gives new entries their stamps: the old ones where nothing changed.
func (t *tenant) stamp(made []*entry, now time.Time) {
	var fresh []*entry
	for _, e := range made {
		before, known := t.kept[e.key]
		if old := t.byKey[e.key]; old != nil {
			before, known = kept{Hash: old.hash[:], Uploaded: old.uploaded, Modified: old.modified}, true
		}
		if known {
			e.uploaded, e.created, e.modified = before.Uploaded, before.Uploaded, before.Modified
		}
		if !known || string(before.Hash) != string(e.hash[:]) {
			fresh = append(fresh, e)
		}
	}
	first := t.stamps(now, len(fresh))
	for i, e := range fresh {
		e.modified = first + int64(i)
		if e.uploaded == 0 {
			e.uploaded, e.created = e.modified, e.modified
		}
	}
}

// refolder makes the folders and albums of these assets, and no others. What was there before keeps its id.
func (t *tenant) refolder(assets []*semdex.Asset) {
	before := t.tree
	t.tree = newTree()
	t.tree.before = map[string]string{}
	for id, n := range before.byID {
		t.tree.before[n.scheme()+" "+n.path()] = id
	}
	for i, a := range assets {
		t.entries[i].albums = t.tree.albums(a.Albums)
	}
	t.tree.before = nil
}

// redefine defines the custom fields of these places, and no others. What was there before keeps its id.
func (t *tenant) redefine(p *places) {
	before := t.fields
	t.fields, t.defined = nil, map[string]bool{}
	for _, name := range p.order() {
		t.defined[name] = true // so that no id is the name of another field
	}
	ids := map[string]string{}
	for _, f := range before {
		if p.kinds[f.Name] != "" && !t.defined[f.ID] {
			ids[f.Name] = f.ID
			t.fields = append(t.fields, f)
		}
	}
	for _, name := range p.order() {
		if ids[name] == "" {
			t.addField(field{ID: t.newFieldID(p.kinds[name]), Name: name, Values: []string{}})
		}
	}
}

// place is a custom field that holds one of our fields.
type place struct {
	target string
	name   string
	value  func(*semdex.Asset) any // nil where the asset has nothing there
	list   bool                    // it is a list, even of one
	always bool                    // it is there even if no asset has anything
}

// places are where the parts of these assets go.
type places struct {
	custom      []place
	kinds       map[string]string // of all custom fields, those of the assets included, by name
	description bool              // it has its own place at Canto
	cloud       bool              // no asset has a field of the name that Canto uses for its delivery cloud
}

const cloudField = "MDC Image URL"

// newPlaces finds out what is needed to hold these assets.
func newPlaces(assets []*semdex.Asset) *places {
	p := &places{kinds: map[string]string{}, description: true, cloud: true}
	own := map[string]bool{}
	for _, a := range assets {
		for name := range a.Fields {
			own[strings.ToLower(name)] = true
		}
		if _, untagged := a.Description[""]; len(a.Description) > 1 || len(a.Description) == 1 && !untagged {
			p.description = false
		}
	}
	p.cloud = !own[strings.ToLower(cloudField)]
	own[strings.ToLower(cloudField)] = true
	for _, c := range p.candidates(assets) {
		if !c.always && !slices.ContainsFunc(assets, func(a *semdex.Asset) bool { return c.value(a) != nil }) {
			continue
		}
		base := c.name
		for n := 2; own[strings.ToLower(c.name)]; n++ {
			c.name = fmt.Sprintf("%s %d", base, n)
		}
		own[strings.ToLower(c.name)] = true
		p.custom = append(p.custom, c)
	}
	p.count(assets)
	return p
}

// count notes the kinds of all custom fields.
func (p *places) count(assets []*semdex.Asset) {
	for _, c := range p.custom {
		if p.kinds[c.name] = "text"; c.list {
			p.kinds[c.name] = "multichoice"
		}
	}
	for _, a := range assets {
		for name, values := range a.Fields {
			if p.kinds[name] != "multichoice" && len(values) > 0 {
				p.kinds[name] = kindOf(fieldValue(values))
			}
		}
	}
	if p.cloud && len(assets) > 0 {
		p.kinds[cloudField] = "text"
	}
}

// order is that of the custom fields in the tenant: ours as they are listed here, then those of the assets by name.
func (p *places) order() []string {
	var names []string
	for _, c := range p.custom {
		names = append(names, c.name)
	}
	for _, name := range slices.Sorted(maps.Keys(p.kinds)) {
		if !slices.Contains(names[:len(p.custom)], name) {
			names = append(names, name)
		}
	}
	return names
}

func (p *places) targets() map[string]string {
	targets := map[string]string{}
	for _, c := range p.custom {
		targets[c.name] = c.target
	}
	return targets
}

// candidates are all custom fields that could be needed, in the order in which people see them.
func (p *places) candidates(assets []*semdex.Asset) []place {
	all := texts("title", "Title", assets, func(a *semdex.Asset) semdex.Text { return a.Title })
	if !p.description {
		all = append(all, texts("description", "Description", assets, func(a *semdex.Asset) semdex.Text { return a.Description })...)
	}
	all = append(all, texts("alt", "Alt Text", assets, func(a *semdex.Asset) semdex.Text { return a.Alt })...)
	if slices.ContainsFunc(assets, func(a *semdex.Asset) bool { return a.Type != schemeOf(a) }) {
		all = append(all, place{target: "type", name: "Type", value: func(a *semdex.Asset) any { return orNil(a.Type) }, always: true})
	}
	all = append(all,
		place{target: "language", name: "Language", value: func(a *semdex.Asset) any { return orNil(a.Language) }},
		place{target: "concepts", name: "Subjects", value: func(a *semdex.Asset) any { return listOrNil(a.Concepts) }, list: true},
		place{target: "created", name: "Created at", value: func(a *semdex.Asset) any { return timeOrNil(a.Created) }, always: true},
		place{target: "modified", name: "Changed at", value: func(a *semdex.Asset) any { return timeOrNil(a.Modified) }, always: true},
		place{target: "duration", name: "Duration", value: func(a *semdex.Asset) any { return numberOrNil(a.Duration) }},
		place{target: "phash", name: "Perceptual hash", value: func(a *semdex.Asset) any { return orNil(a.PHash) }},
		place{target: "links.thumbnail", name: "Thumbnail link", value: func(a *semdex.Asset) any { return orNil(a.Links.Thumbnail) }},
		place{target: "links.preview", name: "Preview link", value: func(a *semdex.Asset) any { return orNil(a.Links.Preview) }},
		place{target: "links.original", name: "Original link", value: func(a *semdex.Asset) any { return orNil(a.Links.Original) }},
		place{target: "links.detail", name: "Detail link", value: func(a *semdex.Asset) any { return orNil(a.Links.Detail) }},
	)
	return append(all, rightsPlaces()...)
}

// texts are the custom fields of a text, one for each language that it is there in.
func texts(target, name string, assets []*semdex.Asset, text func(*semdex.Asset) semdex.Text) []place {
	languages := map[string]bool{}
	for _, a := range assets {
		for language := range text(a) {
			languages[language] = true
		}
	}
	var all []place
	for _, language := range slices.Sorted(maps.Keys(languages)) {
		c := place{target: target, name: name, value: func(a *semdex.Asset) any { return orNil(text(a)[language]) }}
		if language != "" {
			c.target, c.name = target+"."+language, name+" ("+language+")"
		}
		all = append(all, c)
	}
	return all
}

func rightsPlaces() []place {
	of := func(value func(*semdex.Rights) any) func(*semdex.Asset) any {
		return func(a *semdex.Asset) any {
			if a.Rights == nil {
				return nil
			}
			return value(a.Rights)
		}
	}
	cost := func(value func(*semdex.Money) any) func(*semdex.Asset) any {
		return of(func(r *semdex.Rights) any {
			if r.Cost == nil {
				return nil
			}
			return value(r.Cost)
		})
	}
	editorial := func(r *semdex.Rights) any {
		if !r.Editorial {
			return nil
		}
		return true
	}
	return []place{
		{target: "rights.valid_from", name: "License from", value: of(func(r *semdex.Rights) any { return orNil(string(r.ValidFrom)) })},
		{target: "rights.valid_until", name: "License until", value: of(func(r *semdex.Rights) any { return orNil(string(r.ValidUntil)) })},
		{target: "rights.territories", name: "Territories", value: of(func(r *semdex.Rights) any { return listOrNil(r.Territories) }), list: true},
		{target: "rights.channels", name: "Channels", value: of(func(r *semdex.Rights) any { return listOrNil(r.Channels) }), list: true},
		{target: "rights.license", name: "License", value: of(func(r *semdex.Rights) any { return orNil(r.License) })},
		{target: "rights.editorial", name: "Editorial", value: of(editorial)},
		{target: "rights.source", name: "License source", value: of(func(r *semdex.Rights) any { return orNil(r.Source) })},
		{target: "rights.cost.amount", name: "License cost", value: cost(func(m *semdex.Money) any { return number(m.Amount) })},
		{target: "rights.cost.currency", name: "License currency", value: cost(func(m *semdex.Money) any { return orNil(m.Currency) })},
	}
}

func listOrNil(values []string) any {
	if len(values) == 0 {
		return nil
	}
	return values
}

func timeOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func numberOrNil(f float64) any {
	if f == 0 {
		return nil
	}
	return number(f)
}

// schemeOf is the scheme that holds assets of that type.
func schemeOf(a *semdex.Asset) string {
	if slices.Contains(schemes, a.Type) {
		return a.Type
	}
	return "other"
}

// fieldValue is one value by itself, several as a list.
func fieldValue(values []string) any {
	if len(values) == 1 {
		return values[0]
	}
	return listOrNil(values)
}

// entry makes what is kept of an asset, but for its stamps and albums.
func (p *places) entry(a *semdex.Asset) (*entry, error) {
	as, err := semdex.NewRecord(a)
	if err != nil {
		return nil, err
	}
	r := Record{Scheme: schemeOf(a), ID: string(a.ID), Name: a.Name, ApprovalStatus: capital(string(a.Approval)),
		Size: strconv.FormatInt(a.Size, 10), Width: strconv.FormatInt(a.Width, 10), Height: strconv.FormatInt(a.Height, 10), DPI: "72",
		MD5: a.MD5, Copyright: a.Copyright, Tags: a.Tags, Keywords: a.Keywords, ContentType: a.MIME, Author: a.Credit,
		Additional: p.additional(a)}
	if p.description {
		r.Description = a.Description[""]
	}
	c, err := r.encode()
	if err != nil {
		return nil, invalid("fill: asset %s: %v", a.ID, err)
	}
	return &entry{key: key{r.Scheme, r.ID}, content: c, hash: as.Hash}, nil
}

// additional are the custom fields of an asset. Half of the assets say null where they have nothing, as clients must
// take both.
func (p *places) additional(a *semdex.Asset) map[string]any {
	h := fnv.New32a()
	h.Write([]byte(a.ID))
	sum := h.Sum32()
	values := map[string]any{}
	for name, field := range a.Fields {
		if value := fieldValue(field); value != nil {
			values[name] = value
		}
	}
	for _, c := range p.custom {
		if value := c.value(a); value != nil || sum%2 == 0 {
			values[c.name] = value
		}
	}
	if p.cloud && sum%7 == 0 {
		values[cloudField] = notPublished
	}
	return values
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
