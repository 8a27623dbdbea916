package search_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/graph"
	"semdex/search"
	"semdex/search/eval"
	"semdex/search/local"
)

var everythingAccess = search.Access{All: true}

func why(t testing.TB, s *search.Service, id string, r search.Request) *search.Why {
	t.Helper()
	w, err := s.Why(context.Background(), id, r, everythingAccess)
	if err != nil {
		t.Fatalf("why %s of %+v: %v", id, r, err)
	}
	return w
}

func reasonCodes(w *search.Why) string {
	var out []string
	for _, r := range w.Reasons {
		out = append(out, r.Code)
	}
	return strings.Join(out, " ")
}

// said writes changes in short.
func said(changes []search.WhyChange) string {
	var out []string
	for _, c := range changes {
		out = append(out, strings.TrimRight(fmt.Sprint(c.Kind, " ", strings.TrimPrefix(string(c.Concept), search.Base), c.Value, c.Field, c.Term, c.Rule, c.ValidFrom, c.ValidUntil, c.Territory, c.Channel), " "))
	}
	return strings.Join(out, ", ")
}

// countedLabels counts how often the labels of a concept are asked for.
type countedLabels struct {
	*graph.Graph
	asked atomic.Int64
}

func (v *countedLabels) Labels(c int32) []semdex.Label {
	v.asked.Add(1)
	return v.Graph.Labels(c)
}

// TestWhyReadsTheVocabularyOnce has a query with words that stand nowhere, which each set of changes is weighed with.
func TestWhyReadsTheVocabularyOnce(t *testing.T) {
	t.Parallel()
	v := &countedLabels{Graph: newLiving(rand.New(rand.NewPCG(1, 1)), 300).graph()}
	s, _ := library(t, livingSettings, v, story()...)
	request := search.Request{Query: "bridge river valley", Lang: "en", Access: everyone, Filters: map[string][]string{"type": {"video"}, "album": {"One"}}}
	ask(t, s, request)
	before := v.asked.Load()
	if w := why(t, s, "tagged", request); len(w.Changes) != 3 {
		t.Fatalf("changes %s, want three", said(w.Changes))
	}
	if n := v.asked.Load() - before; n > int64(v.Len()) {
		t.Errorf("labels were asked for %d times, want at most once for each of %d concepts", n, v.Len())
	}
}

