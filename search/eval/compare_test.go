package eval_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex/search/eval"
)

func TestOverlap(t *testing.T) {
	tests := []struct {
		name, a, b string
		want       float64
	}{
		{"the same order", "a b c", "a b c", 1},
		{"nothing in common", "a b c", "x y z", 0},
		{"two that find nothing agree", "", "", 1},
		{"one that finds nothing", "", "a", 0},
		{"the first two swapped: only the first rank disagrees", "a b c d", "b a c d", .9},
		{"a beginning of the other agrees as far as it goes", "a", "a b", 1},
		{"the first of two replaced", "x b", "a b", .1/.9*.5*.81*1 + .5*.81},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := strings.Fields(tt.a), strings.Fields(tt.b)
			if got := eval.Overlap(a, b); math.Abs(got-tt.want) > 1e-9 {
				t.Errorf("Overlap(%s, %s) = %.6f, want %.6f", tt.a, tt.b, got, tt.want)
			}
			if eval.Overlap(a, b) != eval.Overlap(b, a) {
				t.Error("the other way round it is another number")
			}
		})
	}
}

// TestRandomization compares with what counting all ways to swap gives.
func TestRandomization(t *testing.T) {
	changes := func(values ...float64) []eval.Metrics {
		var out []eval.Metrics
		for _, v := range values {
			out = append(out, eval.Metrics{NDCG10: v})
		}
		return out
	}
	tests := []struct {
		name    string
		changes []eval.Metrics
		want    float64
	}{
		{"no query", nil, 1},
		{"no change", changes(0, 0, 0), 1},
		{"one query tells nothing", changes(.9), 1},
		{"ten of ten better", changes(.1, .2, .1, .2, .1, .2, .1, .2, .1, .2), 2.0 / 1024},
		{"as much better as worse", changes(.3, -.3, .1, -.1), 1},
		{"three of three better", changes(.1, .2, .3), 2.0 / 8},
		{"two of three better", changes(.1, .2, -.05), 4.0 / 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := eval.Randomization(tt.changes)
			if math.Abs(got.NDCG10-tt.want) > .012 {
				t.Errorf("p is %.4f, want %.4f", got.NDCG10, tt.want)
			}
			if got.AP != 1 {
				t.Errorf("p of a metric without change is %.4f", got.AP)
			}
			if again := eval.Randomization(tt.changes); again != got {
				t.Errorf("asked again, p is %v, was %v", again, got)
			}
		})
	}
}

// sideOf measures rankings, given by query id as blank-separated asset ids.
func sideOf(t *testing.T, name string, ranked map[string]string) eval.Side {
	t.Helper()
	queries := []eval.Query{{ID: "better", Text: "one"}, {ID: "worse", Text: "two"}, {ID: "deeper", Text: "three"}, {ID: "same", Text: "four"},
		{ID: "rare", Text: "five"}, {ID: "often", Text: "six", Asked: 30}}
	qrels := eval.Qrels{"better": {"a": 1}, "worse": {"a": 1}, "deeper": {"k": 1}, "same": {"a": 1}}
	r, err := eval.Run(context.Background(), func(_ context.Context, q eval.Query) ([]string, error) { return strings.Fields(ranked[q.ID]), nil }, queries, qrels, eval.Options{Depth: 20})
	if err != nil {
		t.Fatal(err)
	}
	return eval.Side{Name: name, Report: r}
}

