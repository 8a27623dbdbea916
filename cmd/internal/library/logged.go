package library

import (
	"context"
	"fmt"

	"semdex/analytics"
	"semdex/search/eval"
)

// LoggedQueries gives the queries that the usage log says were typed, at most most of them, those asked most often
// first.
func (l *Library) LoggedQueries(ctx context.Context, most int) ([]eval.Query, error) {
	store, err := l.usage.open()
	if err != nil {
		return nil, err
	}
	logged, _, _, err := store.Queries(ctx, analytics.QueryRequest{Limit: most})
	if err != nil {
		return nil, err
	}
	queries := make([]eval.Query, len(logged))
	for i, q := range logged {
		queries[i] = eval.Query{ID: fmt.Sprintf("log%d", i+1), Text: q.Query, Lang: q.Lang, Asked: q.Searches}
	}
	return queries, nil
}
