package search

import (
	"context"

	"semdex"
)

// Rank gives the ids of the hits of a request, best first, without reading a record: what an evaluation of
// long rankings needs.
func (s *Service) Rank(ctx context.Context, r Request) ([]semdex.AssetID, error) {
	if err := normalize(&r); err != nil {
		return nil, err
	}
	q := s.begin(&r)
	defer q.view.Release()
	plan, err := q.plan()
	if err != nil {
		return nil, err
	}
	result, err := q.view.Search(ctx, plan)
	if err != nil {
		return nil, err
	}
	ids := make([]semdex.AssetID, len(result.Hits))
	for i, hit := range result.Hits {
		ids[i] = hit.ID
	}
	return ids, nil
}
