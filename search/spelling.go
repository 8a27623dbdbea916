package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"semdex"
	"semdex/internal/text"
)

// spelling is a word that a word of the query may have been meant to be.
type spelling struct {
	text.Token // where it was typed; Term and Lower are those of the word that was meant
	edits      int
	tier       uint8 // of the languages of labels that have it, the reader's first
	label      bool  // it is a label by itself
	assets     int   // that may be seen and have it
	labels     int   // that have it
}

// before orders spellings of the same word: fewer typing errors, then the reader's language, then what is a label, then
// what is more frequent.
func (a *spelling) before(b *spelling) int {
	return cmp.Or(a.edits-b.edits, cmp.Compare(a.tier, b.tier), compareFlags(!a.label, !b.label), b.assets-a.assets, b.labels-a.labels, strings.Compare(a.Term, b.Term))
}

// labelWords are the words of the labels of a vocabulary, hidden ones left out: these must not be told.
type labelWords struct{ kept[[]labelWord] } // by term

type labelWord struct {
	term, lower string
	langs       []string
	labels      int
}

func (l *labelWords) of(th Thesaurus) []labelWord {
	return l.get(func() []labelWord { return readLabelWords(th) })
}

func readLabelWords(th Thesaurus) []labelWord {
	at := map[string]int{}
	var out []labelWord
	for c := range int32(th.Len()) {
		for _, l := range th.Labels(c) {
			if l.Kind == semdex.HiddenLabel {
				continue
			}
			for _, t := range text.Tokens(l.Text) {
				i, known := at[t.Term]
				if !known {
					i, at[t.Term] = len(out), len(out)
					out = append(out, labelWord{term: t.Term, lower: t.Lower})
				}
				if out[i].labels++; !slices.Contains(out[i].langs, l.Lang) {
					out[i].langs = append(out[i].langs, l.Lang)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b labelWord) int { return strings.Compare(a.term, b.term) })
	return out
}

// spells reports whether the word stands in a label that may be told.
func (st *state) spells(term string) bool {
	_, known := slices.BinarySearchFunc(st.spelled.of(st.th), term, func(w labelWord, t string) int { return strings.Compare(w.term, t) })
	return known
}

// alike gives the words of labels that are the token but for at most so many typing errors.
func (st *state) alike(t text.Token, most int, lang string) []spelling {
	words := st.spelled.of(st.th)
	_, size := utf8.DecodeRuneInString(t.Term)
	first := t.Term[:size]
	from, _ := slices.BinarySearchFunc(words, first, func(w labelWord, f string) int { return strings.Compare(w.term, f) })
	near := newNearness([]rune(t.Term), most)
	var out []spelling
	for _, w := range words[from:] {
		if !strings.HasPrefix(w.term, first) {
			break
		}
		if edits := near.whole(w.term); edits <= most {
			s := spelling{Token: text.Token{Term: w.term, Lower: w.lower, Start: t.Start, End: t.End}, edits: edits, tier: 2, labels: w.labels}
			for _, l := range w.langs {
				s.tier = min(s.tier, languageTier(lang, l))
			}
			out = append(out, s)
		}
	}
	return out
}

// whole counts the letters to insert, delete, replace or swap with the next that turn what was typed into s itself;
// too many are told as one more than the most.
func (n *nearness) whole(s string) int {
	n.edits(s)
	if n.dead >= 0 || utf8.RuneCountInString(s) > len(n.letters) {
		return n.most + 1
	}
	return min(n.columns[len(n.letters)][len(n.typed)], n.most+1)
}

// maxSpellings bounds how many spellings of a word are weighed.
const maxSpellings = 8

// spellings gives what a word of the query may have been meant to be, best first: words of labels and words that
// stand in assets that the reader may see. Other forms of the word itself are left out.
func (q *querying) spellings(ctx context.Context, t text.Token) ([]spelling, error) {
	if known, ok := q.spelt[t.Term]; ok {
		return known, nil
	}
	most := maxEdits([]rune(t.Term))
	out := q.st.alike(t, most, q.request.Lang)
	spelled, err := q.view.Spellings(ctx, &Spelling{Word: t.Term, Edits: most, Access: q.request.Access, Limit: 8 * maxSpellings})
	if err != nil {
		return nil, err
	}
	for _, s := range spelled {
		i := slices.IndexFunc(out, func(o spelling) bool { return o.Term == s.Word })
		if i < 0 {
			i = len(out)
			out = append(out, spelling{Token: text.Token{Term: s.Word, Lower: s.Word, Start: t.Start, End: t.End}, edits: s.Edits})
		}
		out[i].assets = s.Assets
	}
	own := text.Forms(t, q.languages())
	out = slices.DeleteFunc(out, func(s spelling) bool {
		return s.edits == 0 || hasDigit(s.Term) || slices.ContainsFunc(text.Forms(s.Token, q.languages()), func(f string) bool { return slices.Contains(own, f) })
	})
	out = withoutStems(out, q.st.settings.Languages)
	for i := range out {
		out[i].label = len(q.st.labels.Named(out[i].Term, func(int32) bool { return true })) > 0
	}
	slices.SortFunc(out, func(a, b spelling) int { return a.before(&b) })
	out = out[:min(len(out), maxSpellings)]
	if q.spelt == nil {
		q.spelt = map[string][]spelling{}
	}
	q.spelt[t.Term] = out
	return out, nil
}

// withoutStems leaves out what is the stem of another spelling: an index holds stems beside words.
func withoutStems(list []spelling, langs []string) []spelling {
	stems := map[string]bool{}
	for i := range list {
		for _, form := range text.Forms(list[i].Token, langs)[1:] {
			stems[form] = true
		}
	}
	return slices.DeleteFunc(list, func(s spelling) bool { return s.labels == 0 && stems[s.Term] })
}

// assetsWith counts the assets that the reader may see in which the word stands, in any of its forms; beyond
// fewAssets it need not be all of them.
func (q *querying) assetsWith(ctx context.Context, t text.Token) (int, error) {
	if n, known := q.standing[t.Term]; known {
		return n, nil
	}
	spelled, err := q.view.Spellings(ctx, &Spelling{Word: t.Term, Access: q.request.Access, Limit: 1, Enough: fewAssets + 1})
	if err != nil {
		return 0, err
	}
	n := 0
	if len(spelled) > 0 {
		n = spelled[0].Assets
	}
	if n <= fewAssets {
		evidence := []TextEvidence{{Terms: q.forms([]text.Token{t}), Class: Words, Weight: weightPrefLabel}}
		result, err := q.view.Search(ctx, &Plan{Groups: []Group{{Texts: evidence}}, Access: q.request.Access})
		if err != nil {
			return 0, err
		}
		n = result.Total
	}
	if q.standing == nil {
		q.standing = map[string]int{}
	}
	q.standing[t.Term] = n
	return n, nil
}
