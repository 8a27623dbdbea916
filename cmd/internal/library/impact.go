package library

import (
	"cmp"
	"context"
	"slices"

	"semdex"
	"semdex/analytics"
	"semdex/api"
	"semdex/search"
)

// DraftImpact runs the most frequent logged queries by the vocabulary in use and by the draft. A query that cannot be
// searched for counts as one that finds nothing, whichever vocabulary it is.
func (l *Library) DraftImpact(ctx context.Context, r analytics.QueryRequest, access search.Access) (api.DraftImpact, error) {
	none := api.DraftImpact{}
	d, err := l.drafted()
	if err != nil {
		return none, err
	}
	store, err := l.usage.open()
	if err != nil {
		return none, err
	}
	logged, all, searches, err := store.Queries(ctx, r)
	if err != nil {
		return none, err
	}
	out := api.DraftImpact{From: r.From, To: r.To, LoggedQueries: all, LoggedSearches: searches}
	for _, q := range logged {
		request := search.Request{Query: q.Query, Lang: q.Lang, Access: access, Limit: search.ImpactDeep}
		before, after, err := bothOutcomes(ctx, l.search, d.service, request)
		if err != nil {
			return none, err
		}
		one := api.QueryImpact{Query: q.Query, Lang: q.Lang, Searches: q.Searches, Impact: search.CompareOutcomes(before, after)}
		one.Changed = one.Impact.Changed()
		out.Queries = append(out.Queries, one)
	}
	sumImpact(&out)
	return out, nil
}

func bothOutcomes(ctx context.Context, live, draft *search.Service, r search.Request) (before, after *search.Outcome, err error) {
	if before, err = outcome(ctx, live, r); err == nil {
		after, err = outcome(ctx, draft, r)
	}
	return before, after, err
}

// outcome runs a logged query; one that is refused today, being too long perhaps, finds nothing.
func outcome(ctx context.Context, s *search.Service, r search.Request) (*search.Outcome, error) {
	o, err := s.Outcome(ctx, r)
	if err != nil && semdex.CodeOf(err) == semdex.Invalid {
		return &search.Outcome{}, nil
	}
	return o, err
}

// sumImpact adds up what the queries tell, and puts those that change first. It is pure.
func sumImpact(out *api.DraftImpact) {
	overlap := 0.0
	out.Compared = len(out.Queries)
	for _, q := range out.Queries {
		out.Searches += q.Searches
		out.Before, out.After = out.Before+q.Before, out.After+q.After
		out.Top.Gained, out.Top.Lost = out.Top.Gained+q.Top.Gained, out.Top.Lost+q.Top.Lost
		out.Deep.Gained, out.Deep.Lost = out.Deep.Gained+q.Deep.Gained, out.Deep.Lost+q.Deep.Lost
		overlap += q.Overlap * float64(q.Searches)
		if q.Changed {
			out.Changed++
			out.SearchesChanged += q.Searches
		}
		if q.Before == 0 && q.After > 0 {
			out.Found++
		}
		if q.Before > 0 && q.After == 0 {
			out.Emptied++
		}
	}
	if out.Overlap = 1; out.Searches > 0 {
		out.Overlap = overlap / float64(out.Searches)
	}
	slices.SortStableFunc(out.Queries, func(a, b api.QueryImpact) int {
		if a.Changed != b.Changed {
			if a.Changed {
				return -1
			}
			return 1
		}
		return -cmp.Compare(a.Searches, b.Searches)
	})
}