func TestWhyAbsent(t *testing.T) {
	assets := story()
	rights := func(id string, r *semdex.Rights) {
		assets = append(assets, &semdex.Asset{ID: semdex.AssetID("files:" + id), Title: semdex.Text{"en": "An anvil"}, Approval: semdex.Approved, Rights: r})
	}
	rights("future", &semdex.Rights{ValidFrom: "2026-06-01"})
	rights("past", &semdex.Rights{ValidUntil: "2026-02-01", Territories: []string{"DE"}})
	rights("german-web", &semdex.Rights{Territories: []string{"DE"}, Channels: []string{"web"}})
	rights("free", nil)
	s, _ := library(t, settings, packaging, assets...)
	use := func(territory, channel string) search.Access {
		return search.Access{Use: semdex.Use{On: "2026-03-01", Territory: territory, Channel: channel}}
	}
	one, deny := 1, everyone
	deny.DenyMissing = true
	tests := []struct {
		name, id            string
		request             search.Request
		codes, want, others string
	}{
		{"neither tagged nor named", "tagged", search.Request{Query: "rain jacket"}, "not_tagged", "add_tag jacket", "add_tag rain jacket"},
		{"a word that is no label", "tagged", search.Request{Query: "zeppelin"}, "not_tagged", "add_tag zeppelin", ""},
		{"reached by related alone", "unboxing", search.Request{Query: "sustainable packaging"}, "not_tagged expansion", "expand related", "add_tag packaging; add_tag sustainable packaging"},
		{"reached by narrower", "kraft", search.Request{Query: "sustainable packaging", Expand: search.ExpandSynonyms}, "not_tagged expansion", "expand narrower", "add_tag packaging; add_tag sustainable packaging"},
		{"deeper than the depth", "kraft", search.Request{Query: "sustainable packaging", Depth: &one}, "not_tagged expansion", "depth 2", "add_tag packaging; add_tag sustainable packaging"},
		{"excluded from the expansion", "friendly", search.Request{Query: "sustainable packaging", Exclude: []string{"Eco-friendly"}}, "not_tagged expansion", "include Eco-friendly", "add_tag packaging; add_tag sustainable packaging"},
		{"below what is excluded from the expansion", "kraft", search.Request{Query: "sustainable packaging", Exclude: []string{"Eco-friendly", "Recyclable"}}, "not_tagged expansion", "include Recyclable", "add_tag packaging; add_tag sustainable packaging"},
		{"of another scheme", "both", search.Request{Query: "anorak", Schemes: []string{"https://voc.example/none"}}, "not_tagged expansion", "any_scheme", "add_tag anorak"},
		{"a demanded concept", "tagged", search.Request{Query: `box concept:unboxing`}, "phrase", "remove_filter concept", "add_tag unboxing"},
		{"a range in the query", "tagged", search.Request{Query: `box created:2020`}, "filter", "remove_filter created", ""},
		{"a filter", "tagged", search.Request{Query: "sustainable packaging", Filters: map[string][]string{"topic": {"Unboxing"}}}, "filter", "remove_filter topic", "add_tag unboxing"},
		{"a filter in the query", "tagged", search.Request{Query: "box topic:unboxing"}, "filter", "remove_filter topic", "add_tag unboxing"},
		{"a filter and no tag", "tagged", search.Request{Query: "zeppelin", Filters: map[string][]string{"Region": {"DACH"}}}, "filter not_tagged", "remove_filter Region, add_tag zeppelin", ""},
		{"one tag for the query and the filter", "tagged", search.Request{Query: "rain jacket", Filters: map[string][]string{"topic": {"Rain jacket"}}}, "filter not_tagged", "add_tag jacket", "add_tag rain jacket"},
		{"an excluded word", "tagged", search.Request{Query: "sustainable packaging -box"}, "excluded", "drop_term -box", ""},
		{"an excluded value", "tagged", search.Request{Query: `box -topic:"sustainable packaging"`}, "excluded", `drop_term -topic:"sustainable packaging"`, ""},
		{"a demanded phrase", "tagged", search.Request{Query: `box "red tape"`}, "phrase", `drop_term "red tape"`, "add_tag red tape"},
		{"two demanded phrases", "tagged", search.Request{Query: `"green tape" "red tape"`}, "phrase phrase", `drop_term "green tape", drop_term "red tape"`, `drop_term "green tape", add_tag red tape; drop_term "red tape", add_tag green tape; add_tag green tape, add_tag red tape`},
		{"an excluded word after OR", "tagged", search.Request{Query: "box OR -box"}, "excluded", "drop_term -box", ""},
		{"signs alone", "tagged", search.Request{Query: "!!!"}, "phrase", "drop_term !!!", ""},
		{"not approved", "hidden", search.Request{Query: "sustainable packaging"}, "approval", "approve", ""},
		{"not yet in rights", "future", search.Request{Query: "anvil"}, "rights", "extend_rights 2026-03-01", ""},
		{"out of rights twice", "past", search.Request{Query: "anvil", Access: use("AT", "")}, "rights rights", "extend_rights 2026-03-01AT", ""},
		{"not for the channel", "german-web", search.Request{Query: "anvil", Access: use("DE", "print")}, "rights", "extend_rights print", ""},
		{"no record", "free", search.Request{Query: "anvil", Access: deny}, "rights", "extend_rights", ""},
		{"everything at once", "hidden", search.Request{Query: "zeppelin -packaging", Filters: map[string][]string{"Region": {"DACH"}, "type": {"video"}}}, "approval filter filter excluded not_tagged",
			"remove_filter Region, remove_filter type, drop_term -packaging, add_tag zeppelin, approve", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.request.Access == (search.Access{}) {
				tt.request.Access = everyone
			}
			tt.request.Lang = "en"
			w := why(t, s, tt.id, tt.request)
			var others []string
			for _, a := range w.Alternatives {
				others = append(others, said(a))
			}
			if w.Found || reasonCodes(w) != tt.codes || said(w.Changes) != tt.want || strings.Join(others, "; ") != tt.others {
				t.Errorf("found %t, reasons %q, want %q\nchanges %q, want %q\nothers  %q, want %q\n%+v", w.Found, reasonCodes(w), tt.codes, said(w.Changes), tt.want, strings.Join(others, "; "), tt.others, w.Reasons)
			}
		})
	}
}

