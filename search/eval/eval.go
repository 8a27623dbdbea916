// Package eval measures a ranking against judged queries.
//
// Queries and judgements (qrels) come from files; Run asks a search for each query and compares what it
// ranked with what was judged. An asset without a judgement counts as not relevant, and one that is ranked
// twice counts at its first place. Queries that have no relevant asset are shown, but are not in the means,
// as nothing can be found for them.
//
// Compare sets two such measurements side by side: what changed for which query, whether the change may be chance,
// and, without judgements, how far the rankings overlap and what each has that the other has not.
//
// All but reading and asking is pure: the same rankings give the same Report and the same Comparison.
package eval

import (
	"context"
	"fmt"
)

// DefaultDepth is how many hits of a query are looked at where Options do not say.
const DefaultDepth = 1000

// Options of a run.
type Options struct {
	Depth int // hits looked at for each query; 0 is DefaultDepth
}

// Result is what was measured of one query.
type Result struct {
	Query
	Relevant int      `json:"relevant"` // judged with a grade above 0
	Found    int      `json:"found"`    // of these, ranked within the depth
	Hits     int      `json:"hits"`     // ranked at all, within the depth
	Metrics  Metrics  `json:"metrics"`
	Ranked   []string `json:"-"` // ids, best first, each once
}

// Report is what was measured of all queries.
type Report struct {
	Depth   int      `json:"depth"`
	Judged  int      `json:"judged"` // queries with a relevant asset: those in Mean
	Mean    Metrics  `json:"mean"`
	Queries []Result `json:"queries"`
}

// Run asks search for every query, one after the other, and measures what it ranks. search gives ids, best
// first; beyond the depth they are not looked at.
func Run(ctx context.Context, search func(context.Context, Query) ([]string, error), queries []Query, qrels Qrels, o Options) (*Report, error) {
	r := &Report{Depth: o.Depth, Queries: []Result{}}
	if r.Depth <= 0 {
		r.Depth = DefaultDepth
	}
	for _, q := range queries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ranked, err := search(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", q.ID, err)
		}
		r.Queries = append(r.Queries, measure(q, ranked, qrels[q.ID], r.Depth))
	}
	r.average()
	return r, nil
}

func measure(q Query, ranked []string, grades map[string]int, depth int) Result {
	r := Result{Query: q}
	seen := map[string]bool{}
	for _, id := range ranked {
		if len(r.Ranked) == depth {
			break
		}
		if !seen[id] {
			seen[id] = true
			r.Ranked = append(r.Ranked, id)
		}
	}
	for id, grade := range grades {
		if grade > 0 {
			r.Relevant++
			if seen[id] {
				r.Found++
			}
		}
	}
	r.Hits = len(r.Ranked)
	r.Metrics = Measure(r.Ranked, grades)
	return r
}

func (r *Report) average() {
	for _, q := range r.Queries {
		if q.Relevant > 0 {
			r.Judged++
			r.Mean.add(q.Metrics)
		}
	}
	if r.Judged > 0 {
		r.Mean.scale(1 / float64(r.Judged))
	}
}
