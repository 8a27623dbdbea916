package search

import (
	"context"
	"reflect"
	"slices"

	"semdex"
)

// asWritten plans the request as it is with ExpandNone, to judge hits by; nil where the query has no words to search for.
// It shares with q the state, the view and the access.
func (q *querying) asWritten(ctx context.Context, p *Plan) (*Plan, error) {
	if len(p.Groups) == 0 || q.request.Expand == ExpandNone {
		return nil, nil
	}
	r := *q.request
	r.Expand, r.Exclude, r.Schemes, r.Sort, r.Facets, r.Cursor = ExpandNone, nil, nil, nil, nil, ""
	written := q.again(&r)
	written.seen, written.standing = q.seen, q.standing // what q has asked already, with the same access
	plain, err := written.plan(ctx)
	if err == nil && reflect.DeepEqual(plain.Filters, p.Filters) {
		plain.Filters = nil // hits have passed them
	}
	return plain, err
}

// foundBy says whether the words of the query alone would have found a hit with these texts, or only its expansion;
// "" where the query has none.
func (q *querying) foundBy(a *semdex.Asset, texts []assetText) string {
	switch {
	case q.written != nil:
		if d := (&dossier{asset: a, texts: texts}); !d.found(q.written) {
			return semdex.FoundByExpansion
		}
		return semdex.FoundByText
	case q.worded:
		return semdex.FoundByText
	}
	return ""
}

// found reports whether an asset that may be seen is among the hits of a plan. It is what judge finds, but looks no further
// than it must.
func (d *dossier) found(p *Plan) bool {
	if slices.Contains(p.Hidden, d.asset.ID) || slices.ContainsFunc(p.Filters, func(f Filter) bool { return !d.passes(&f) }) {
		return false
	}
	if slices.Contains(p.Pinned, d.asset.ID) {
		return true
	}
	suits, ranked := false, false
	for i := range p.Groups {
		g := &p.Groups[i]
		ranked = ranked || !g.Excluded
		if suits && !g.Required && !g.Excluded {
			continue
		}
		switch has := d.suits(g); {
		case g.Excluded && has, g.Required && !has:
			return false
		case !g.Excluded:
			suits = suits || has
		}
	}
	return suits || !ranked
}

// suits reports whether there is evidence for a group, texts first: they are read already.
func (d *dossier) suits(g *Group) bool {
	return slices.ContainsFunc(g.Texts, func(e TextEvidence) bool { return d.says(&e) }) ||
		slices.ContainsFunc(g.Values, func(e ValueEvidence) bool { return d.bears(e.Value) }) ||
		slices.ContainsFunc(g.Codes, func(e CodeEvidence) bool {
			_, named := d.coded(e.Code)
			return named
		})
}