func TestWhyLow(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	request := search.Request{Query: "sustainable packaging", Lang: "en", Access: everyone}
	first := why(t, s, "tagged", request)
	if !first.Found || first.Rank != 1 || first.Before != nil || len(first.Reasons) != 0 || first.Because != "tagged Sustainable packaging" || first.Evidence[0].Class != "tagged" {
		t.Errorf("the first hit: %+v", first)
	}
	second := why(t, s, "words", request)
	if second.Rank != 2 || second.Before == nil || second.Before.ID != "files:tagged" || reasonCodes(second) != "class" || said(second.Changes) != "" {
		t.Errorf("the second hit: %+v", second)
	}
	third := why(t, s, "synonym", request)
	if third.Rank != 3 || reasonCodes(third) != "class" || said(third.Changes) != "add_tag packaging" {
		t.Errorf("the third hit: %+v", third)
	}
	lacking := why(t, s, "jacket", search.Request{Query: "rain jacket recyclable", Lang: "en", Access: everyone})
	if lacking.Rank != 3 || !strings.Contains(reasonCodes(lacking), "part") {
		t.Errorf("a hit that lacks a part: %+v", lacking)
	}
	answer := ask(t, s, search.Request{Query: "sustainable packaging", Lang: "en", Access: everyone, Limit: 100, Explain: true})
	for i, h := range answer.Hits {
		w := why(t, s, string(h.ID), request)
		if !w.Found || w.Rank != i+1 || w.Of != answer.Total || w.Score != h.Score || w.Because != h.Matched.Because || (w.Rank > 1) != (len(w.Reasons) > 0) {
			t.Errorf("%s stands at %d of %d, why says %d of %d: %+v", h.ID, i+1, answer.Total, w.Rank, w.Of, w)
		}
		if d := cmp.Diff(h.Explain, w.Evidence); d != "" {
			t.Errorf("%s: evidence (-search +why)\n%s", h.ID, d)
		}
	}
}

// TestWhyLowSaysWhatDecides tries hits that come later for another reason than evidence.
func TestWhyLowSaysWhatDecides(t *testing.T) {
	asset := func(id string, created, modified int) *semdex.Asset {
		day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
		return &semdex.Asset{ID: semdex.AssetID("files:" + id), Title: semdex.Text{"en": "An anvil"}, Approval: semdex.Approved, Created: day(created), Modified: day(modified)}
	}
	s, _ := library(t, settings, packaging, asset("old", 1, 9), asset("new", 5, 6))
	tests := []struct {
		name, id, query string
		sort            []search.SortKey
		want            string
	}{
		{"no query", "new", "", nil, "the query asks for nothing that could be ranked: what was modified last comes first, and the hit before comes first by that"},
		{"a query that only leaves out", "new", "-hammer", nil, "the query asks for nothing that could be ranked: what was modified last comes first, and the hit before comes first by that"},
		{"as good a hit that is newer", "old", "anvil", nil, "of such hits the newer comes first"},
		{"a sort", "old", "anvil", []search.SortKey{{Field: "created", Desc: true}}, "the request sorts by created"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := why(t, s, tt.id, search.Request{Query: tt.query, Sort: tt.sort, Access: everyone})
			if w.Rank != 2 || reasonCodes(w) != "score" || !strings.Contains(w.Reasons[0].Message, tt.want) {
				t.Errorf("rank %d, %+v", w.Rank, w.Reasons)
			}
		})
	}
}

// TestWhyTellsNothingOfWhatMayNotBeSeen compares the error for an asset that may not be seen with that for one that
// does not exist: but for the id they are the same.
func TestWhyTellsNothingOfWhatMayNotBeSeen(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	for _, query := range []string{"sustainable packaging", "", "-box", `"red tape"`} {
		r := search.Request{Query: query, Access: everyone}
		_, hidden := s.Why(context.Background(), "files:hidden", r, everyone)
		_, missing := s.Why(context.Background(), "files:nobody", r, everyone)
		if semdex.CodeOf(hidden) != semdex.NotFound || strings.ReplaceAll(hidden.Error(), "hidden", "nobody") != missing.Error() || semdex.HintOf(hidden) != semdex.HintOf(missing) {
			t.Errorf("%q: for a hidden asset %v, for none %v", query, hidden, missing)
		}
	}
}

// whyLibrary is a library whose assets may be changed and put back.
type whyLibrary struct {
	t       testing.TB
	s       *search.Service
	records records
	index   *local.Index
	applied uint64
}

// put indexes an asset as it is now.
func (l *whyLibrary) put(a *semdex.Asset) {
	l.t.Helper()
	l.records[a.ID] = a
	l.apply([]local.Change{{ID: a.ID, Asset: a}})
}

