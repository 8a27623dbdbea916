package search

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
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
	*common
	state atomic.Pointer[state]
	pages *pages
}

// common is what services have in common that answer by several vocabularies of one library.
type common struct {
	engine   Engine
	records  Records
	settings Settings
	now      func() time.Time
	newID    func() string

	vocabularies atomic.Uint64 // how many there have been
	adjusted     atomic.Uint64 // how often curation or popularity was set
	curation     atomic.Pointer[curation]
	popular      atomic.Pointer[[]dated] // newest first
	popularMu    sync.Mutex              // one sets it at a time
}

// Options of a Service. Now and NewID are the clock and the source of query ids. Secret seals cursors: those made
// with another are refused. Without one, cursors live as long as the Service.
type Options struct {
	Engine   Engine
	Records  Records
	Settings Settings
	Now      func() time.Time
	NewID    func() string
	Secret   []byte
}

// New makes a Service that knows no concept until SetVocabulary.
func New(o Options) *Service {
	s := &Service{common: &common{engine: o.Engine, records: o.Records, settings: o.Settings, now: o.Now, newID: o.NewID}, pages: newPages(o.Secret)}
	s.SetCuration(nil)
	s.SetPopularity(nil)
	s.state.Store(newState(emptyThesaurus{}, o.Settings))
	return s
}

// SetVocabulary makes th the vocabulary of all queries that begin after it has returned. Nothing is indexed again.
// Queries meanwhile see the one before.
func (s *Service) SetVocabulary(th Thesaurus) { s.Prepare(th)() }

// Prepare makes ready what depends on a vocabulary, and gives what takes it into use, which takes no time. Until then,
// or where that is never called, queries see the one before. What the two have in common is not read again.
func (s *Service) Prepare(th Thesaurus) (use func()) {
	before := s.state.Load()
	next := s.prepared(th, before)
	s.follow(before, next)
	return func() {
		next := s.prepared(th, next)
		if before := s.state.Swap(next); before != next {
			before.gone.Store(true)
			go next.warm(before)
		}
	}
}

// prepared gives a state for th in which the values of the index are linked: st itself where it is one.
func (s *Service) prepared(th Thesaurus, st *state) *state {
	view := s.engine.View()
	defer view.Release()
	switch {
	case !st.shows(view): // the index was built again, and its values have other numbers
		st = newState(th, s.settings)
		st.number = s.vocabularies.Add(1)
	case st.th != th:
		st = st.next(th)
		st.number = s.vocabularies.Add(1)
	}
	st.update(view)
	return st
}

// follow lets the engine go on with the groupings of the state before, where numbers mean the same in both.
func (s *Service) follow(before, next *state) {
	view := s.engine.View()
	defer view.Release()
	p, able := view.(Preparer)
	if !able || before == next || !before.shows(view) {
		return
	}
	before.update(view) // the engine asks about all values of the view, some of which may have come since
	next.update(view)
	p.Follow(next.following(before))
}

// Warm makes ready what the first queries would have to wait for, facets by the configured dimensions among it, unless
// ctx ends before. Queries go on meanwhile.
func (s *Service) Warm(ctx context.Context) {
	q := s.begin(&Request{})
	defer q.view.Release()
	p, able := q.view.(Preparer)
	if !able {
		return
	}
	var groupings []Grouping
	for i := range s.settings.Dimensions {
		groupings = append(groupings, q.st.grouping(&s.settings.Dimensions[i], false))
	}
	p.Prepare(ctx, groupings)
}

// With gives a service that answers by another vocabulary over the same index and records, with the same curation and
// popularity, now and later; s goes on with its own. It is for drafts: what th would find is seen before it is in use.
// Its cursors are its own, and live as long as it does. Once nobody holds it, engines need not remember its vocabulary.
func (s *Service) With(th Thesaurus) *Service {
	beside := &Service{common: s.common, pages: newPages(nil)}
	before := s.state.Load()
	st := beside.prepared(th, before)
	beside.state.Store(st)
	if st != before { // which s goes on with
		runtime.AddCleanup(beside, func(gone *atomic.Bool) { gone.Store(true) }, &st.gone)
	}
	return beside
}

