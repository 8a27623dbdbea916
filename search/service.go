package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"semdex"
	"semdex/internal/text"
)

// Service answers searches of one library. All methods are safe for use by many goroutines.
type Service struct {
	engine   Engine
	records  Records
	settings Settings
	state    atomic.Pointer[state]
	changing sync.Mutex // one vocabulary at a time
	now      func() time.Time
	newID    func() string
}

// Options of a Service. Now and NewID are the clock and the source of query ids.
type Options struct {
	Engine   Engine
	Records  Records
	Settings Settings
	Now      func() time.Time
	NewID    func() string
}

// New makes a Service that knows no concept until SetVocabulary.
func New(o Options) *Service {
	s := &Service{engine: o.Engine, records: o.Records, settings: o.Settings, now: o.Now, newID: o.NewID}
	s.state.Store(newState(emptyThesaurus{}, o.Settings))
	return s
}

// SetVocabulary makes th the vocabulary of all queries that begin after it has returned. Nothing is indexed again.
// Queries meanwhile see the one before.
func (s *Service) SetVocabulary(th Thesaurus) {
	s.changing.Lock()
	defer s.changing.Unlock()
	view := s.engine.View()
	defer view.Release()
	before := s.state.Load()
	if !before.shows(view) { // the index was built again, and its values have other numbers
		before = newState(emptyThesaurus{}, s.settings)
	}
	next := before.next(th)
	next.update(view)
	s.state.Store(next)
}

// querying is one query under way, with the one state of vocabulary and index that it sees.
type querying struct {
	st       *state
	view     View
	request  *Request
	reasons  []reason
	parts    []string // for each group of the plan, the words of the query it stands for
	named    []namedConcept
	words    []TextEvidence      // what is highlighted beside the reasons' labels
	filtered map[string][]string // all filters, those of the query included
	taken    map[string]bool     // parts of the query that are in the plan
	ignored  int                 // parts beyond maxParts
}

type namedConcept struct {
	concept   int32
	from, to  int // bytes of the query
	ref       *LabelRef
	ambiguous bool
	capped    bool
	expanded  []Expanded
}

func (s *Service) begin(r *Request) *querying {
	r.Lang = s.settings.language(r.Lang)
	q := &querying{st: s.state.Load(), view: s.engine.View(), request: r}
	q.st.update(q.view)
	return q
}

// run plans a request and has the engine run it. adjust, if any, changes the plan before. Where there is no
// error, the caller releases the view.
func (s *Service) run(ctx context.Context, r *Request, adjust func(*Plan)) (*querying, *Plan, *Result, error) {
	if err := normalize(r); err != nil {
		return nil, nil, nil, err
	}
	q := s.begin(r)
	plan, err := q.plan()
	var result *Result
	if err == nil {
		if adjust != nil {
			adjust(plan)
		}
		result, err = q.view.Search(ctx, plan)
	}
	if err != nil {
		q.view.Release()
		return nil, nil, nil, err
	}
	return q, plan, result, nil
}

// Search answers a request.
func (s *Service) Search(ctx context.Context, r Request) (*Answer, error) {
	start := s.now()
	q, plan, result, err := s.run(ctx, &r, nil)
	if err != nil {
		return nil, err
	}
	defer q.view.Release()
	answer := &Answer{
		QueryID: s.newID(), Query: r.Query, Total: result.Total, TotalRelation: "eq", Ignored: q.ignored, Page: r.Page, PerPage: r.Limit,
		TotalPages: (result.Total + r.Limit - 1) / r.Limit, Expansion: q.expansion(), Hits: []Hit{}, Facets: q.facets(plan, result),
	}
	for _, found := range result.Hits {
		hit, err := s.hit(q, found)
		if err != nil {
			return nil, err
		}
		if hit != nil {
			answer.Hits = append(answer.Hits, *hit)
		}
	}
	if n := len(result.Hits); n == r.Limit && n > 0 {
		answer.NextCursor = newCursor(&r, result.Hits[n-1].Position)
	}
	answer.TookMS = float64(s.now().Sub(start).Microseconds()) / 1000
	return answer, nil
}

