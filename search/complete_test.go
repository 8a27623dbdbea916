package search

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var typedVocabulary = NewVocabulary(map[string]string{
	"packaging": "Sustainable packaging@en | Nachhaltige Verpackung@de | ~Eco packaging@en | !sustainable packging@en",
	"paper":     "Paper packaging@en", "pack": "Pack@en", "backpack": "Backpack@en | ~Rucksack@en",
	"eco": "Ecology@en", "friendly": "Eco-friendly@en", "cafe": "Café de Zoë@fr", "hut": "Mountain hut@en | ~Hut@en", "hat": "Hat@en | Hut@de",
	"old": "PFC-free@en | ~Waterproof@en", "new": "PFAS-free@en", "rain": "Waterproof@en", "split": "Footwear@en", "boots": "Boots@en", "shoes": "Shoes@en",
	"gone": "Gone@en", "first": "Chain one@en", "second": "Chain two@en", "third": "Link@en", "tokyo": "東京 tower@ja", "signs": "++@en",
}, map[string]string{
	"old replaced": "new", "split replaced": "boots shoes", "gone replaced": "gone", "first replaced": "second", "second replaced": "third",
	"packaging scheme": "topics", "paper scheme": "topics",
})

// typedCounts are the assets about concepts; all others have one.
var typedCounts = map[string]int{"paper": 5, "eco": 0, "backpack": 3, "hut": 2, "hat": 2}

func whoTyped(t testing.TB, typed, lang string) *completing {
	t.Helper()
	words, ok := readTyping(typed)
	if !ok {
		t.Fatalf("%q has no word", typed)
	}
	return &completing{completions: newCompletions(typedVocabulary), typing: words, lang: lang, wanted: func(int32) bool { return true },
		count: func(c int32) int {
			if n, known := typedCounts[typedVocabulary.names[c]]; known {
				return n
			}
			return 1
		}}
}

// told gives names of concepts, each with the label that matched and, where there are any, the typing errors.
func told(found []completed) string {
	var out []string
	for _, m := range found {
		s := typedVocabulary.names[m.concept] + "=" + m.label.Text
		if m.edits > 0 {
			s = fmt.Sprintf("~%d %s", m.edits, s)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestCompletionOrder(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, typed, lang, want string }{
		{"the whole label, then label starts, then later words by assets", "pack", "", "pack=Pack, paper=Paper packaging, packaging=Sustainable packaging"},
		{"a word within a word is none", "ack", "", ""},
		{"a label start before a later word", "pa", "", "paper=Paper packaging, pack=Pack, packaging=Sustainable packaging"},
		{"prefLabel before altLabel, and without assets last", "eco", "", "friendly=Eco-friendly, packaging=Eco packaging, eco=Ecology"},
		{"another language", "verpack", "en", "packaging=Nachhaltige Verpackung"},
		{"a hidden label", "sustainable packg", "", "packaging=sustainable packging"},
		{"case and accents fold", "CAFE DE ZOE", "", "cafe=Café de Zoë"},
		{"accents typed fold too", "bäckp", "", "backpack=Backpack"},
		{"homonyms: by kind of label", "hut", "", "hat=Hut, hut=Hut"},
		{"homonyms: the reader's language first", "hut", "en", "hut=Hut, hat=Hut"},
		{"homonyms: in the other language", "hut", "de", "hat=Hut, hut=Hut"},
		{"signs do not count", "eco fr", "", "friendly=Eco-friendly"},
		{"words in order, others between", "sust pack", "", "packaging=Sustainable packaging"},
		{"not in another order", "pack sust", "", ""},
		{"each word typed needs a word of its own", "pack pack", "", ""},
		{"a deprecated concept gives way to its successor", "pfc", "", "new=PFC-free"},
		{"its name, borne by another in use, is that one's", "waterp", "", "rain=Waterproof"},
		{"a concept that was split gives way to its parts", "footw", "", "boots=Footwear, shoes=Footwear"},
		{"over several steps", "chain", "", "third=Chain one"},
		{"a deprecated concept without successor is left out", "gone", "", ""},
		{"a script without spaces", "東京", "", "tokyo=東京 tower"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, told(whoTyped(t, tt.typed, tt.lang).best(10))); d != "" {
				t.Errorf("%q (-want +got)\n%s", tt.typed, d)
			}
		})
	}
}

func TestCompletionLimit(t *testing.T) {
	t.Parallel()
	all := whoTyped(t, "p", "").best(100)
	if len(all) < 4 {
		t.Fatalf("%d completions of p, want some", len(all))
	}
	for limit := range len(all) + 1 {
		if d := cmp.Diff(told(all[:limit]), told(whoTyped(t, "p", "").best(limit))); d != "" {
			t.Errorf("at most %d (-want +got)\n%s", limit, d)
		}
	}
}

func TestTypingErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, typed, want string }{
		{"a letter left out", "sustainble", "~1 packaging=Sustainable packaging"},
		{"a letter too many", "backkpack", "~1 backpack=Backpack"},
		{"two letters swapped", "papre", "~1 paper=Paper packaging"},
		{"two errors from eight letters on", "sustanble", "~2 packaging=Sustainable packaging"},
		{"three are too many", "sstanble", ""},
		{"one error below eight letters", "mauntan", ""},
		{"a later word", "verpuck", "~1 packaging=Nachhaltige Verpackung"},
		{"several words", "mountian hu", "~1 hut=Mountain hut"},
		{"a space left out", "ecofr", "~1 friendly=Eco-friendly"},
		{"the first letter is right", "rustainable", ""},
		{"too short to say", "pak", ""},
		{"too long to compare", "sustainble " + strings.Repeat("x", 60), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := whoTyped(t, tt.typed, "").forgiven(10, func(int32) bool { return false })
			if d := cmp.Diff(tt.want, told(got)); d != "" {
				t.Errorf("%q (-want +got)\n%s", tt.typed, d)
			}
		})
	}
	known := whoTyped(t, "sustainble", "").forgiven(10, func(int32) bool { return true })
	if len(known) > 0 {
		t.Errorf("what is known comes again: %s", told(known))
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		typed, s   string
		most, want int
	}{
		{"pack", "packaging", 2, 0}, {"pakc", "packaging", 2, 1}, {"pckaging", "packaging", 2, 1}, {"paccaging", "packaging", 2, 1}, {"packaging", "pack", 2, 3},
		{"pack", "", 2, 3}, {"packs", "pack", 2, 1}, {"xxxx", "packaging", 1, 2}, {"schrö", "schrö der", 2, 0}, {"pa", "p", 1, 1},
	}
	for _, tt := range tests {
		if got := newNearness([]rune(tt.typed), tt.most).edits(tt.s); got != tt.want {
			t.Errorf("from %q to %q, at most %d: %d edits, want %d", tt.typed, tt.s, tt.most, got, tt.want)
		}
	}
}

// naiveBest looks at every label, as plainly as can be. It is what best is compared with, in answers and speed.
func (c *completing) naiveBest(limit int) []completed {
	found := map[int32]completed{}
	for i := range c.labels {
		m := completed{completable: &c.labels[i], place: c.in(c.labels[i].key), tier: languageTier(c.lang, c.labels[i].label.Lang)}
		before, known := found[m.concept]
		if m.place != nowhere && (!known || m.better(&before) < 0) {
			m.count = c.count(m.concept)
			found[m.concept] = m
		}
	}
	all := slices.SortedFunc(maps.Values(found), func(a, b completed) int { return a.before(&b) })
	return all[:min(limit, len(all))]
}

// NaiveCompleter gives a scan over all labels of a vocabulary: what completing is compared with in speed.
func NaiveCompleter(th Thesaurus) func(typed string, limit int) int {
	c := newCompletions(th)
	return func(typed string, limit int) int {
		words, _ := readTyping(typed)
		m := &completing{completions: c, typing: words, wanted: func(int32) bool { return true }, count: func(int32) int { return 1 }}
		return len(m.naiveBest(limit))
	}
}

func FuzzComplete(f *testing.F) {
	for _, s := range []string{"pack", "sust pack", "Verpack", "hut", "sustainble", "e\u0301co", "東京", "++", "a\xffb", "  p  ", "ß", "ﬁ"} {
		f.Add(s, "en")
	}
	c := newCompletions(typedVocabulary)
	f.Fuzz(func(t *testing.T, typed, lang string) {
		words, ok := readTyping(typed)
		if !ok {
			return
		}
		m := &completing{completions: c, typing: words, lang: lang, wanted: func(int32) bool { return true }, count: func(n int32) int { return int(n) % 3 }}
		best := m.best(5)
		if d := cmp.Diff(told(m.naiveBest(5)), told(best)); d != "" {
			t.Fatalf("%q differs from what all labels give (-want +got)\n%s", typed, d)
		}
		near := newNearness([]rune(words.joined()), 2)
		for _, start := range c.starts { // in order, one after the other, as if each were the first
			if got, want := near.edits(c.from(start)), newNearness(near.typed, 2).edits(c.from(start)); got != want {
				t.Fatalf("from %q to %q: %d edits after others, %d alone", words.joined(), c.from(start), got, want)
			}
		}
		known := func(n int32) bool { return slices.ContainsFunc(best, func(m completed) bool { return m.concept == n }) }
		for _, found := range m.forgiven(5, known) {
			if known(found.concept) || found.edits > 2 || found.edits < 0 {
				t.Fatalf("%q is forgiven as %s", typed, told([]completed{found}))
			}
		}
	})
}
