package search

import (
	"context"
	"slices"

	"semdex/internal/text"
)

// didYouMean gives the query with other words in the place of some that stand in few assets or in none: words that
// stand in very many more, or that name a concept. It is "" where there is no such query, where it would find nothing,
// and where words were put in the place of others already.
func (q *querying) didYouMean(ctx context.Context) (string, error) {
	r := q.request
	if len(q.corrections) > 0 || r.Offset > 0 || r.Cursor != "" || isText(r.Query) {
		return "", nil
	}
	type change struct {
		span
		read string
	}
	var changes []change
	for _, run := range append(plainRuns(q.typed), quotedRuns(q.typed)...) {
		suspects, err := q.suspects(ctx, run, fewAssets)
		if err != nil {
			return "", err
		}
		for i := range suspects {
			q.keepBetter(tokensOf(run), &suspects[i])
		}
		q.respell(run, suspects)
		for _, s := range suspects {
			if s.read != nil {
				changes = append(changes, change{span{run[s.at].Start, run[s.at].End}, s.read.Lower})
			}
		}
	}
	if len(changes) == 0 {
		return "", nil
	}
	slices.SortFunc(changes, func(a, b change) int { return b.from - a.from })
	meant := r.Query
	for _, c := range changes {
		meant = meant[:c.from] + c.read + meant[c.to:]
	}
	n, err := q.wouldFind(ctx, meant)
	if err != nil || n == 0 {
		return "", err
	}
	return meant, nil
}

// quotedRuns gives the words of each phrase that is asked for.
func quotedRuns(clauses []Clause) [][]Clause {
	var out [][]Clause
	for _, c := range clauses {
		if c.Kind != Phrase || c.Not || len(c.Tokens) > maxLooked {
			continue
		}
		var run []Clause
		for i, t := range c.Tokens {
			run = append(run, Clause{Kind: Plain, Tokens: c.Tokens[i : i+1], Start: t.Start, End: t.End})
		}
		out = append(out, run)
	}
	return out
}

// keepBetter leaves, for a word that stands somewhere, the spellings that stand in very many more assets or name
// something.
func (q *querying) keepBetter(tokens []text.Token, s *suspect) {
	if s.assets == 0 {
		return
	}
	tokens = slices.Clone(tokens)
	s.others = slices.DeleteFunc(slices.Clone(s.others), func(o spelling) bool {
		tokens[s.at] = o.Token
		return o.assets < manyTimes*s.assets && slices.Contains(outside(tokens, q.tellable(tokens)), s.at)
	})
}

// wouldFind counts what another query finds under the same filters.
func (q *querying) wouldFind(ctx context.Context, query string) (int, error) {
	r := *q.request
	r.Query, r.AsTyped, r.Facets, r.Cursor = query, true, nil, ""
	plan, err := q.again(&r).plan(ctx)
	if err != nil {
		return 0, err
	}
	plan.Limit = 0
	result, err := q.view.Search(ctx, plan)
	if err != nil {
		return 0, err
	}
	return result.Total, nil
}