// finds searches again, with the changes made.
func (l *whyLibrary) finds(r search.Request, id semdex.AssetID, changes []search.WhyChange) bool {
	l.t.Helper()
	before := l.records[id]
	after := before
	for _, c := range changes {
		r, after = c.Request(r), c.Asset(after)
	}
	if after != before {
		l.put(after)
		defer l.put(before)
	}
	r.Limit = 100_000
	ranked, err := l.s.Rank(context.Background(), r)
	return err == nil && slices.Contains(ranked, id)
}

// pairs makes random requests from what is searched for and filtered by.
type pairs struct {
	*rand.Rand
	queries, words []string
	filters        map[string][]string
}

func (p *pairs) pick(from []string) string { return from[p.IntN(len(from))] }

func (p *pairs) request() search.Request {
	r := search.Request{Query: p.pick(p.queries), Lang: p.pick([]string{"", "en"}), Expand: search.Modes[p.IntN(4)], Filters: map[string][]string{}}
	if p.IntN(4) == 0 {
		r.Query += " " + p.pick(p.words)
	}
	if p.IntN(4) == 0 {
		r.Query += ` "` + p.pick(p.words) + " " + p.pick(p.words) + `"`
	}
	for p.IntN(3) == 0 {
		r.Query += " -" + p.pick(p.words)
	}
	if p.IntN(8) == 0 {
		r.Query = p.pick(p.queries) + " OR " + r.Query
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range p.filters {
			if !yield(name) {
				return
			}
		}
	}) {
		if p.IntN(5) == 0 {
			r.Filters[name] = []string{p.pick(p.filters[name])}
		}
	}
	r.Access = search.Access{All: p.IntN(3) == 0, DenyMissing: p.IntN(2) == 0, Use: semdex.Use{On: "2026-05-01"}}
	if p.IntN(3) == 0 {
		r.Access.Use.Territory, r.Access.Rights = p.pick([]string{"DE", "US", "JP"}), true
	}
	if p.IntN(4) == 0 {
		r.Access.Use.Channel, r.Access.Rights = p.pick([]string{"web", "print", "tv"}), true
	}
	return r
}

// singles lists all single changes for a pair, as Change documents them, found by other means than Why's.
func (l *whyLibrary) singles(r search.Request, a *semdex.Asset) []search.WhyChange {
	l.t.Helper()
	var out []search.WhyChange
	add := func(c search.WhyChange) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, m := range search.Modes[slices.Index(search.Modes, r.Expand)+1:] {
		add(search.WhyChange{Kind: search.ChangeExpand, Value: string(m)})
	}
	for name, values := range r.Filters {
		add(search.WhyChange{Kind: search.ChangeFilter, Field: name})
		for _, v := range values {
			named := r
			named.Query, named.Expand, named.Limit = v, search.ExpandSynonyms, 1
			l.named(named, add)
		}
	}
	clauses, err := search.ReadQuery(r.Query, func(string) bool { return false })
	if err != nil {
		l.t.Fatal(err)
	}
	for _, c := range clauses {
		if c.Not || c.Kind == search.Phrase {
			add(search.WhyChange{Kind: search.ChangeTerm, Term: strings.Repeat("-", strings.Count(r.Query[max(0, c.Start-1):c.Start], "-")) + r.Query[c.Start:c.End]})
		}
		if !c.Not {
			add(search.WhyChange{Kind: search.ChangeTag, Value: r.Query[c.Tokens[0].Start:c.Tokens[len(c.Tokens)-1].End]})
		}
	}
	asked := r
	asked.Limit, asked.Filters, asked.Expand = 1, nil, search.ExpandRelated
	l.named(asked, add)
	if a.Approval != semdex.Approved {
		add(search.WhyChange{Kind: search.ChangeApproval})
	}
	u := r.Access.Use
	if a.Rights.Refuses(u, r.Access.DenyMissing) != semdex.Allowed {
		c := search.WhyChange{Kind: search.ChangeRights, ValidFrom: u.On, ValidUntil: u.On, Territory: u.Territory, Channel: u.Channel}
		if a.Rights == nil {
			c = search.WhyChange{Kind: search.ChangeRights}
		}
		add(c)
	}
	return out
}

// named adds tags with the concepts that a request's query names.
func (l *whyLibrary) named(r search.Request, add func(search.WhyChange)) {
	l.t.Helper()
	for _, c := range ask(l.t, l.s, r).Expansion.Concepts {
		add(search.WhyChange{Kind: search.ChangeTag, Concept: c.URI})
	}
}

