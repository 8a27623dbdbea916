package search

import (
	"context"

	"semdex"
)

// Rank gives the ids of the hits of a request, best first, without reading a record: what an evaluation of
// long rankings needs.
func (s *Service) Rank(ctx context.Context, r Request) ([]semdex.AssetID, error) {
	q, _, result, err := s.run(ctx, &r, nil)
	if err != nil {
		return nil, err
	}
	defer q.view.Release()
	ids := make([]semdex.AssetID, len(result.Hits))
	for i, hit := range result.Hits {
		ids[i] = hit.ID
	}
	return ids, nil
}
