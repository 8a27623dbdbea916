package library

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"sync"

	"semdex"
	"semdex/api"
	"semdex/graph"
	"semdex/search"
	"semdex/search/neardup"
)

// duplicates keeps the clusters of one state of mirror and vocabulary.
type duplicates struct {
	mu       sync.Mutex
	made     bool
	sequence uint64
	graph    *graph.Graph
	clusters []neardup.Cluster
	of       map[semdex.AssetID]int
	prints   map[semdex.AssetID]neardup.Print
}

// clustered brings the clusters up to the library as it stands.
func (l *Library) clustered() (*duplicates, error) {
	d := &l.duplicates
	sequence, err := l.mirror.Sequence()
	if err != nil {
		return nil, err
	}
	if d.made && d.sequence == sequence && d.graph == l.graph.Load() {
		return d, nil
	}
	g := l.graph.Load()
	applied, err := l.index.Applied()
	if err != nil {
		return nil, err
	}
	reader := l.search.Reader()
	defer reader.Release()
	var prints []neardup.Print
	err = l.mirror.Each(func(a *semdex.Asset) error {
		prints = append(prints, neardup.NewPrint(a, reader.ConceptsOf(a)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	d.clusters, d.sequence, d.graph, d.made = neardup.Group(prints), sequence, g, true
	d.made = applied >= sequence // during a sync the newest assets are not linked yet: such clusters serve once
	d.of, d.prints = map[semdex.AssetID]int{}, map[semdex.AssetID]neardup.Print{}
	for _, p := range prints {
		d.prints[p.ID] = p
	}
	for i, c := range d.clusters {
		for _, m := range c.Assets {
			d.of[m.ID] = i
		}
	}
	return d, nil
}

// DuplicatesOf gives the assets that are the same as one, as far as the access may see them.
func (l *Library) DuplicatesOf(ctx context.Context, r search.SimilarRequest) ([]api.Duplicate, error) {
	r.Access = l.search.Restrict(r.Access)
	asset, err := l.search.Asset(ctx, r.ID, r.Access, r.Lang)
	if err != nil {
		return nil, err
	}
	if r.MinScore < 0 {
		r.MinScore = neardup.Threshold
	}
	l.duplicates.mu.Lock()
	defer l.duplicates.mu.Unlock()
	d, err := l.clustered()
	if err != nil {
		return nil, err
	}
	found := []api.Duplicate{}
	i, ok := d.of[asset.ID]
	if !ok {
		return found, nil
	}
	for _, m := range d.clusters[i].Assets {
		kind, score := neardup.Compare(d.prints[asset.ID], d.prints[m.ID])
		if visible, err := l.sees(m.ID, r.Access); err != nil {
			return nil, err
		} else if visible && m.ID != asset.ID && score >= r.MinScore {
			found = append(found, api.Duplicate{ID: m.ID, Score: score, Kind: kind, Reasons: []string{neardup.Reason(kind, score)}})
		}
	}
	slices.SortFunc(found, func(a, b api.Duplicate) int { return cmp.Or(-cmp.Compare(a.Score, b.Score), cmp.Compare(a.ID, b.ID)) })
	return found[:min(len(found), cmp.Or(r.Limit, 10))], nil
}

func (l *Library) sees(id semdex.AssetID, access search.Access) (bool, error) {
	if access.Whole() {
		return true, nil
	}
	a, err := l.mirror.Asset(id)
	return a != nil && access.Visible(a), err
}

// clusterCursor is the form of what Duplicates goes on after: the id of a cluster, which may be gone by then.
var clusterCursor = regexp.MustCompile(`^dup_[0-9a-f]{16}$`)

// Duplicates gives the clusters with at least two assets that the access may see, by their ids, at most limit of them
// after the one that cursor names. A cursor of another form is a semdex.Error of the code Invalid.
func (l *Library) Duplicates(_ context.Context, cursor string, limit int, access search.Access) ([]neardup.Cluster, string, error) {
	if cursor != "" && !clusterCursor.MatchString(cursor) {
		return nil, "", badCursor()
	}
	access = l.search.Restrict(access)
	l.duplicates.mu.Lock()
	defer l.duplicates.mu.Unlock()
	d, err := l.clustered()
	if err != nil {
		return nil, "", err
	}
	page := []neardup.Cluster{}
	for _, c := range d.clusters {
		if c.ID <= cursor {
			continue
		}
		seen, err := l.visibleCluster(d, c, access)
		if err != nil {
			return nil, "", err
		}
		if len(seen.Assets) < 2 {
			continue
		}
		if len(page) == limit {
			return page, page[limit-1].ID, nil
		}
		page = append(page, seen)
	}
	return page, "", nil
}

// visibleCluster leaves out what the access may not see, and proposes a survivor among the rest.
func (l *Library) visibleCluster(d *duplicates, c neardup.Cluster, access search.Access) (neardup.Cluster, error) {
	var prints []neardup.Print
	for _, m := range c.Assets {
		visible, err := l.sees(m.ID, access)
		if err != nil {
			return c, err
		}
		if visible {
			prints = append(prints, d.prints[m.ID])
		}
	}
	if len(prints) == len(c.Assets) {
		return c, nil
	}
	largest := neardup.Cluster{}
	for _, again := range neardup.Group(prints) { // several, where what is left out held them together
		if len(again.Assets) > len(largest.Assets) {
			largest = again
		}
	}
	largest.ID = c.ID
	return largest, nil
}
