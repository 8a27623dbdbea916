package search

import (
	"context"
	"maps"
	"math"
	"time"

	"semdex"
)

// SignalWeights say how much each signal counts within a class: the most that it adds to a score, where 2 is the
// distance between two classes. Together they stay below a tenth, so they order what suits a query about equally
// well and nothing else. The zero value leaves all of them out.
type SignalWeights struct {
	Freshness  float64 // of what was created now; half of it at 180 days
	Popularity float64 // of the asset that is used most
	Approval   float64 // of what is approved, among those who see the rest too
}

// DefaultSignals are the weights of a library that sets none.
var DefaultSignals = SignalWeights{Freshness: 0.02, Popularity: 0.04, Approval: 0.01}

// MaxSignals bounds the sum of SignalWeights.
const MaxSignals = 0.1

// NewPopularity scales how much assets are used to 0 to 1, by the logarithm: the asset used most is at 1, one
// that is not used at 0.
func NewPopularity(uses map[semdex.AssetID]float64) *Popularity {
	most := 0.0
	for _, n := range uses {
		if !math.IsInf(n, 0) {
			most = max(most, n)
		}
	}
	p := &Popularity{By: map[semdex.AssetID]float32{}}
	for id, n := range uses {
		if share := float32(math.Log1p(min(n, most)) / math.Log1p(most)); share > 0 {
			p.By[id] = share
		}
	}
	return p
}

// Uses tells how much assets are used. *analytics.Store satisfies it.
type Uses interface {
	// Uses gives a measure of the uses of each asset up to now, 0 or more. Leading parts of ids may be left out.
	Uses(ctx context.Context, now time.Time) (map[string]float64, error)
}

// MeasurePopularity makes what u tells the popularity of all queries that begin from now on. It may take seconds: no
// query waits for it.
func (s *Service) MeasurePopularity(ctx context.Context, u Uses) error {
	named, err := u.Uses(ctx, s.now())
	if err != nil {
		return err
	}
	v := s.engine.View()
	defer v.Release()
	uses := map[semdex.AssetID]float64{}
	for name, n := range named {
		if err := ctx.Err(); err != nil {
			return err
		}
		if id, err := resolve(v, name); err == nil {
			uses[id] += n
		}
	}
	p := NewPopularity(uses)
	if old := s.popularity(0); old.Popularity == nil && len(p.By) > 0 || old.Popularity != nil && !maps.Equal(old.By, p.By) {
		s.SetPopularity(p)
	}
	return nil
}

// keptPopularities is how many values of popularity a Service keeps for those who page by cursor.
const keptPopularities = 4

// dated is a popularity and the number by which cursors name it.
type dated struct {
	epoch int64
	*Popularity
}

// SetPopularity makes p the popularity of all queries that begin from now on; with nil nothing is popular. Whoever goes on by a cursor keeps
// the one that he began with, as long as no more than a few came since.
func (s *Service) SetPopularity(p *Popularity) {
	s.popularMu.Lock()
	defer s.popularMu.Unlock()
	var kept []dated
	epoch := s.now().UnixNano()
	if old := s.popular.Load(); old != nil {
		kept, epoch = *old, max(epoch, (*old)[0].epoch+1)
	}
	next := append([]dated{{epoch, p}}, kept[:min(len(kept), keptPopularities-1)]...)
	s.popular.Store(&next)
	s.adjusted.Add(1)
}

// popularity gives the popularity of an epoch, or the newest where that one is gone or is 0.
func (s *Service) popularity(epoch int64) dated {
	all := *s.popular.Load()
	for _, d := range all {
		if d.epoch == epoch {
			return d
		}
	}
	return all[0]
}

// signals gives the signals of a plan that begins at the Unix second now.
func (w SignalWeights) signals(now int64, p *Popularity) *Signals {
	return &Signals{Now: now, Freshness: w.Freshness, Popularity: w.Popularity, Approval: w.Approval, Popular: p}
}
