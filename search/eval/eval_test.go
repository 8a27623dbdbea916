package eval_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"semdex"
	"semdex/search/eval"
)

var near = cmpopts.EquateApprox(0, 1e-9)

// log2 of 3 and 5: the discounts of ranks 2 and 4.
var log3, log5 = math.Log2(3), math.Log2(5)

func TestMeasureByHand(t *testing.T) {
	judged := map[string]int{"a": 3, "b": 2, "c": 1, "x": 0}
	ideal := 3 + 2/log3 + 1/2.0 // grades 3, 2, 1 at ranks 1, 2, 3
	tests := []struct {
		name   string
		ranked string
		grades map[string]int
		want   eval.Metrics
	}{
		{"the best order is 1", "a b c", judged, eval.Metrics{NDCG10: 1, MRR: 1, AP: 1, P10: .3, R100: 1, R1000: 1}},
		{"relevant at ranks 2 and 4", "x b n a", judged, eval.Metrics{
			NDCG10: (2/log3 + 3/log5) / ideal, MRR: .5, AP: (1/2.0 + 2/4.0) / 3, P10: .2, R100: 2 / 3.0, R1000: 2 / 3.0}},
		{"rank 11 counts for recall alone", "n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 c", judged, eval.Metrics{
			MRR: 1 / 11.0, AP: 1 / 11.0 / 3, R100: 1 / 3.0, R1000: 1 / 3.0}},
		{"nothing found", "", judged, eval.Metrics{}},
		{"nothing relevant", "a b", map[string]int{"a": 0}, eval.Metrics{}},
		{"a negative grade is as good as none", "a", map[string]int{"a": -1, "b": 1}, eval.Metrics{}},
		{"only ten count for the ideal", "r1 r2 r3 r4 r5 r6 r7 r8 r9 r10", eleven(), eval.Metrics{
			NDCG10: 1, MRR: 1, AP: 10 / 11.0, P10: 1, R100: 10 / 11.0, R1000: 10 / 11.0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := eval.Measure(strings.Fields(tt.ranked), tt.grades)
			if d := cmp.Diff(tt.want, got, near); d != "" {
				t.Errorf("Measure(%s) (-want +got)\n%s", tt.ranked, d)
			}
		})
	}
}

func eleven() map[string]int {
	grades := map[string]int{}
	for _, id := range strings.Fields("r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11") {
		grades[id] = 1
	}
	return grades
}

func TestRun(t *testing.T) {
	queries := []eval.Query{{ID: "q1", Text: "one"}, {ID: "q2", Text: "two", Lang: "en"}, {ID: "q3", Text: "not\tjudged"}}
	qrels := eval.Qrels{"q1": {"a": 1, "b": 1}, "q2": {"c": 2}, "q9": {"z": 1}}
	ranked := map[string][]string{"q1": {"a", "a", "x", "b"}, "q2": {"x", "y", "c"}, "q3": {"a b"}}
	r, err := eval.Run(context.Background(), func(_ context.Context, q eval.Query) ([]string, error) { return ranked[q.ID], nil },
		queries, qrels, eval.Options{Depth: 2})
	if err != nil {
		t.Fatal(err)
	}
	if r.Judged != 2 || r.Queries[0].Found != 1 || r.Queries[0].Relevant != 2 {
		t.Errorf("got %+v", r)
	}
	want := eval.Metrics{NDCG10: 1 / (1 + 1/log3) / 2, MRR: .5, AP: .25, P10: .05, R100: .25, R1000: .25}
	if d := cmp.Diff(want, r.Mean, near); d != "" {
		t.Errorf("the mean is over q1 and q2, to depth 2, an id counted once (-want +got)\n%s", d)
	}
	var run, text, body bytes.Buffer
	for _, write := range []func() error{func() error { return r.WriteRun(&run, "our run") }, func() error { return r.WriteText(&text) }, func() error { return r.WriteJSON(&body) }} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	wantRun := "q1 Q0 a 1 2 our%20run\nq1 Q0 x 2 1 our%20run\nq2 Q0 x 1 2 our%20run\nq2 Q0 y 2 1 our%20run\nq3 Q0 a%20b 1 1 our%20run\n"
	if d := cmp.Diff(wantRun, run.String()); d != "" {
		t.Errorf("TREC run (-want +got)\n%s", d)
	}
	wantText := strings.TrimPrefix(`
   qid  NDCG@10     MRR      AP    P@10   R@100  R@1000  relevant  found  hits  text
    q1   0.6131  1.0000  0.5000  0.1000  0.5000  0.5000         2      1     2  one
    q2   0.0000  0.0000  0.0000  0.0000  0.0000  0.0000         1      0     2  two
    q3        -       -       -       -       -       -         0      0     1  not judged
  mean   0.3066  0.5000  0.2500  0.0500  0.2500  0.2500                         of 2 queries, to depth 2
`, "\n")
	if d := cmp.Diff(wantText, text.String()); d != "" {
		t.Errorf("table (-want +got)\n%s", d)
	}
	for _, part := range []string{`"ndcg_10": 0.306`, `"qid": "q2"`, `"lang": "en"`, `"depth": 2`} {
		if !strings.Contains(body.String(), part) {
			t.Errorf("JSON lacks %s:\n%s", part, body.String())
		}
	}
}

