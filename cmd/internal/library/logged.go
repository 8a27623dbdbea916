package library

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"semdex"
	"semdex/search/eval"
)

// LoggedQueries gives the queries that the usage log says were typed, at most most of them, those asked most often
// first. Case, blanks and what was asked again by the same words count as one query; in another language it is
// another.
func (l *Library) LoggedQueries(ctx context.Context, most int) ([]eval.Query, error) {
	store, err := l.usage.open()
	if err != nil {
		return nil, err
	}
	type key struct{ text, lang string }
	counted := map[key]*eval.Query{}
	err = store.Export(ctx, func(e semdex.Event) error {
		text := strings.Join(strings.Fields(e.Query), " ")
		if e.Type != semdex.SearchExecuted || text == "" {
			return nil
		}
		k := key{strings.ToLower(text), semdex.LanguageTag(e.Lang)}
		if counted[k] == nil {
			counted[k] = &eval.Query{Text: text, Lang: k.lang}
		}
		counted[k].Asked += e.Weight()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return mostAsked(counted, most), nil
}

// mostAsked sorts queries by how often they were asked and numbers them.
func mostAsked[K comparable](counted map[K]*eval.Query, most int) []eval.Query {
	queries := make([]eval.Query, 0, len(counted))
	for _, q := range counted {
		queries = append(queries, *q)
	}
	slices.SortFunc(queries, func(a, b eval.Query) int {
		return cmp.Or(-cmp.Compare(a.Asked, b.Asked), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Lang, b.Lang))
	})
	queries = queries[:min(most, len(queries))]
	for i := range queries {
		queries[i].ID = fmt.Sprintf("log%d", i+1)
	}
	return queries
}
