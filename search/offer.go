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

// Offer is a concept near what a query named that has assets under the same filters.
type Offer struct {
	URI   semdex.ConceptID `json:"uri"`
	Label string           `json:"label"`
	Via   string           `json:"via" enum:"narrower,broader,related,words" doc:"how it hangs together with what the query named; words: a label of it has words of the query"`
	Count int              `json:"count" doc:"assets under the same filters that are about it or something narrower"`
}

// Without is a filter that alone keeps everything out.
type Without struct {
	Field string `json:"field"`
	Count int    `json:"count" doc:"assets that would be found without this filter"`
}

const (
	maxOffers  = 10
	maxWithout = 20 // filters that are tried
)

// help says what is there instead, for an answer that is empty.
func (q *querying) help(ctx context.Context, p *Plan, a *Answer) (err error) {
	if a.Offers, err = q.offers(ctx, p); err != nil {
		return err
	}
	a.Without, err = q.without(ctx, p)
	return err
}

// offers gives the concepts near what the query named, or where it named nothing those whose labels have words of it,
// that have assets under the same filters: the nearest first, then those with more assets.
func (q *querying) offers(ctx context.Context, p *Plan) ([]Offer, error) {
	around := q.around()
	if len(around) == 0 {
		return nil, nil
	}
	facet := Facet{By: q.st.grouping(&everything, false)} // without a name it is narrowed by all filters
	result, err := q.view.Search(ctx, &Plan{Access: p.Access, Filters: p.Filters, Facets: []Facet{facet}})
	if err != nil {
		return nil, err
	}
	count := func(n *neighbour) int {
		if int(n.concept) < len(result.Counts[0]) {
			return result.Counts[0][n.concept]
		}
		return 0
	}
	around = slices.DeleteFunc(around, func(n neighbour) bool { return count(&n) == 0 || q.st.th.Deprecated(n.concept) })
	slices.SortStableFunc(around, func(a, b neighbour) int {
		return cmp.Or(a.steps-b.steps, viaRank[a.via]-viaRank[b.via], count(&b)-count(&a))
	})
	var out []Offer
	for _, n := range around[:min(len(around), maxOffers)] {
		out = append(out, Offer{URI: q.st.th.ID(n.concept), Label: q.st.label(n.concept, q.request.Lang), Via: n.via, Count: count(&n)})
	}
	return out, nil
}

// viaRank puts what is nearer to what was asked for first.
var viaRank = map[string]int{"narrower": 0, "broader": 1, "related": 2, "words": 3}

// neighbour is a concept near those that a query named.
type neighbour struct {
	concept int32
	via     string
	steps   int
}

// around gives the concepts near what the query named, each once, the nearest way.
func (q *querying) around() []neighbour {
	var out []neighbour
	seen := map[int32]bool{}
	add := func(concepts []int32, via string, steps int) {
		for _, c := range concepts {
			if !seen[c] {
				seen[c] = true
				out = append(out, neighbour{c, via, steps})
			}
		}
	}
	th := q.st.th
	var same []int32
	for i := range q.named {
		c := q.named[i].concept
		for _, s := range append(append([]int32{c}, th.ExactMatches(c)...), successors(th, c)...) {
			seen[s] = true
			same = append(same, s)
		}
	}
	for _, c := range same {
		add(th.Narrower(c), "narrower", 1)
		add(th.Broader(c), "broader", 1)
		add(th.Related(c), "related", 1)
	}
	for i := 0; i < len(out); i++ { // what is above that, to the top
		if n := out[i]; n.via == "broader" {
			add(th.Broader(n.concept), "broader", n.steps+1)
		}
	}
	if len(same) == 0 {
		return q.sharing()
	}
	return out
}

// sharing gives the concepts of which a label has words of the query, those with more of them nearer.
func (q *querying) sharing() []neighbour {
	words := map[int32]int{}
	asked, done := 0, map[string]bool{}
	for _, t := range text.Tokens(q.request.Query) {
		if done[t.Term] || text.IsStop(t.Term, q.st.settings.Languages) || len(done) >= maxLooked {
			continue
		}
		done[t.Term] = true
		asked++
		for _, c := range q.st.having(t) {
			words[c]++
		}
	}
	var out []neighbour
	for c, n := range words {
		out = append(out, neighbour{c, "words", 1 + asked - n})
	}
	slices.SortFunc(out, func(a, b neighbour) int { return cmp.Compare(a.concept, b.concept) })
	return out
}

// having gives the concepts with a label that may be told in which the word stands, in any of its forms.
func (st *state) having(t text.Token) []int32 {
	c := st.completing.of(st.th)
	forms := text.Forms(t, st.settings.Languages)
	start := slices.MinFunc(forms, func(a, b string) int { return len(a) - len(b) })
	if n := utf8.RuneCountInString(start); n > 3 { // "berri" is the stem of "berry"
		_, last := utf8.DecodeLastRuneInString(start)
		start = start[:len(start)-last]
	}
	var out []int32
	for _, s := range c.beginning(start) {
		l := &c.labels[s.label]
		if l.label.Kind == semdex.HiddenLabel || slices.Contains(out, l.concept) {
			continue
		}
		word, _, _ := strings.Cut(c.from(s), " ")
		if word == t.Term || slices.ContainsFunc(text.Forms(text.Token{Term: word, Lower: word}, st.settings.Languages), func(f string) bool { return slices.Contains(forms, f) }) {
			out = append(out, l.concept)
		}
	}
	return out
}

// without gives the filters, of the request or within the query, each of which alone keeps everything out.
func (q *querying) without(ctx context.Context, p *Plan) ([]Without, error) {
	own, err := q.filters(q.filtered)
	if err != nil {
		return nil, err
	}
	within := p.Filters[len(own):] // of the query, which addUnits puts behind: ranges, what it leaves out, several fields that OR joins
	var out []Without
	names := sortedKeys(q.filtered)
	for _, f := range within {
		if f.Name != "" && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	for _, name := range names[:min(len(names), maxWithout)] {
		left := map[string][]string{}
		for other, values := range q.filtered {
			if other != name {
				left[other] = values
			}
		}
		filters, err := q.filters(left)
		if err != nil {
			return nil, err
		}
		for _, f := range within {
			if f.Name == "" || f.Name != name {
				filters = append(filters, f)
			}
		}
		fewer := *p
		fewer.Filters, fewer.Facets, fewer.Offset, fewer.Limit, fewer.After = filters, nil, 0, 0, nil
		result, err := q.view.Search(ctx, &fewer)
		if err != nil {
			return nil, err
		}
		if result.Total > 0 {
			out = append(out, Without{name, result.Total})
		}
	}
	slices.SortStableFunc(out, func(a, b Without) int { return b.Count - a.Count })
	return out, nil
}
