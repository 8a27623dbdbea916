package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

// plain gives every name the label that is the name.
func plain(names string) map[string]string {
	labels := map[string]string{}
	for _, n := range strings.Fields(names) {
		labels[n] = n + "@en"
	}
	return labels
}

// chain is c0 above c1 above c2 ... to c(n-1).
func chain(n int) *Vocabulary {
	var names []string
	relations := map[string]string{}
	for i := range n {
		names = append(names, fmt.Sprintf("c%d", i))
		if i > 0 {
			relations[fmt.Sprintf("c%d narrower", i-1)] = fmt.Sprintf("c%d", i)
		}
	}
	return NewVocabulary(plain(strings.Join(names, " ")), relations)
}

// broad is top above n others.
func broad(n int) *Vocabulary {
	names := ""
	for i := range n {
		names += fmt.Sprintf(" n%d", i)
	}
	return NewVocabulary(plain("top"+names), map[string]string{"top narrower": names})
}

func TestExpand(t *testing.T) {
	jackets := map[string]string{"a narrower": "b c", "b narrower": "d", "a related": "r", "b related": "s", "r narrower": "u", "a exact": "x", "x narrower": "y",
		"x related": "w", "a close": "k", "k narrower": "l", "a narrowMatch": "m"}
	all := plain("a b c d k l m r s u w x y z")
	tests := []struct {
		name             string
		labels, relation map[string]string
		mode             Mode
		want             string // of "a": concept via distance weight, ! where its labels are not searched for
	}{
		{"none finds nothing", all, jackets, ExpandNone, ""},
		{"synonyms are the concept and what means the same", all, jackets, ExpandSynonyms, "a self 0 1.00, x exactMatch 1 0.95"},
		{"narrower at all depths, and mapped ones", all, jackets, ExpandNarrower, "a self 0 1.00, x exactMatch 1 0.95, b narrower 1 0.80, c narrower 1 0.80, " +
			"y narrower 1 0.76, k closeMatch 1 0.70, d narrower 2 0.68, m narrowMatch 1 0.65"},
		{"related, but never from what is narrower, nor what is narrower than related", all, jackets, ExpandRelated, "a self 0 1.00, x exactMatch 1 0.95, " +
			"b narrower 1 0.80, c narrower 1 0.80, y narrower 1 0.76, k closeMatch 1 0.70, d narrower 2 0.68, m narrowMatch 1 0.65, r related 1 0.35, w related 1 0.33"},
		{"of several paths the heaviest counts, never a sum", plain("a b c d"), map[string]string{"a narrower": "b d", "b narrower": "c", "c narrower": "d"}, ExpandNarrower,
			"a self 0 1.00, b narrower 1 0.80, d narrower 1 0.80, c narrower 2 0.68"},
		{"narrower outweighs a close match to the same", plain("a b"), map[string]string{"a narrower": "b", "a close": "b"}, ExpandNarrower, "a self 0 1.00, b narrower 1 0.80"},
		{"exact outweighs narrower", plain("a b"), map[string]string{"a narrower": "b", "a exact": "b"}, ExpandNarrower, "a self 0 1.00, b exactMatch 1 0.95"},
		{"narrower outweighs related", plain("a b"), map[string]string{"a narrower": "b", "a related": "b"}, ExpandRelated, "a self 0 1.00, b narrower 1 0.80"},
		{"an exact match of what is narrower", plain("a b e f"), map[string]string{"a narrower": "b", "b exact": "e", "e narrower": "f"}, ExpandNarrower,
			"a self 0 1.00, b narrower 1 0.80, e narrower 1 0.76, f narrower 2 0.65"},
		{"a circle of one ends", plain("a"), map[string]string{"a narrower": "a", "a exact": "a", "a related": "a"}, ExpandRelated, "a self 0 1.00"},
		{"a circle of two ends", plain("a b"), map[string]string{"a narrower": "b", "b narrower": "a"}, ExpandRelated, "a self 0 1.00, b narrower 1 0.80"},
		{"a diamond comes once", plain("a b c d"), map[string]string{"a narrower": "b c", "b narrower": "d", "c narrower": "d"}, ExpandNarrower,
			"a self 0 1.00, b narrower 1 0.80, c narrower 1 0.80, d narrower 2 0.68"},
		{"what has taken the place of a deprecated concept", plain("a b c"), map[string]string{"a replaced": "b", "b narrower": "c"}, ExpandNarrower,
			"a self 0 1.00, b replaced 1 0.95, c narrower 1 0.76"},
		{"and of that", plain("a b c"), map[string]string{"a replaced": "b", "b replaced": "c"}, ExpandSynonyms, "a self 0 1.00, b replaced 1 0.95, c replaced 2 0.95"},
		{"successors in a circle end", plain("a b"), map[string]string{"a replaced": "b", "b replaced": "a"}, ExpandSynonyms, "a self 0 1.00, b replaced 1 0.95"},
		{"of two successors neither is followed", plain("a b c"), map[string]string{"a replaced": "b c"}, ExpandSynonyms, "a self 0 1.00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := NewVocabulary(tt.labels, tt.relation)
			if d := gocmp.Diff(tt.want, showExpansion(v, Expand(v, v.Number("a"), tt.mode))); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// showExpansion writes an expansion down, the heaviest first, checking what always holds.
func showExpansion(v *Vocabulary, list []Expanded) string {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Expanded) int { return -cmp.Compare(math.Round(a.Weight*1e6), math.Round(b.Weight*1e6)) })
	var out []string
	for _, x := range list {
		s := fmt.Sprintf("%s %s %d %.2f", v.names[x.Concept], x.Via, x.Distance, x.Weight)
		if !x.Text {
			s += "!"
		}
		class := map[string]Class{"self": Tagged, "exactMatch": Tagged, "replaced": Tagged, "related": Related}[x.Via]
		if class == 0 {
			class = Narrower
		}
		if x.Class != class {
			s += " wrong class " + x.Class.String()
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestExpandGoesAllTheWayDown(t *testing.T) {
	v := chain(30)
	list := Expand(v, 0, ExpandNarrower)
	if len(list) != 30 {
		t.Fatalf("got %d of 30", len(list))
	}
	for _, x := range list[1:] {
		want := max(0.15, 0.8*math.Pow(0.85, float64(x.Distance-1)))
		if math.Abs(x.Weight-want) > 1e-9 || x.Text != (x.Distance <= 4) || v.names[x.Concept] != fmt.Sprintf("c%d", x.Distance) {
			t.Errorf("%d steps down: %+v, want weight %.3f, labels to 4 steps", x.Distance, x, want)
		}
	}
}

func TestBroadConceptGivesNoLabels(t *testing.T) {
	for n, text := range map[int]bool{50: true, 51: false} {
		v := broad(n)
		list := Expand(v, v.Number("top"), ExpandNarrower)
		for _, x := range list[1:] {
			if x.Text != text || x.Class != Narrower {
				t.Fatalf("top of %d: %+v, want labels %t", n, x, text)
			}
		}
		if len(list) != n+1 || !list[0].Text {
			t.Errorf("top of %d gives %d, itself with labels %t", n, len(list), list[0].Text)
		}
	}
}

func TestLabelWeight(t *testing.T) {
	tests := []struct {
		kind        semdex.LabelKind
		label, lang string
		want        float64
	}{
		{semdex.PrefLabel, "en", "en", .90}, {semdex.AltLabel, "en", "en", .80}, {semdex.PrefLabel, "de", "en", .75}, {semdex.AltLabel, "de", "en", .75},
		{semdex.HiddenLabel, "en", "en", .60}, {semdex.HiddenLabel, "de", "en", .60}, {semdex.PrefLabel, "en-gb", "en", .90}, {semdex.PrefLabel, "", "en", .90},
		{semdex.PrefLabel, "de", "", .90}, {semdex.AltLabel, "", "", .80},
	}
	for _, tt := range tests {
		if got := labelWeight(semdex.Label{Kind: tt.kind, Lang: tt.label}, tt.lang); got != tt.want {
			t.Errorf("a %s in %q for a query in %q weighs %v, want %v", tt.kind, tt.label, tt.lang, got, tt.want)
		}
	}
}
