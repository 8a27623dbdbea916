package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"semdex"
	"semdex/internal/text"
)

const (
	DefaultSuggestions = 10
	MaxSuggestions     = 50
)

// SuggestRequest is what a reader typed so far.
type SuggestRequest struct {
	Query   string          // at least one letter or digit
	Lang    string          // of the reader, "" where it is not known
	Limit   int             // 0 is DefaultSuggestions; at most MaxSuggestions
	Scheme  semdex.SchemeID // of the concepts, or the name of a dimension that has it; "" for all, and titles
	Schemes []SchemeName    // what schemes are called; a concept tells the first of these that it is in
	Access  Access
}

// SchemeName is what a concept scheme is called to the reader.
type SchemeName struct {
	ID   semdex.SchemeID
	Name string
}

// Suggestions complete what was typed. Concepts come first, then titles, then concepts that suit but for typing
// errors.
type Suggestions struct {
	Query       string       `json:"q"`
	TookMS      float64      `json:"took_ms"`
	Suggestions []Suggestion `json:"suggestions"`
}

// SuggestionKind is what a suggestion is.
type SuggestionKind string

const (
	ConceptSuggestion SuggestionKind = "concept"
	TitleSuggestion   SuggestionKind = "title"
)

// Suggestion is a concept or a title.
type Suggestion struct {
	Kind    SuggestionKind   `json:"kind" enum:"concept,title"`
	URI     semdex.ConceptID `json:"uri,omitempty"`
	Label   string           `json:"label,omitempty" doc:"of the concept, in the reader's language"`
	Matched *MatchedLabel    `json:"matched,omitempty" doc:"the label that begins as typed; left out where it is a hidden one"`
	Scheme  string           `json:"scheme,omitempty" doc:"what the concept's scheme is called"`
	Path    string           `json:"path,omitempty" doc:"labels from the top down to the concept"`
	Count   *int             `json:"count,omitempty" doc:"assets the reader may see that are about the concept or something narrower"`
	Fuzzy   bool             `json:"fuzzy,omitempty" doc:"it suits but for typing errors"`
	Text    string           `json:"text,omitempty" doc:"the title"`
	ID      semdex.AssetID   `json:"id,omitempty" doc:"an asset with that title"`
}

// TitleStart asks for assets that may be seen and in whose titles, in any language, all of the words stand, in
// any order, the last one as the beginning of a word. Those come first whose title to sort by begins with Text. Titles that sort alike count as one. An
// engine may stop looking where a word begins very many words.
type TitleStart struct {
	Text   string   // folded
	Words  []string // the terms of Text, at least one
	Access Access
	Limit  int
}

// Suggest completes what a reader types. Labels of all languages and kinds count; a hidden one is not told.
// Titles are those of assets that may be seen, in which the typed words stand in their order, the last one as the
// beginning of a word; with a scheme there are none.
func (s *Service) Suggest(ctx context.Context, r SuggestRequest) (*Suggestions, error) {
	start := s.now()
	typed, ok := readTyping(r.Query)
	if !ok {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "nothing is typed that could be completed", Hint: "send at least one letter or digit in q"}
	}
	r.Limit = min(cmp.Or(max(r.Limit, 0), DefaultSuggestions), MaxSuggestions)
	q := s.begin(&Request{Query: r.Query, Lang: r.Lang, Access: r.Access})
	defer q.view.Release()
	out, err := s.suggest(ctx, q, &r, typed)
	if err != nil {
		return nil, err
	}
	return &Suggestions{Query: r.Query, TookMS: float64(s.now().Sub(start).Microseconds()) / 1000, Suggestions: out}, nil
}

func (s *Service) suggest(ctx context.Context, q *querying, r *SuggestRequest, typed typing) ([]Suggestion, error) {
	counts, err := q.countsKept(ctx)
	if err != nil {
		return nil, err
	}
	scheme := q.st.schemeNamed(r.Scheme)
	c := &completing{completions: q.st.completing.of(q.st.th), typing: typed, lang: q.request.Lang,
		wanted: func(c int32) bool { return q.st.th.InScheme(c, scheme) },
		count: func(c int32) int {
			if int(c) < len(counts) {
				return counts[c]
			}
			return 0
		}}
	exact := c.best(r.Limit)
	out := q.conceptSuggestions([]Suggestion{}, exact, r.Schemes)
	if r.Scheme == "" {
		titles, err := s.titleSuggestions(ctx, q, &typed, r.Limit-len(out))
		if err != nil {
			return nil, err
		}
		out = append(out, titles...)
	}
	known := func(concept int32) bool {
		return slices.ContainsFunc(exact, func(m completed) bool { return m.concept == concept })
	}
	return q.conceptSuggestions(out, c.forgiven(r.Limit-len(out), known), r.Schemes), nil
}

