package eval

import (
	"cmp"
	"fmt"
	"slices"
)

// Side is one of two ways to search, by a name to show.
type Side struct {
	Name   string  `json:"name"`
	Mean   Metrics `json:"mean"`
	Report *Report `json:"-"`
}

// Comparison sets two rankings of the same queries side by side: first a baseline, then what may take its place.
type Comparison struct {
	Depth   int     `json:"depth"`
	Judged  int     `json:"judged"` // queries with a relevant asset: those in the means
	Sides   [2]Side `json:"sides"`
	Change  Metrics `json:"change"`  // the second mean less the first
	PValue  Metrics `json:"p_value"` // of each change; see Randomization
	Same    int     `json:"same"`    // queries that both sides rank alike
	Overlap float64 `json:"overlap"` // mean over all queries, judged or not
	Queries []Pair  `json:"queries"` // in the order of the first report
}

// Pair is what both sides made of one query.
type Pair struct {
	Query
	Relevant int        `json:"relevant"`
	Found    [2]int     `json:"found"` // of the relevant ones
	Hits     [2]int     `json:"hits"`
	Metrics  [2]Metrics `json:"metrics"`
	Overlap  float64    `json:"overlap"` // of the rankings; see Overlap
	Same     bool       `json:"same"`
	Gained   Assets     `json:"gained"` // what the second side alone has
	Lost     Assets     `json:"lost"`   // what the first side alone has
}

// Assets are some assets of a ranking: how many, and the ids of the best ranked.
type Assets struct {
	Count int      `json:"count"`
	First []string `json:"first"`
}

// maxListed bounds Assets.First.
const maxListed = 10

// Compare pairs the queries of two reports on the same queries, baseline first. Reports on other queries, or to
// another depth, are an error.
func Compare(baseline, other Side) (*Comparison, error) {
	a, b := baseline.Report, other.Report
	if a.Depth != b.Depth || !slices.EqualFunc(a.Queries, b.Queries, func(x, y Result) bool { return x.Query == y.Query }) {
		return nil, fmt.Errorf("%s and %s were asked other queries, or to another depth", baseline.Name, other.Name)
	}
	baseline.Mean, other.Mean = a.Mean, b.Mean
	c := &Comparison{Depth: a.Depth, Judged: a.Judged, Sides: [2]Side{baseline, other}, Change: b.Mean, Queries: []Pair{}}
	c.Change.subtract(a.Mean)
	var changes []Metrics
	for i := range a.Queries {
		p := pair(&a.Queries[i], &b.Queries[i])
		if p.Same {
			c.Same++
		}
		if p.Relevant > 0 {
			changes = append(changes, p.Change())
		}
		c.Overlap += p.Overlap / float64(len(a.Queries))
		c.Queries = append(c.Queries, p)
	}
	c.PValue = Randomization(changes)
	return c, nil
}

func pair(a, b *Result) Pair {
	return Pair{
		Query: a.Query, Relevant: a.Relevant, Found: [2]int{a.Found, b.Found}, Hits: [2]int{a.Hits, b.Hits},
		Metrics: [2]Metrics{a.Metrics, b.Metrics}, Overlap: Overlap(a.Ranked, b.Ranked), Same: slices.Equal(a.Ranked, b.Ranked),
		Gained: without(b.Ranked, a.Ranked), Lost: without(a.Ranked, b.Ranked),
	}
}

// Change is what the second side has more of each metric.
func (p *Pair) Change() Metrics {
	m := p.Metrics[1]
	m.subtract(p.Metrics[0])
	return m
}

// without gives what is in ids and not in others.
func without(ids, others []string) Assets {
	have := make(map[string]bool, len(others))
	for _, id := range others {
		have[id] = true
	}
	a := Assets{First: []string{}}
	for _, id := range ids {
		if have[id] {
			continue
		}
		if a.Count++; len(a.First) < maxListed {
			a.First = append(a.First, id)
		}
	}
	return a
}

// Gains are the judged queries that the second side ranks better, the best gain first: by NDCG@10, then by AP.
func (c *Comparison) Gains() []Pair { return c.changed(1) }

// Losses are the judged queries that the second side ranks worse, the worst loss first.
func (c *Comparison) Losses() []Pair { return c.changed(-1) }

func (c *Comparison) changed(sign float64) []Pair {
	by := func(p Pair) (ndcg, ap float64) {
		m := p.Change()
		return rounded(m.NDCG10) * sign, rounded(m.AP) * sign
	}
	var out []Pair
	for _, p := range c.Queries {
		if ndcg, ap := by(p); p.Relevant > 0 && (ndcg > 0 || ndcg == 0 && ap > 0) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Pair) int {
		n, m := by(a)
		k, l := by(b)
		return cmp.Or(-cmp.Compare(n, k), -cmp.Compare(m, l))
	})
	return out
}

// rounded is v without the noise of sums in another order.
func rounded(v float64) float64 { return float64(int64(v*1e9)) / 1e9 }

// Unjudged are the queries without a relevant asset whose rankings differ, those first that matter most: by how
// little the rankings overlap, times how often the query was asked.
func (c *Comparison) Unjudged() []Pair {
	weight := func(p Pair) float64 { return (1 - p.Overlap) * float64(max(1, p.Asked)) }
	var out []Pair
	for _, p := range c.Queries {
		if p.Relevant == 0 && !p.Same {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Pair) int { return -cmp.Compare(weight(a), weight(b)) })
	return out
}

// persistence is p of Overlap: the first ten ranks have 86 % of the weight.
const persistence = 0.9

// Overlap is the rank-biased overlap of two rankings, extrapolated, with p = 0.9: 1 for the same order, 0 where
// nothing is in both; what stands higher counts more (W. Webber, A. Moffat and J. Zobel, A Similarity Measure for
// Indefinite Rankings, ACM TOIS 28(4), 2010, equation 32). Two empty rankings are the same.
func Overlap(a, b []string) float64 {
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(short) == 0 {
		if len(long) == 0 {
			return 1
		}
		return 0
	}
	s, l := float64(len(short)), float64(len(long))
	seen := make(map[string]bool, len(long))
	common, commonShort, sum, weight := 0.0, 0.0, 0.0, 1.0
	meet := func(id string) {
		if seen[id] {
			common++
		}
		seen[id] = true
	}
	for i, id := range long {
		meet(id)
		if i < len(short) {
			meet(short[i])
			commonShort = common
		}
		d := float64(i + 1)
		agreement := common / d
		if d > s {
			agreement += commonShort * (d - s) / (s * d)
		}
		weight *= persistence
		sum += agreement * weight
	}
	return min(1, (1-persistence)/persistence*sum+((common-commonShort)/l+commonShort/s)*weight)
}