func compared(t *testing.T) *eval.Comparison {
	t.Helper()
	c, err := eval.Compare(
		sideOf(t, "live", map[string]string{"better": "x a", "worse": "a", "deeper": "1 2 3 4 5 6 7 8 9 10 11 k", "same": "a b", "rare": "a b", "often": "a b c"}),
		sideOf(t, "draft", map[string]string{"better": "a y z", "worse": "x", "deeper": "1 2 3 4 5 6 7 8 9 10 k", "same": "a b", "rare": "c", "often": "a c b"}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompare(t *testing.T) {
	c := compared(t)
	ids := func(pairs []eval.Pair) (out []string) {
		for _, p := range pairs {
			out = append(out, p.ID)
		}
		return out
	}
	for name, got := range map[string][2][]string{
		"gains, those that NDCG@10 does not see by AP": {ids(c.Gains()), {"better", "deeper"}},
		"losses":                     {ids(c.Losses()), {"worse"}},
		"unjudged, often asked ones": {ids(c.Unjudged()), {"often", "rare"}},
	} {
		if !slices.Equal(got[0], got[1]) {
			t.Errorf("%s: got %v, want %v", name, got[0], got[1])
		}
	}
	if c.Judged != 4 || c.Same != 1 {
		t.Errorf("%d judged, %d the same; want 4 and 1", c.Judged, c.Same)
	}
	if want := (.5 - 1 + (1/11.0 - 1/12.0)) / 4; math.Abs(c.Change.AP-want) > 1e-9 || math.Abs(c.Sides[1].Mean.AP-c.Sides[0].Mean.AP-want) > 1e-9 {
		t.Errorf("AP changed by %.6f, want %.6f", c.Change.AP, want)
	}
	want := eval.Pair{Gained: eval.Assets{Count: 2, First: []string{"y", "z"}}, Lost: eval.Assets{Count: 1, First: []string{"x"}}, Hits: [2]int{2, 3}}
	got := c.Queries[0]
	if d := cmp.Diff(want, eval.Pair{Gained: got.Gained, Lost: got.Lost, Hits: got.Hits}); d != "" {
		t.Errorf("what query better gained and lost (-want +got)\n%s", d)
	}
}

func TestCompareIsWritten(t *testing.T) {
	var text, body bytes.Buffer
	c := compared(t)
	if err := c.WriteText(&text, 1); err != nil {
		t.Fatal(err)
	}
	want := strings.TrimPrefix(`
          NDCG@10      MRR       AP     P@10    R@100   R@1000
    live   0.6577   0.6458   0.6458   0.0750   1.0000   1.0000
   draft   0.5000   0.5227   0.5227   0.0500   0.7500   0.7500
  change  -0.1577  -0.1231  -0.1231  -0.0250  -0.2500  -0.2500
       p   1.0000   1.0000   1.0000   1.0000   1.0000   1.0000
means of 4 queries, to depth 20; p: how likely such a change is by chance (paired randomization test)
rankings: 1 of 6 queries alike, mean overlap 0.5666

gains: 2 of 4 queries, the first 1
     qid  NDCG@10 live   draft   change  AP live   draft   change  text
  better        0.6309  1.0000  +0.3691   0.5000  1.0000  +0.5000  one

losses: 1 of 4 queries
    qid  NDCG@10 live   draft   change  AP live   draft   change  text
  worse        1.0000  0.0000  -1.0000   1.0000  0.0000  -1.0000  two

other rankings: 2 of 2 queries that have nothing judged relevant, the first 1
    qid  overlap  hits live  draft  gained  lost  asked  text
  often   0.9550          3      3       0     0     30  six
`, "\n")
	if d := cmp.Diff(want, text.String()); d != "" {
		t.Errorf("text (-want +got)\n%s", d)
	}
	if err := c.WriteJSON(&body); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Sides   []struct{ Name string }
		PValue  map[string]float64 `json:"p_value"`
		Queries []struct {
			QID    string
			Gained struct{ Count int }
		}
	}
	if err := json.Unmarshal(body.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Sides) != 2 || read.Sides[1].Name != "draft" || len(read.PValue) != 6 || len(read.Queries) != 6 || read.Queries[0].Gained.Count != 2 {
		t.Errorf("JSON reads as %+v", read)
	}
}

func TestCompareRefuses(t *testing.T) {
	a := sideOf(t, "a", nil)
	b := sideOf(t, "b", nil)
	b.Report.Queries = b.Report.Queries[1:]
	if _, err := eval.Compare(a, b); err == nil || !strings.Contains(err.Error(), "other queries") {
		t.Errorf("got %v, want reports on other queries refused", err)
	}
}