// conceptSuggestions adds concepts to a list.
func (q *querying) conceptSuggestions(out []Suggestion, found []completed, schemes []SchemeName) []Suggestion {
	langs := q.st.settings.Languages
	if q.request.Lang != "" {
		langs = append([]string{q.request.Lang}, langs...)
	}
	for _, m := range found {
		s := Suggestion{Kind: ConceptSuggestion, URI: q.st.th.ID(m.concept), Label: q.st.label(m.concept, q.request.Lang),
			Path: q.st.th.PathString(m.concept, langs...), Count: &m.count, Fuzzy: m.edits > 0}
		if m.label.Kind != semdex.HiddenLabel {
			s.Matched = &MatchedLabel{Label: m.label.Text, Kind: m.label.Kind.String(), Lang: m.label.Lang}
		}
		for _, scheme := range schemes {
			if q.st.th.InScheme(m.concept, scheme.ID) {
				s.Scheme = scheme.Name
				break
			}
		}
		out = append(out, s)
	}
	return out
}

// readTitles is how many records are read for each title wanted: some titles turn out not to suit, because
// their words stand in another order or in different languages.
const readTitles = 4

// completedTitle is a title that what was typed completes to.
type completedTitle struct {
	text, sort string
	id         semdex.AssetID
	place      place
	tier       uint8
}

// titleSuggestions gives the titles that suit, each once: those that begin as typed before others, by alphabet.
func (s *Service) titleSuggestions(ctx context.Context, q *querying, typed *typing, limit int) ([]Suggestion, error) {
	if limit <= 0 {
		return nil, nil
	}
	start := &TitleStart{Text: text.Fold(strings.TrimSpace(q.request.Query)), Words: typed.words, Access: q.request.Access, Limit: readTitles * limit}
	ids, err := q.view.Titles(ctx, start)
	if err != nil {
		return nil, err
	}
	var found []completedTitle
	for _, id := range ids {
		a, err := s.records.Asset(id)
		if err != nil {
			return nil, err
		}
		if a == nil || !q.request.Access.Visible(a) {
			continue // changed since it was indexed
		}
		if t, ok := bestTitle(a, typed, q.request.Lang); ok {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, (completedTitle).compare)
	found = slices.CompactFunc(found, func(a, b completedTitle) bool { return a.place == b.place && a.sort == b.sort })
	var out []Suggestion
	for _, t := range found[:min(limit, len(found))] {
		out = append(out, Suggestion{Kind: TitleSuggestion, Text: t.text, ID: t.id})
	}
	return out, nil
}

// bestTitle gives the title of an asset that suits best, the reader's language before others.
func bestTitle(a *semdex.Asset, typed *typing, lang string) (completedTitle, bool) {
	best := completedTitle{place: nowhere}
	for _, l := range a.Title.Languages() {
		title := strings.TrimSpace(a.Title[l])
		t := completedTitle{text: title, sort: text.Exact(title), id: a.ID, place: typed.in(text.Key(title)), tier: languageTier(lang, l)}
		if t.place != nowhere && (best.place == nowhere || cmp.Or(cmp.Compare(t.place, best.place), cmp.Compare(t.tier, best.tier)) < 0) {
			best = t
		}
	}
	return best, best.place != nowhere
}

func (t completedTitle) compare(u completedTitle) int {
	return cmp.Or(cmp.Compare(t.place, u.place), strings.Compare(t.sort, u.sort), strings.Compare(string(t.id), string(u.id)))
}

// suggesting is what a state keeps for suggestions: the labels to complete, and how many assets are about each
// concept, by who asks, in the newest state of the index.
type suggesting struct {
	labels kept[*completions]

	mu         sync.Mutex
	generation uint64
	counts     map[Access][]int
}

// maxCounts bounds for how many kinds of readers counts are kept.
const maxCounts = 32

func (k *suggesting) of(th Thesaurus) *completions {
	return k.labels.get(func() *completions { return newCompletions(th) })
}

// countsKept is conceptCounts, counted once for one state of the index and one kind of reader.
func (q *querying) countsKept(ctx context.Context) ([]int, error) {
	k, generation, access := &q.st.completing, q.view.Generation(), q.request.Access
	access.Use.Territory, access.Use.Channel = strings.ToLower(access.Use.Territory), strings.ToLower(access.Use.Channel)
	k.mu.Lock()
	counts, known := k.counts[access]
	known = known && k.generation == generation
	k.mu.Unlock()
	if known {
		return counts, nil
	}
	counts, err := q.conceptCounts(ctx)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.generation != generation || len(k.counts) >= maxCounts {
		k.generation, k.counts = generation, map[Access][]int{}
	}
	k.counts[access] = counts
	return counts, nil
}