// normalize fills what was left out and refuses what cannot be meant.
func normalize(r *Request) error {
	r.Expand = cmp.Or(r.Expand, ExpandNarrower)
	r.Limit = cmp.Or(r.Limit, DefaultLimit)
	if !slices.Contains(Modes, r.Expand) {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("no such expansion: %s", r.Expand), Hint: "try one of: none, synonyms, narrower, related"}
	}
	if r.Limit < 0 || r.Offset < 0 || r.Offset > MaxOffset {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("offset %d, limit %d is out of range", r.Offset, r.Limit), Hint: "beyond offset 10000 go on by next_cursor"}
	}
	for _, k := range r.Sort {
		if !slices.Contains(SortFields, k.Field) {
			return unknownField("sort field", k.Field, SortFields)
		}
	}
	return nil
}

// plan reads the query and turns it, with the filters, into a plan.
func (q *querying) plan() (*Plan, error) {
	r := q.request
	clauses, whole, err := q.read()
	if err != nil {
		return nil, err
	}
	p := &Plan{Access: r.Access, Sort: r.Sort, Offset: r.Offset, Limit: r.Limit}
	filters := map[string][]string{}
	for name, values := range r.Filters {
		filters[name] = values
	}
	switch asked := strings.TrimSpace(r.Query); {
	case whole != nil:
		q.addConcepts(p, whole, text.Tokens(r.Query), 0, len(r.Query))
	case len(clauses) == 0 && asked != "" && asked != "*": // signs alone: words that stand nowhere
		p.Groups, q.parts = append(p.Groups, Group{Required: true}), append(q.parts, asked)
	default:
		q.addClauses(p, clauses, filters)
	}
	if p.Filters, err = q.filters(filters); err != nil {
		return nil, err
	}
	if err := q.addExclusions(p, clauses, whole); err != nil {
		return nil, err
	}
	q.filtered = filters
	for _, name := range r.Facets {
		d, known := q.st.dimension(name, q.view.Fields())
		if !known {
			return nil, unknownField("facet", name, q.knownNames())
		}
		p.Facets = append(p.Facets, Facet{Name: d.Name, By: q.st.grouping(d, false)})
	}
	if r.Cursor != "" {
		if p.After, err = readCursor(r); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// read gives the clauses of the query, or the labels that the query as a whole is.
func (q *querying) read() (clauses []Clause, whole []LabelRef, err error) {
	isField := func(name string) bool {
		name = strings.TrimSuffix(name, ".direct")
		if slices.Contains([]string{"id", "created", "modified"}, name) {
			return true
		}
		_, known := q.st.dimension(name, q.view.Fields())
		return known
	}
	clauses, err = ReadQuery(q.request.Query, isField)
	if slices.ContainsFunc(clauses, Clause.isNoRange) { // "created: monday" is plain text, whatever it means
		clauses, err = ReadQuery(q.request.Query, func(name string) bool { return name != "created" && name != "modified" && isField(name) })
	}
	if err != nil || q.request.Expand == ExpandNone {
		return clauses, nil, err
	}
	return clauses, preferLanguage(q.st.labels.Whole(q.request.Query), q.request.Lang), nil
}

// addClauses makes groups of the clauses. Words that follow one another are read for labels together.
func (q *querying) addClauses(p *Plan, clauses []Clause, filters map[string][]string) {
	for i := 0; i < len(clauses); {
		c := &clauses[i]
		switch {
		case c.Kind == Plain && !c.Not:
			end := i + 1
			for end < len(clauses) && clauses[end].Kind == Plain && !clauses[end].Not && !clauses[end].Or {
				end++
			}
			q.addRun(p, clauses[i:end])
			i = end
			continue
		case c.Kind == Scoped && !c.Not:
			filters[c.Field] = append(slices.Clone(filters[c.Field]), c.Value)
		case c.Kind == Scoped: // addExclusions
		default:
			q.addWords(p, c.Tokens, c.Kind, c.Not, c.Or)
		}
		i++
	}
}

// addRun reads a run of plain words: the concepts they name, and the words that are left. Stop words are
// left out where anything else is there.
func (q *querying) addRun(p *Plan, run []Clause) {
	tokens := make([]text.Token, len(run))
	for i := range run {
		tokens[i] = run[i].Tokens[0]
	}
	var readings []Reading
	if q.request.Expand != ExpandNone {
		readings = q.st.labels.Read(tokens, q.request.Lang)
	}
	telling := len(readings) > 0 || slices.ContainsFunc(tokens, func(t text.Token) bool { return !text.IsStop(t.Term, q.languages()) })
	alternative := run[0].Or // until something is there to join what was before
	for i := 0; i < len(tokens); {
		if len(readings) > 0 && readings[0].From == i {
			r := readings[0]
			readings = readings[1:]
			q.alternatively(p, alternative, func(p *Plan) {
				q.addConcepts(p, r.Refs, tokens[r.From:r.To], tokens[r.From].Start, tokens[r.To-1].End)
			})
			i, alternative = r.To, false
			continue
		}
		if !telling || !text.IsStop(tokens[i].Term, q.languages()) {
			q.addWords(p, tokens[i:i+1], Plain, false, alternative)
			alternative = false
		}
		i++
	}
}

// maxParts bounds how many parts of a query are searched for.
const maxParts = 64

// takes reports whether a part of the query is to be searched for: not one that stood there before, and no
// more than maxParts. What is left out for the second reason is counted and told.
func (q *querying) takes(p *Plan, part string) bool {
	if q.taken[part] {
		return false
	}
	if len(p.Groups) >= maxParts {
		q.ignored++
		return false
	}
	if q.taken == nil {
		q.taken = map[string]bool{}
	}
	q.taken[part] = true
	return true
}

// alternatively adds a group or, after OR, adds its evidence to the group before.
func (q *querying) alternatively(p *Plan, or bool, add func(*Plan)) {
	before := len(p.Groups)
	add(p)
	if !or || before == 0 || len(p.Groups) == before || p.Groups[before-1].Excluded || p.Groups[before].Excluded {
		return
	}
	into, from := &p.Groups[before-1], p.Groups[before]
	into.Values = append(into.Values, from.Values...)
	into.Texts = append(into.Texts, from.Texts...)
	q.parts[before-1] += " OR " + q.parts[before]
	p.Groups, q.parts = p.Groups[:before], q.parts[:before]
}

func (q *querying) languages() []string {
	if q.request.Lang != "" {
		return []string{q.request.Lang}
	}
	return q.st.settings.Languages
}

func (q *querying) forms(tokens []text.Token) [][]string {
	terms := make([][]string, len(tokens))
	for i, t := range tokens {
		terms[i] = text.Forms(t, q.languages())
	}
	return terms
}

// addWords makes a group of words as they stand: one word, a phrase, the beginning of a word.
func (q *querying) addWords(p *Plan, tokens []text.Token, kind ClauseKind, not, or bool) {
	if !q.takes(p, fmt.Sprint(kind, not, text.Join(tokens))) {
		return
	}
	words := q.request.Query[tokens[0].Start:tokens[len(tokens)-1].End]
	q.reasons = append(q.reasons, reason{named: -1, words: words, weight: weightPrefLabel})
	t := TextEvidence{Terms: q.forms(tokens), Prefix: kind == Prefix, Scored: true, Class: Words, Weight: weightPrefLabel, Reason: len(q.reasons) - 1}
	if kind == Phrase || kind == Prefix { // as written, not inflected
		for i := range t.Terms {
			t.Terms[i] = t.Terms[i][:1]
		}
	}
	q.alternatively(p, or, func(p *Plan) {
		p.Groups = append(p.Groups, Group{Texts: []TextEvidence{t}, Required: kind == Phrase && !not, Excluded: not})
		q.parts = append(q.parts, words)
	})
	if !not {
		q.words = append(q.words, t)
	}
}

// addExclusions leaves out what -field:value names.
func (q *querying) addExclusions(p *Plan, clauses []Clause, whole []LabelRef) error {
	for i := range clauses {
		c := &clauses[i]
		if c.Kind != Scoped || !c.Not || whole != nil {
			continue
		}
		f, err := q.filter(c.Field, []string{c.Value})
		if err != nil {
			return err
		}
		f.Name, f.Not = "", true
		p.Filters = append(p.Filters, f)
	}
	return nil
}

// addConcepts makes one group of the concepts that a stretch of the query names: what they expand to, and
// the words themselves. Several concepts are all searched for, each with less weight.
func (q *querying) addConcepts(p *Plan, refs []LabelRef, tokens []text.Token, from, to int) {
	concepts := conceptsOf(refs, func(int32) bool { return true })
	if !q.takes(p, fmt.Sprint(concepts)) {
		return
	}
	g := Group{}
	e := &evidence{st: q.st, lang: q.request.Lang, reasons: &q.reasons, scale: scaleAmbiguous(len(concepts))}
	for _, c := range concepts {
		expanded := Expand(q.st.th, c, q.request.Expand)
		ref := &refs[slices.IndexFunc(refs, func(r LabelRef) bool { return r.Concept == c })]
		e.capped = false
		e.add(&g, c, expanded)
		q.named = append(q.named, namedConcept{concept: c, from: from, to: to, ref: ref, ambiguous: len(concepts) > 1, capped: e.capped, expanded: expanded})
	}
	if len(tokens) > 0 {
		q.reasons = append(q.reasons, reason{named: -1, words: q.request.Query[from:to], weight: weightPrefLabel})
		t := TextEvidence{Terms: q.forms(tokens), Scored: true, Class: Words, Weight: weightPrefLabel, Reason: len(q.reasons) - 1}
		g.Texts = append(g.Texts, t)
		q.words = append(q.words, t)
	}
	p.Groups = append(p.Groups, g)
	q.parts = append(q.parts, q.request.Query[from:to])
}

// maxAdded bounds how many added concepts an answer lists.
const maxAdded = 50

// expansion tells what the query was understood as.
func (q *querying) expansion() Expansion {
	x := Expansion{Concepts: []NamedConcept{}}
	for _, n := range q.named {
		named := NamedConcept{
			URI: q.st.th.ID(n.concept), Label: q.st.label(n.concept, q.request.Lang), Ambiguous: n.ambiguous, Capped: n.capped, Added: []AddedConcept{},
			Span:    [2]int{utf8.RuneCountInString(q.request.Query[:n.from]), utf8.RuneCountInString(q.request.Query[:n.to])},
			Matched: &MatchedLabel{Label: n.ref.Label.Text, Kind: n.ref.Label.Kind.String(), Lang: n.ref.Label.Lang},
		}
		if n.ref.Label.Kind == semdex.HiddenLabel {
			named.Matched.Label = ""
		}
		for _, e := range n.expanded[1:] {
			named.AddedTotal++
			if len(named.Added) < maxAdded {
				named.Added = append(named.Added, AddedConcept{URI: q.st.th.ID(e.Concept), Label: q.st.label(e.Concept, q.request.Lang), Via: e.Via, Distance: e.Distance, Weight: e.Weight})
			}
		}
		x.Concepts = append(x.Concepts, named)
	}
	return x
}

// NamedConcepts gives the URIs of the concepts that an answer's query named, each once.
func (a *Answer) NamedConcepts() []string {
	var uris []string
	for _, c := range a.Expansion.Concepts {
		if !slices.Contains(uris, string(c.URI)) {
			uris = append(uris, string(c.URI))
		}
	}
	return uris
}

// cursor says where to go on, and for which request.
type cursor struct {
	Request  string `json:"r"`
	Position `json:"p"`
}

// requestKey fingerprints what must be the same for a cursor to go on.
func requestKey(r *Request) string {
	filters, err := json.Marshal(r.Filters)
	if err != nil {
		return "" // a map of strings always marshals
	}
	access := r.Access
	access.Use.On = "" // one may go on after midnight
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %s %v %v", r.Query, r.Lang, r.Expand, filters, r.Sort, access))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func newCursor(r *Request, p Position) string {
	body, err := json.Marshal(cursor{requestKey(r), p})
	if err != nil {
		return "" // numbers and strings always marshal
	}
	return base64.RawURLEncoding.EncodeToString(body)
}

func readCursor(r *Request) (*Position, error) {
	bad := func(message string) error {
		return &semdex.Error{Code: semdex.Invalid, Message: message, Hint: "send next_cursor of the answer before with the same other parameters, or leave cursor out to begin again"}
	}
	body, err := base64.RawURLEncoding.DecodeString(r.Cursor)
	if err != nil || len(r.Cursor) > 4096 {
		return nil, bad("the cursor is not one of ours")
	}
	var c cursor
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, bad("the cursor is not one of ours")
	}
	if c.Request != requestKey(r) {
		return nil, bad("the cursor belongs to another query")
	}
	return &c.Position, nil
}
