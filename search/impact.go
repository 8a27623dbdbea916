package search

import (
	"context"
	"slices"

	"semdex"
)

// Outcome is what a request comes to, as far as two vocabularies are compared by it.
type Outcome struct {
	Total    int
	IDs      []semdex.AssetID // the first ones, best first
	Concepts []ConceptRef     // that the query names
}

// Outcome runs a request and reads no record.
func (s *Service) Outcome(ctx context.Context, r Request) (*Outcome, error) {
	q, _, result, err := s.run(ctx, &r, nil)
	if err != nil {
		return nil, err
	}
	defer q.view.Release()
	o := &Outcome{Total: result.Total}
	for _, hit := range result.Hits {
		o.IDs = append(o.IDs, hit.ID)
	}
	for _, n := range q.named {
		ref := ConceptRef{URI: q.st.th.ID(n.concept), Label: q.st.label(n.concept, r.Lang)}
		if !slices.Contains(o.Concepts, ref) {
			o.Concepts = append(o.Concepts, ref)
		}
	}
	return o, nil
}

// Depths at which two outcomes are compared.
const (
	ImpactTop  = 10
	ImpactDeep = 100
)

// Impact is how the outcome of a query changes from one vocabulary to another.
type Impact struct {
	Before     int              `json:"total_before"`
	After      int              `json:"total_after"`
	Top        TopImpact        `json:"top_10"`
	Deep       TopImpact        `json:"top_100"`
	Overlap    float64          `json:"overlap" doc:"of the two rankings' top 10, 0 to 1: the mean over the depths of the share of assets that both have so far"`
	NewlyNamed []ConceptRef     `json:"newly_named" doc:"concepts that the query names now"`
	NotNamed   []ConceptRef     `json:"no_longer_named"`
	Gained     []semdex.AssetID `json:"gained" doc:"assets that come into the top 10, best first"`
	Lost       []semdex.AssetID `json:"lost" doc:"assets that go from the top 10"`
}

// TopImpact counts what comes into the first hits and what goes from them.
type TopImpact struct {
	Gained int `json:"gained"`
	Lost   int `json:"lost"`
}

// Changed reports whether anything is different.
func (i *Impact) Changed() bool {
	return i.Before != i.After || i.Overlap < 1 || i.Deep != TopImpact{} || len(i.NewlyNamed)+len(i.NotNamed) > 0
}

// CompareOutcomes tells how after differs from before. It is pure.
func CompareOutcomes(before, after *Outcome) Impact {
	i := Impact{
		Before: before.Total, After: after.Total, Overlap: AverageOverlap(before.IDs, after.IDs, ImpactTop),
		NewlyNamed: without(after.Concepts, before.Concepts), NotNamed: without(before.Concepts, after.Concepts),
		Gained: missing(first(after.IDs, ImpactTop), first(before.IDs, ImpactTop)), Lost: missing(first(before.IDs, ImpactTop), first(after.IDs, ImpactTop)),
	}
	i.Top = TopImpact{len(i.Gained), len(i.Lost)}
	i.Deep = TopImpact{len(missing(first(after.IDs, ImpactDeep), first(before.IDs, ImpactDeep))), len(missing(first(before.IDs, ImpactDeep), first(after.IDs, ImpactDeep)))}
	return i
}

// AverageOverlap compares two rankings without judgements: the mean, over the depths 1 to depth, of the share of
// assets that the first so many of both have in common (R. Fagin, R. Kumar and D. Sivakumar, Comparing top k lists,
// SIAM J. Discrete Math. 17, 2003, as one less their intersection metric). 1 is the same order, 0 nothing in common;
// the top counts most. Rankings that are shorter are compared to the end of the longer one; two empty ones are the same.
func AverageOverlap(a, b []semdex.AssetID, depth int) float64 {
	depth = min(depth, max(len(a), len(b)))
	if depth == 0 {
		return 1
	}
	sum, common := 0.0, 0
	for d := range depth {
		if d < len(a) && slices.Contains(b[:min(d, len(b))], a[d]) {
			common++
		}
		if d < len(b) && slices.Contains(a[:min(d+1, len(a))], b[d]) {
			common++
		}
		sum += float64(common) / float64(d+1)
	}
	return sum / float64(depth)
}

func first(ids []semdex.AssetID, n int) []semdex.AssetID { return ids[:min(n, len(ids))] }

// missing gives what list has and other has not.
func missing(list, other []semdex.AssetID) []semdex.AssetID {
	in := make(map[semdex.AssetID]bool, len(other))
	for _, id := range other {
		in[id] = true
	}
	out := []semdex.AssetID{}
	for _, id := range list {
		if !in[id] {
			out = append(out, id)
		}
	}
	return out
}

// without gives the concepts of list that other has not, by their URIs: another label alone is no other concept.
func without(list, other []ConceptRef) []ConceptRef {
	out := []ConceptRef{}
	for _, c := range list {
		if !slices.ContainsFunc(other, func(o ConceptRef) bool { return o.URI == c.URI }) {
			out = append(out, c)
		}
	}
	return out
}