// querying is one query under way, with the one state of vocabulary and index that it sees.
type querying struct {
	st        *state
	view      View
	request   *Request
	rules     Rules
	reasons   []reason
	parts     []string // for each group of the plan, the words of the query it stands for
	named     []namedConcept
	words     []TextEvidence      // the words themselves, in the place of which a reason tells them
	marker    func() *marker      // of all that is searched for in texts
	memo      text.Memo           // of the texts of hits
	filtered  map[string][]string // all filters, those of the query included
	ranged    map[string][]string // beside them the ranges of the query, each of which holds for itself
	chosen    map[string][]string // by dimension: what it is filtered by
	taken     map[string]int      // parts of the query that are in the plan, with their groups
	ignored   int                 // parts beyond maxParts
	compounds []Compound
	about     []About // of a brief

	typed       []Clause // as they were read, before corrections
	corrections []Correction
	seen        map[Value]bool        // whether assets that may be seen bear a value, where that was asked
	standing    map[string]int        // by term: assets in which it stands, where that was asked
	spelt       map[string][]spelling // by term: what it may have been meant to be

	worded  bool  // the query has words to search for
	written *Plan // that of ExpandNone, where the query has words and another mode

	moment              // at which the query began
	curation  *curation // of the library
	suspended []string  // rules of it that do not count
	curated   curated   // by the rules that fired
	pages     *pages
	epoch     func(int64) dated // gives the popularity of an epoch
	meant     understood
	recalled  bool // meant is that of an earlier page
}

// moment is what changes with time alone. A page that goes on by a cursor has that of the first one.
type moment struct {
	now     int64       // Unix seconds, of the beginning of the day
	today   semdex.Date // in the library's time zone
	popular dated
}

type namedConcept struct {
	concept   int32
	from, to  int // bytes of the query
	sense     sense
	ambiguous bool
	capped    bool
	expanded  []Expanded
	others    []int32 // what the words mean too, which was not searched for
}

func (s *Service) begin(r *Request) *querying {
	r.Lang = s.settings.language(r.Lang)
	now := s.now()
	q := &querying{st: s.state.Load(), view: s.engine.View(), request: r, curation: s.curation.Load(), pages: s.pages, epoch: s.popularity}
	today := now.UTC().Truncate(24 * time.Hour) // scores do not move within a day
	q.moment = moment{today.Unix(), semdex.DateOf(now.In(s.settings.zone())), s.popularity(0)}
	q.st.update(q.view)
	r.Access.Restriction = q.restriction(r.Access.Only)
	return q
}

// again begins another query in the same state of vocabulary and index.
func (q *querying) again(r *Request) *querying {
	return &querying{st: q.st, view: q.view, request: r, curation: q.curation, moment: q.moment, pages: q.pages, epoch: q.epoch}
}

