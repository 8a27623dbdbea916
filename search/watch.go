package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"

	"semdex"
)

// Watch is a request in one state of vocabulary and index, for whoever follows its whole result over time.
//
// What a request finds depends on its plan and on what each asset bears, and on nothing else. So where the plan is
// the one of last time, only assets that changed since can have entered or left the result, and Of tells of these.
// Where it is another one, because a label, a right or the day changed, All tells the whole result anew.
type Watch struct {
	Plan  PlanPrint
	Total int // assets in the result

	q    *querying
	plan *Plan
}

// PlanPrint is the fingerprint of what a plan searches for: groups, filters, access, pins; not of order, page, facets
// and weights, by which nothing enters or leaves.
type PlanPrint [16]byte

// Watch reads a request and pins the state of now. The caller releases it.
func (s *Service) Watch(ctx context.Context, r Request) (*Watch, error) {
	r.Facets, r.Sort, r.Cursor, r.Offset, r.Limit, r.Explain = nil, nil, "", 0, 0, false
	q, plan, result, err := s.run(ctx, &r, nil)
	if err != nil {
		return nil, err
	}
	return &Watch{Plan: printOf(plan), Total: result.Total, q: q, plan: plan}, nil
}

// Release gives the state back.
func (w *Watch) Release() { w.q.view.Release() }

// All gives the assets in the result, in any order, at most limit of them.
func (w *Watch) All(ctx context.Context, limit int) ([]semdex.AssetID, error) {
	return w.run(ctx, *w.plan, min(limit, w.Total))
}

// Of gives those of some assets that are in the result, in any order.
func (w *Watch) Of(ctx context.Context, ids []semdex.AssetID) ([]semdex.AssetID, error) {
	plan, only := *w.plan, Filter{Name: "id"}
	for _, id := range ids {
		only.Values = append(only.Values, Value{"id", string(id)})
	}
	plan.Filters = append(append([]Filter{}, plan.Filters...), only)
	return w.run(ctx, plan, len(ids))
}

func (w *Watch) run(ctx context.Context, plan Plan, limit int) ([]semdex.AssetID, error) {
	if limit == 0 {
		return nil, nil
	}
	plan.Limit = limit
	result, err := w.q.view.Search(ctx, &plan)
	if err != nil {
		return nil, err
	}
	ids := make([]semdex.AssetID, len(result.Hits))
	for i, hit := range result.Hits {
		ids[i] = hit.ID
	}
	return ids, nil
}

// printOf gives the fingerprint of a plan. The day counts only where the access asks for rights.
func printOf(p *Plan) PlanPrint {
	c := struct {
		Groups         []Group
		Filters        []Filter
		Access         Access
		Pinned, Hidden []semdex.AssetID
	}{nil, p.Filters, p.Access, p.Pinned, p.Hidden}
	if c.Access.All && !c.Access.Rights { // rights do not count
		c.Access.Use = semdex.Use{}
	}
	for _, g := range p.Groups {
		c.Groups = append(c.Groups, bare(g))
	}
	c.Filters = slices.Clone(c.Filters)
	for i := range c.Filters {
		c.Filters[i].Values = slices.SortedFunc(slices.Values(c.Filters[i].Values), compareValues)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return PlanPrint{} // texts, numbers and flags always marshal
	}
	sum := sha256.Sum256(body)
	return PlanPrint(sum[:])
}

// bare gives a group without what does not decide whether an asset has evidence for it.
func bare(g Group) Group {
	out := Group{Required: g.Required, Excluded: g.Excluded}
	for _, v := range g.Values {
		out.Values = append(out.Values, ValueEvidence{Value: v.Value})
	}
	slices.SortFunc(out.Values, func(a, b ValueEvidence) int { return compareValues(a.Value, b.Value) }) // they came in the order of the index
	for _, t := range g.Texts {
		out.Texts = append(out.Texts, TextEvidence{Terms: t.Terms, Except: t.Except, Where: t.Where, Prefix: t.Prefix})
	}
	for _, c := range g.Codes {
		out.Codes = append(out.Codes, CodeEvidence{Code: c.Code})
	}
	return out
}

func compareValues(a, b Value) int {
	return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Value, b.Value))
}