// holdWhyToItsWord asks why for n random pairs of a request and an asset that it does not find. The changes that why
// names bring the asset in, tried in the index itself; no fewer changes do.
func holdWhyToItsWord(t *testing.T, l *whyLibrary, p *pairs, n int) {
	ids := make([]semdex.AssetID, 0, len(l.records))
	for id := range l.records {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	sizes := map[int]int{}
	for done := 0; done < n; {
		r, id := p.request(), ids[p.IntN(len(ids))]
		w, err := l.s.Why(context.Background(), string(id), r, everythingAccess)
		if err != nil {
			t.Fatalf("why %s of %+v: %v", id, r, err)
		}
		if found := l.finds(r, id, nil); found != w.Found {
			t.Fatalf("%s is found: %t, why says %t: %+v", id, found, w.Found, r)
		}
		if w.Found {
			continue
		}
		done++
		sizes[len(w.Changes)]++
		if len(w.Changes) == 0 || len(w.Reasons) == 0 {
			t.Errorf("%s, %+v: no change or no reason: %+v", id, r, w)
			continue
		}
		for _, set := range append([][]search.WhyChange{w.Changes}, w.Alternatives...) {
			if len(set) != len(w.Changes) || !l.finds(r, id, set) {
				t.Errorf("%s, %+v: %s does not bring it in; %+v", id, r, said(set), w.Reasons)
			}
		}
		if len(w.Changes) > 1 {
			l.noneSmaller(r, id, w.Changes)
		}
	}
	t.Logf("%d pairs, by the number of changes: %v", n, sizes)
}

// noneSmaller tries all sets of fewer changes: all single ones and, of three or more, pairs. The asset as each set
// would change it is indexed under a name of its own, all of them at once.
func (l *whyLibrary) noneSmaller(r search.Request, id semdex.AssetID, than []search.WhyChange) {
	l.t.Helper()
	singles := l.singles(r, l.records[id])
	sets := [][]search.WhyChange{}
	for i, c := range singles {
		sets = append(sets, []search.WhyChange{c})
		for _, d := range singles[i+1:] {
			if len(than) > 2 {
				sets = append(sets, []search.WhyChange{c, d})
			}
		}
	}
	var batch, back []local.Change
	for i, set := range sets {
		a := *l.records[id]
		for _, c := range set {
			a = *c.Asset(&a)
		}
		a.ID = semdex.AssetID(fmt.Sprintf("%s:as-%d", id.Source(), i))
		batch, back = append(batch, local.Change{ID: a.ID, Asset: &a}), append(back, local.Change{ID: a.ID})
	}
	l.apply(batch)
	defer l.apply(back)
	for i, set := range sets {
		changed := r
		for _, c := range set {
			changed = c.Request(changed)
		}
		changed.Limit = 100_000
		if ranked, err := l.s.Rank(context.Background(), changed); err == nil && slices.Contains(ranked, batch[i].ID) {
			l.t.Errorf("%s, %+v: %s would do, why says %s", id, r, said(set), said(than))
		}
	}
}

func (l *whyLibrary) apply(changes []local.Change) {
	l.t.Helper()
	l.applied++
	if err := l.index.Apply(context.Background(), changes, l.applied); err != nil {
		l.t.Fatal(err)
	}
}

func TestWhyBringsIn(t *testing.T) {
	n := 200
	if testing.Short() || raced {
		n = 30
	}
	l, p := brandPairs(t)
	holdWhyToItsWord(t, l, p, n)
}

func brandPairs(t *testing.T) (*whyLibrary, *pairs) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "assets.jsonl")
	if err := os.WriteFile(path, brandFile(t, "assets.jsonl"), 0o600); err != nil {
		t.Fatal(err)
	}
	g := readGraph(t, "taxonomy.ttl", bytes.NewReader(brandFile(t, "taxonomy.ttl")))
	l := &whyLibrary{t: t, applied: 1}
	l.s, l.records, l.index = openLibrary(t, brandSettings, g, readAssets(t, "brand", path)...)
	queries, err := eval.ReadQueries(bytes.NewReader(brandFile(t, "queries.jsonl")), "queries.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	p := &pairs{Rand: rand.New(rand.NewPCG(200, 4)), words: strings.Fields("hut jacket ridge rain snow box Hütte Regenjacke recycled zeppelin trail friends dawn running tent"),
		filters: map[string][]string{"type": {"image", "video"}, "region": {"DACH", "Bavaria"}, "topic": {"Hut to hut", "Packaging", "Winter"}, "Season": {"Summer 2026"}, "year": {"2025", "2024"}, "approval": {"approved", "pending"}}}
	for _, q := range queries {
		p.queries = append(p.queries, q.Text)
	}
	return l, p
}
