package search

import (
	"fmt"
	"slices"

	"semdex"
)

// DimensionValue is a value that an asset or an event has in a dimension: a concept, or a raw value.
type DimensionValue struct {
	Name string
	URI  semdex.ConceptID // "" for a raw value
	Path string           // labels from the top, joined by " > "; the name for a raw value
}

// Reader tells which values assets have in the dimensions of a library, in one state of vocabulary and
// index. It is safe for use by many goroutines until Release.
type Reader struct {
	s *Service
	q *querying
}

// Reader pins the state of now. The caller releases it.
func (s *Service) Reader() *Reader { return &Reader{s, s.begin(&Request{})} }

// Restrict resolves what an access is restricted to, in this state.
func (r *Reader) Restrict(access Access) Access {
	access.Restriction = r.q.restriction(access.Only)
	return access
}

// Version names the state: as long as it is the same, so are the values of assets, words and concepts.
func (r *Reader) Version() string {
	return fmt.Sprintf("%d.%d", r.q.view.Generation(), r.q.st.number)
}

// Release gives the state back.
func (r *Reader) Release() { r.q.view.Release() }

// Dimensions gives all dimensions: configured ones, built-in ones, custom fields.
func (r *Reader) Dimensions() []Dimension {
	var out []Dimension
	for _, name := range r.q.st.dimensionNames(r.q.view.Fields()) {
		if d, ok := r.q.st.dimension(name, r.q.view.Fields()); ok {
			out = append(out, *d)
		}
	}
	return out
}

// Asset gives the full id of an asset, its leading parts perhaps left out.
func (r *Reader) Asset(given string) (semdex.AssetID, bool) {
	full, err := resolve(r.q.view, given)
	return full, err == nil
}

// CustomFields gives the names of the custom fields that assets bear, sorted.
func (r *Reader) CustomFields() []string {
	var out []string
	for _, f := range r.q.view.Fields() {
		if name, ok := customName(f); ok {
			out = append(out, name)
		}
	}
	return out
}

func (r *Reader) groups(dimension string, direct bool) (*Groups, bool) {
	d, ok := r.q.st.dimension(dimension, r.q.view.Fields())
	if !ok {
		return nil, false
	}
	return r.q.st.reportGrouping(d, direct), true
}

// OfAsset gives the values of an asset in a dimension, what is above them included unless direct.
func (r *Reader) OfAsset(dimension string, id semdex.AssetID, direct bool) []DimensionValue {
	a, err := r.s.records.Asset(id)
	if err != nil || a == nil {
		return nil
	}
	return r.OfRecord(dimension, a, direct)
}

// OfRecord gives the values of an asset whose record is at hand, as OfAsset does.
func (r *Reader) OfRecord(dimension string, a *semdex.Asset, direct bool) []DimensionValue {
	g, ok := r.groups(dimension, direct)
	if !ok {
		return nil
	}
	var groups []int32
	for _, field := range g.Fields() {
		for _, v := range assetValues(a, field) {
			groups = appendNew(groups, g.Groups(Value{field, v}))
		}
	}
	return r.values(g, groups)
}

// assetValues gives what an asset bears in a field of Value.
func assetValues(a *semdex.Asset, field string) []string {
	switch field {
	case "concepts":
		return a.Concepts
	case "tags":
		return a.Tags
	case "keywords":
		return a.Keywords
	case "type":
		return nonEmpty(a.Type)
	case "album":
		return a.Albums
	case "source":
		return nonEmpty(a.ID.Source())
	case "approval":
		return nonEmpty(string(a.Approval))
	case "id":
		return []string{string(a.ID)}
	case "year":
		if a.Created.IsZero() {
			return nil
		}
		return []string{fmt.Sprintf("%04d", a.Created.Year())}
	}
	if name, ok := customName(field); ok {
		return a.Fields[name]
	}
	return nil
}

func customName(field string) (string, bool) {
	const prefix = "field:"
	if len(field) > len(prefix) && field[:len(prefix)] == prefix {
		return field[len(prefix):], true
	}
	return "", false
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func appendNew(list, more []int32) []int32 {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// OfContext gives the values that a word of an event's context names in a dimension: a concept by URI,
// label or notation, or a raw value as assets write it. It is nil where the word names nothing known.
func (r *Reader) OfContext(dimension, value string, direct bool) []DimensionValue {
	g, ok := r.groups(dimension, direct)
	if !ok {
		return nil
	}
	if !g.dimension.HasScheme {
		reads := newReading(value)
		for _, raw := range r.q.view.Values(g.dimension.Field) {
			if raw == value {
				return []DimensionValue{{Name: raw, Path: raw}}
			}
		}
		for _, raw := range r.q.view.Values(g.dimension.Field) {
			if reads.same(raw) {
				return []DimensionValue{{Name: raw, Path: raw}}
			}
		}
		return nil
	}
	named := r.q.conceptsNamed(&g.dimension, value)
	if len(named) == 0 {
		named = r.q.st.labels.Noted(value, func(c int32) bool { return r.q.st.th.InScheme(c, g.dimension.Scheme) })
	}
	if len(named) != 1 {
		return nil
	}
	return r.values(g, g.of(named[0]))
}

// OfConcepts gives the values of concepts, as a search names them, in a dimension.
func (r *Reader) OfConcepts(dimension string, uris []string, direct bool) []DimensionValue {
	g, ok := r.groups(dimension, direct)
	if !ok || !g.dimension.HasScheme {
		return nil
	}
	var groups []int32
	for _, uri := range uris {
		if c, ok := r.q.st.th.Find(semdex.ConceptID(uri)); ok {
			groups = appendNew(groups, g.of(c))
		}
	}
	return r.values(g, groups)
}

func (r *Reader) values(g *Groups, groups []int32) []DimensionValue {
	out := make([]DimensionValue, 0, len(groups))
	for _, group := range groups {
		name, uri := g.Name(group, "")
		v := DimensionValue{Name: name, URI: uri, Path: name}
		if uri != "" {
			v.Path = r.q.st.th.PathString(group, r.q.st.settings.Languages...)
		}
		out = append(out, v)
	}
	return out
}

// Links gives what could not be linked: values that name several concepts of one scheme, and values of
// "concepts" that name none.
func (r *Reader) Links() (ambiguous []Ambiguity, unknown []Value) { return r.q.st.report() }

// ConceptsOf gives the concepts that an asset is linked to, by the order of its values.
func (r *Reader) ConceptsOf(a *semdex.Asset) []semdex.ConceptID {
	var out []semdex.ConceptID
	for _, c := range r.q.st.conceptsOfAsset(a) {
		out = append(out, r.q.st.th.ID(c))
	}
	return out
}

// View gives an asset in the form of answers.
func (r *Reader) View(a *semdex.Asset, access Access, lang string) *AssetView {
	return r.q.st.assetView(a, access, lang)
}