func TestRunStops(t *testing.T) {
	broken := errors.New("broken")
	_, err := eval.Run(context.Background(), func(context.Context, eval.Query) ([]string, error) { return nil, broken }, []eval.Query{{ID: "q7"}}, nil, eval.Options{})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "q7") {
		t.Errorf("got %v, want the cause and the query", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := eval.Run(ctx, nil, []eval.Query{{ID: "q7"}}, nil, eval.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it cancelled", err)
	}
}

func TestReadQueries(t *testing.T) {
	got, err := eval.ReadQueries(strings.NewReader("\xef\xbb\xbf{\"qid\":\"q1\",\"text\":\"rain jacket\",\"lang\":\"en_GB\"}\r\n\n{\"qid\":\"q2\",\"text\":\"Hut\"}"), "q.jsonl")
	want := []eval.Query{{ID: "q1", Text: "rain jacket", Lang: "en-gb"}, {ID: "q2", Text: "Hut"}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, d)
	}
	for name, in := range map[string]string{
		"line 2: not a query":                         "{\"qid\":\"q1\",\"text\":\"a\"}\nnonsense",
		"line 1: qid is missing":                      `{"text":"a"}`,
		"line 1: query q1 has no text":                `{"qid":"q1","text":" "}`,
		"line 3: query q1 stands on line 1 already":   "{\"qid\":\"q1\",\"text\":\"a\"}\n\n{\"qid\":\"q1\",\"text\":\"b\"}",
		"q.jsonl: there is no query in it":            "\n",
		"line 1: bufio.Scanner: token too long":       strings.Repeat("x", 2<<20),
		"line 1: not a query: unexpected end of JSON": `{"qid":`,
	} {
		_, err := eval.ReadQueries(strings.NewReader(in), "q.jsonl")
		refused(t, err, name)
	}
}

func refused(t *testing.T, err error, part string) {
	t.Helper()
	if semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.Error(), part) || !strings.Contains(err.Error(), "q.") {
		t.Errorf("got %v, want it invalid with %q", err, part)
	}
}

func TestReadQrels(t *testing.T) {
	resolve := func(id string) (string, bool) { return "files:" + id, id != "gone" && !strings.Contains(id, ":") }
	got, err := eval.ReadQrels(strings.NewReader("q1\t0\ta 1\t3\r\nq1\t0\tfiles:b\t0\n\nq2 0 gone -1\n"), "q.tsv", resolve)
	want := eval.Qrels{"q1": {"files:a 1": 3, "files:b": 0}, "q2": {"gone": -1}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, d)
	}
	for name, in := range map[string]string{
		"line 1: 3 columns, want 4":                                "q1\t0\ta",
		"line 2: grade \"high\" is no whole number":                "q1\t0\ta\t1\nq1\t0\tb\thigh",
		"line 1: an id is missing":                                 "q1\t0\t\t1",
		"line 2: files:a is judged for query q1 on line 1 already": "q1\t0\ta\t1\nq1\t0\tfiles:a\t2",
	} {
		_, err := eval.ReadQrels(strings.NewReader(in), "q.tsv", resolve)
		refused(t, err, name)
	}
}
