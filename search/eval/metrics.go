package eval

import (
	"math"
	"slices"
)

// Metrics of one ranking, or their means over queries. All lie between 0 and 1.
type Metrics struct {
	// NDCG10 is the discounted cumulated gain of the first ten, by that of the best possible ten. The gain is
	// the grade, the discount log2(rank+1) (K. Järvelin and J. Kekäläinen, Cumulated Gain-Based Evaluation of
	// IR Techniques, ACM TOIS 20(4), 2002, in the form of trec_eval's ndcg_cut).
	NDCG10 float64 `json:"ndcg_10"`
	// MRR is one by the rank of the first relevant asset, 0 where there is none (E. Voorhees, The TREC-8
	// Question Answering Track Report, 1999).
	MRR float64 `json:"mrr"`
	// AP is the precision at the rank of each relevant asset, averaged over all relevant ones; what was not
	// found counts 0 (C. Buckley and E. Voorhees, Evaluating Evaluation Measure Stability, SIGIR 2000). Its
	// mean over queries is MAP.
	AP float64 `json:"ap"`
	// P10 is the share of the first ten that is relevant. Fewer than ten hits count as ten (C. Manning, P.
	// Raghavan and H. Schütze, Introduction to Information Retrieval, 2008, chapter 8).
	P10 float64 `json:"p_10"`
	// R100 and R1000 are the share of what is relevant that is among the first hundred and thousand (same
	// chapter).
	R100  float64 `json:"r_100"`
	R1000 float64 `json:"r_1000"`
}

// Measure compares a ranking, ids best first and each once, with judgements: id to grade, relevant above 0.
func Measure(ranked []string, grades map[string]int) Metrics {
	relevant := 0
	for _, g := range grades {
		if g > 0 {
			relevant++
		}
	}
	if relevant == 0 {
		return Metrics{}
	}
	m := Metrics{NDCG10: ndcg(ranked, grades, 10)}
	found, precisions := 0, 0.0
	for i, id := range ranked {
		if grades[id] <= 0 {
			continue
		}
		found++
		precisions += float64(found) / float64(i+1)
		switch {
		case i < 10:
			m.P10 += 1.0 / 10
			fallthrough
		case i < 100:
			m.R100 += 1 / float64(relevant)
			fallthrough
		case i < 1000:
			m.R1000 += 1 / float64(relevant)
		}
		if found == 1 {
			m.MRR = 1 / float64(i+1)
		}
	}
	m.AP = precisions / float64(relevant)
	return m
}

func ndcg(ranked []string, grades map[string]int, depth int) float64 {
	gains := make([]int, 0, depth)
	for _, id := range ranked[:min(depth, len(ranked))] {
		gains = append(gains, max(0, grades[id]))
	}
	best := make([]int, 0, len(grades))
	for _, g := range grades {
		best = append(best, max(0, g))
	}
	slices.SortFunc(best, func(a, b int) int { return b - a })
	return dcg(gains) / dcg(best[:min(depth, len(best))])
}

func dcg(gains []int) float64 {
	sum := 0.0
	for i, g := range gains {
		sum += float64(g) / math.Log2(float64(i+2))
	}
	return sum
}

// fields are all metrics, by the names that tables show.
func (m *Metrics) fields() []metric {
	return []metric{{"NDCG@10", &m.NDCG10}, {"MRR", &m.MRR}, {"AP", &m.AP}, {"P@10", &m.P10}, {"R@100", &m.R100}, {"R@1000", &m.R1000}}
}

type metric struct {
	name  string
	value *float64
}

func (m *Metrics) add(other Metrics) { m.plus(1, &other) }

func (m *Metrics) subtract(other Metrics) { m.plus(-1, &other) }

func (m *Metrics) plus(sign float64, other *Metrics) {
	m.NDCG10 += sign * other.NDCG10
	m.MRR += sign * other.MRR
	m.AP += sign * other.AP
	m.P10 += sign * other.P10
	m.R100 += sign * other.R100
	m.R1000 += sign * other.R1000
}

func (m *Metrics) scale(by float64) {
	for _, f := range m.fields() {
		*f.value *= by
	}
}
