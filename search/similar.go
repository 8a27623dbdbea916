package search

import (
	"cmp"
	"context"
	"slices"

	"semdex"
)

// similarThreshold is the likeness below which assets are not called related.
const similarThreshold = 0.15

// maxReasons bounds how many shared concepts are named for a related asset.
const maxReasons = 3

// resolve finds the one asset that an id, its leading parts perhaps left out, stands for.
func resolve(v View, id string) (semdex.AssetID, error) {
	switch found := v.Resolve(id); len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", noAsset(id)
	default:
		return "", &semdex.Error{Code: semdex.Invalid, Message: "the id " + id + " fits several assets", Hint: "give the full id, as answers do"}
	}
}

func noAsset(id string) error {
	return &semdex.Error{Code: semdex.NotFound, Message: "no asset " + id}
}

// visible reads an asset, if the access lets it be seen. To others it does not exist.
func (s *Service) visible(v View, id string, access Access) (*semdex.Asset, error) {
	var found *semdex.Asset
	for _, full := range v.Resolve(id) {
		a, err := s.records.Asset(full)
		switch {
		case err != nil:
			return nil, err
		case a == nil || !access.Visible(a):
		case found != nil:
			return nil, &semdex.Error{Code: semdex.NotFound, Message: "the id " + id + " fits several assets", Hint: "give the full id, as answers do"}
		default:
			found = a
		}
	}
	if found == nil {
		return nil, noAsset(id)
	}
	return found, nil
}

// Asset gives one asset in the form of answers.
func (s *Service) Asset(_ context.Context, id string, access Access, lang string) (*AssetView, error) {
	q := s.begin(&Request{Lang: lang, Access: access})
	defer q.view.Release()
	access = q.request.Access
	a, err := s.visible(q.view, id, access)
	if err != nil {
		return nil, err
	}
	return q.st.assetView(a, access, lang), nil
}

// Resolve gives the full id of an asset, its leading parts perhaps left out.
func (s *Service) Resolve(id string) (semdex.AssetID, bool) {
	v := s.engine.View()
	defer v.Release()
	full, err := resolve(v, id)
	return full, err == nil
}

// Related gives the assets that share the most telling concepts with one: each concept weighs by its
// information content in this library, what is broader included.
func (s *Service) Related(ctx context.Context, r SimilarRequest) ([]Similar, error) {
	q := s.begin(&Request{Lang: r.Lang, Access: r.Access})
	defer q.view.Release()
	r.Access = q.request.Access
	a, err := s.visible(q.view, r.ID, r.Access)
	if err != nil {
		return nil, err
	}
	weights, err := q.informationContent(ctx)
	if err != nil {
		return nil, err
	}
	if r.MinScore < 0 {
		r.MinScore = similarThreshold
	}
	groups := q.st.grouping(&everything, false)
	like, err := q.view.Overlap(ctx, &Overlap{ID: a.ID, By: groups, Weights: weights, Access: r.Access, MinScore: r.MinScore, Limit: cmp.Or(max(r.Limit, 0), 10)})
	if err != nil {
		return nil, err
	}
	out := []Similar{}
	for _, o := range like {
		other, err := s.records.Asset(o.ID)
		if err != nil {
			return nil, err
		}
		if other != nil && r.Access.Visible(other) {
			out = append(out, Similar{ID: o.ID, Score: o.Score, Reasons: q.shared(groups, o.Shared), Asset: q.st.assetView(other, r.Access, r.Lang)})
		}
	}
	return out, nil
}

// shared names the heaviest shared concepts, leaving out what is broader than one named before.
func (q *querying) shared(g *Groups, shared []int32) []string {
	var named []int32
	reasons := []string{}
	for _, c := range shared {
		if len(named) == maxReasons {
			break
		}
		implied := false
		for _, n := range named {
			implied = implied || slices.Contains(q.st.th.Ancestors(n), c)
		}
		if !implied {
			named = append(named, c)
			label, _ := g.Name(c, q.request.Lang)
			reasons = append(reasons, "both are about "+label)
		}
	}
	return reasons
}

// informationContent gives the weight of every concept in the state of the index that the query sees.
func (q *querying) informationContent(ctx context.Context) ([]float64, error) {
	generation := q.view.Generation()
	q.st.mu.Lock()
	weights, weighed := q.st.weights, q.st.weighed
	q.st.mu.Unlock()
	if weights != nil && weighed == generation {
		return weights, nil
	}
	plan := &Plan{Access: Access{All: true}, Facets: []Facet{{Name: everything.Name, By: q.st.grouping(&everything, false)}}}
	result, err := q.view.Search(ctx, plan)
	if err != nil {
		return nil, err
	}
	weights = q.st.informationContent(result.Counts[0], q.view.Len())
	q.st.mu.Lock()
	q.st.weights, q.st.weighed = weights, generation
	q.st.mu.Unlock()
	return weights, nil
}
