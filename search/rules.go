package search

import (
	"cmp"
	"fmt"
	"slices"

	"semdex"
)

// ExpansionSettings say how queries are expanded where a request does not.
type ExpansionSettings struct {
	Mode    Mode     // "" is ExpandNarrower
	Depth   *int     // narrower levels that are followed; nil: all
	Exclude []string // URIs or labels of concepts that are not expanded into, whatever a request says
	Schemes []string // schemes, or dimensions that have one; none: all
}

// complete fills what a request left out.
func (s *ExpansionSettings) complete(r *Request) {
	r.Expand = cmp.Or(r.Expand, s.Mode)
	if r.Depth == nil {
		r.Depth = s.Depth
	}
	if len(r.Schemes) == 0 {
		r.Schemes = s.Schemes
	}
	r.Exclude = append(slices.Clip(r.Exclude), s.Exclude...)
}

// reach writes down how far a request is expanded, beside its mode.
func (r *Request) reach() string {
	depth := "all"
	if r.Depth != nil {
		depth = fmt.Sprint(*r.Depth)
	}
	return fmt.Sprintf("%s %q %q", depth, r.Exclude, r.Schemes)
}

// namedBy tells whether a concept is one of those that URIs or labels name; nil where they name none.
func (st *state) namedBy(names []string) func(int32) bool {
	in := map[int32]bool{}
	for _, name := range names {
		if c, ok := st.th.Find(semdex.ConceptID(name)); ok {
			in[c] = true
			continue
		}
		for _, c := range st.labels.Named(name, func(int32) bool { return true }) {
			in[c] = true
		}
	}
	if len(in) == 0 {
		return nil
	}
	return func(c int32) bool { return in[c] }
}

// inSchemes tells whether a concept is in one of the schemes, which may be named by dimensions that have them; in
// any where there are none.
func (st *state) inSchemes(schemes []string) func(int32) bool {
	var ids []semdex.SchemeID
	for _, name := range schemes {
		ids = append(ids, st.schemeNamed(semdex.SchemeID(name)))
	}
	if len(ids) == 0 {
		return func(int32) bool { return true }
	}
	return func(c int32) bool {
		return slices.ContainsFunc(ids, func(id semdex.SchemeID) bool { return st.th.InScheme(c, id) })
	}
}

// schemeNamed gives the scheme that a dimension of the name has, else the name itself, which is a URI then.
func (st *state) schemeNamed(name semdex.SchemeID) semdex.SchemeID {
	for _, d := range st.settings.Dimensions {
		if d.Name == string(name) && d.HasScheme {
			return d.Scheme
		}
	}
	return name
}