// run plans a request and has the engine run it. before, if any, is called between the two. Where there is no error,
// the caller releases the view.
func (s *Service) run(ctx context.Context, r *Request, before func(*querying, *Plan)) (*querying, *Plan, *Result, error) {
	s.settings.Expansion.complete(r)
	if err := normalize(r); err != nil {
		return nil, nil, nil, err
	}
	q := s.begin(r)
	plan, err := q.plan(ctx)
	var result *Result
	if err == nil {
		if before != nil {
			before(q, plan)
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
	q, plan, result, err := s.run(ctx, &r, func(q *querying, _ *Plan) { go q.marker() }) // while the engine searches
	if err != nil {
		return nil, err
	}
	defer q.view.Release()
	answer := &Answer{
		QueryID: s.newID(), Query: r.Query, Total: result.Total, TotalRelation: "eq", Ignored: q.ignored, Page: r.Page, PerPage: r.Limit,
		TotalPages: (result.Total + r.Limit - 1) / r.Limit, Corrections: q.corrections, Expansion: q.expansion(), Hits: make([]Hit, 0, len(result.Hits)),
	}
	if answer.Facets, err = q.facets(ctx, plan, result); err != nil {
		return nil, err
	}
	if answer.DidYouMean, err = q.didYouMean(ctx); err != nil {
		return nil, err
	}
	if result.Total == 0 {
		if err := q.help(ctx, plan, answer); err != nil {
			return nil, err
		}
	}
	if q.worded = len(plan.Groups) > 0; len(result.Hits) > 0 {
		if q.written, err = q.asWritten(ctx, plan); err != nil {
			return nil, err
		}
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
		answer.NextCursor = q.nextCursor(result)
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
	if r.Depth != nil && *r.Depth < 0 {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("depth %d is out of range", *r.Depth), Hint: "0 follows no narrower concept; leave depth out to follow all"}
	}
	if r.Limit < 0 || r.Offset < 0 || r.Offset > MaxOffset {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("offset %d, limit %d is out of range", r.Offset, r.Limit), Hint: "beyond offset 10000 go on by next_cursor"}
	}
	return nil
}

// plan reads the query and turns it, with the filters, into a plan.
func (q *querying) plan(ctx context.Context) (*Plan, error) {
	r := q.request
	q.rules = Rules{Mode: r.Expand, Depth: r.Depth, Exclude: q.st.namedBy(r.Exclude)}
	from, err := q.resume()
	if err != nil {
		return nil, err
	}
	units, err := q.recall(ctx)
	if err != nil {
		return nil, err
	}
	p := &Plan{Access: r.Access, Offset: r.Offset, Limit: r.Limit, Titled: strings.TrimSpace(r.Query)}
	if p.Sort, err = q.sortKeys(); err != nil {
		return nil, err
	}
	if asked := strings.TrimSpace(r.Query); len(units) == 0 && asked != "" && asked != "*" { // signs alone: words that stand nowhere
		p.Groups, q.parts = append(p.Groups, Group{Required: true}), append(q.parts, asked)
	}
	if err := q.addUnits(p, units); err != nil {
		return nil, err
	}
	if err := q.addNear(ctx, p); err != nil {
		return nil, err
	}
	for _, name := range r.Facets {
		f, err := q.facetPlan(name)
		if err != nil {
			return nil, err
		}
		p.Facets = append(p.Facets, f)
	}
	if from != nil {
		p.After, p.Statistics = &from.Position, from.Statistics
	}
	q.curate(p)
	q.marker = sync.OnceValue(func() *marker { return newMarker(p.Groups) })
	p.Signals = q.st.settings.Signals.signals(q.now, q.popular.Popularity)
	return p, nil
}

// maxAdded bounds how many added concepts an answer lists.
const maxAdded = 50

// expansion tells what the query was understood as.
func (q *querying) expansion() Expansion {
	x := Expansion{Concepts: []NamedConcept{}, Compounds: q.compounds, About: q.about}
	for i := range q.named {
		x.Concepts = append(x.Concepts, q.namedConcept(&q.named[i]))
	}
	return x
}

func (q *querying) namedConcept(n *namedConcept) NamedConcept {
	named := NamedConcept{
		URI: q.st.th.ID(n.concept), Label: q.st.label(n.concept, q.request.Lang), Ambiguous: n.ambiguous, Capped: n.capped, Added: []AddedConcept{},
		Span:    [2]int{utf8.RuneCountInString(q.request.Query[:n.from]), utf8.RuneCountInString(q.request.Query[:n.to])},
		Matched: n.sense.matched(), Alternatives: q.alternatives(n.others),
	}
	for _, e := range n.expanded[1:] {
		named.AddedTotal++
		if len(named.Added) < maxAdded {
			named.Added = append(named.Added, AddedConcept{URI: q.st.th.ID(e.Concept), Label: q.st.label(e.Concept, q.request.Lang), Via: e.Via, Distance: e.Distance, Weight: e.Weight})
		}
	}
	return named
}
