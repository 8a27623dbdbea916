package search

import (
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"semdex"
	"semdex/internal/text"
)

// Settings of a library that do not change with its data.
type Settings struct {
	Languages  []string // first the one that labels are shown in where none is asked for
	Dimensions []Dimension
	Expansion  ExpansionSettings
	Signals    SignalWeights
	Zone       *time.Location // where its days begin; nil is UTC
}

func (s *Settings) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// language gives the language of the library that is meant by tag: "en-us" is "en" where that is all there
// is (RFC 4647 lookup). A language that the library does not have stays as it is.
func (s *Settings) language(tag string) string {
	tag = semdex.LanguageTag(tag)
	for wanted := tag; wanted != ""; {
		if slices.Contains(s.Languages, wanted) {
			return wanted
		}
		wanted = wanted[:max(0, strings.LastIndexByte(wanted, '-'))]
	}
	return tag
}

// builtins are dimensions that every library has.
var builtins = []Dimension{
	{Name: "type", Field: "type"}, {Name: "album", Field: "album"}, {Name: "source", Field: "source"},
	{Name: "approval", Field: "approval"}, {Name: "year", Field: "year"}, {Name: "tags", Field: "tags"}, {Name: "keywords", Field: "keywords"},
}

// state is all that depends on the vocabulary. A query takes one and keeps it to its end.
type state struct {
	*links
	number       uint64 // of the vocabulary, in the order they came
	settings     Settings
	gone         atomic.Bool       // another is in use
	predecessors map[int32][]int32 // the deprecated concepts that each has taken the place of
	completing   suggesting
	restricting  restricting
	spelled      labelWords
	supposed     supposed
	names        names

	mu        sync.Mutex
	groupings map[groupingKey]*Groups
	weights   []float64 // information content of Groups of all concepts, for generation
	weighed   uint64
	shares    map[Access]*conceptShares
}

type groupingKey struct {
	dimension Dimension
	direct    bool
	unmapped  bool
}

func newState(th Thesaurus, settings Settings) *state {
	return stateOf(newLinks(th, NewLabels(th, settings.Languages), slices.Clone(settings.Dimensions)), settings)
}

// next gives the state for another vocabulary. What the two have in common is not read again: the result is
// that of newState once the values of the library are linked.
func (st *state) next(th Thesaurus) *state {
	if sameLabels(st.th, th) {
		out := stateOf(st.links.next(th, st.labels), st.settings)
		out.spelled.take(&st.spelled.kept)
		if sameSuccessors(st.th, th) { // which are completed by the names of those before
			out.completing.labels.take(&st.completing.labels)
		}
		return out
	}
	labels, ready := newLabels(th, st.settings.Languages, st.labels)
	defer ready()
	return stateOf(st.links.next(th, labels), st.settings)
}

// warm makes what the state before was asked for, and does not share with this one.
func (st *state) warm(before *state) {
	if before.completing.labels.there() {
		st.completing.of(st.th)
	}
	if before.spelled.there() {
		st.spelled.of(st.th)
	}
}

func stateOf(l *links, settings Settings) *state {
	th := l.th
	st := &state{links: l, settings: settings, predecessors: map[int32][]int32{}, groupings: map[groupingKey]*Groups{}}
	for c := range int32(th.Len()) {
		for _, next := range successors(th, c) {
			st.predecessors[next] = append(st.predecessors[next], c)
		}
	}
	return st
}

// bearing gives the raw values that name c or a deprecated concept that c has taken the place of.
func (st *state) bearing(c int32) []bearing {
	values := append(st.links.bearing(c), st.supposed.values[c]...)
	for _, old := range st.predecessors[c] {
		values = append(append(values, st.links.bearing(old)...), st.supposed.values[old]...)
	}
	return values
}

// dimension finds a dimension by name: a configured one, a built-in one, "concept" for all concepts, or a
// custom field.
func (st *state) dimension(name string, fields []string) (*Dimension, bool) {
	for _, list := range [][]Dimension{st.settings.Dimensions, builtins} {
		for i := range list {
			if list[i].Name == name {
				return &list[i], true
			}
		}
	}
	if name == "concept" {
		return &Dimension{Name: name, HasScheme: true}, true
	}
	if slices.Contains(fields, CustomField(name)) {
		return &Dimension{Name: name, Field: CustomField(name)}, true
	}
	exact := text.Exact(name)
	for _, f := range fields {
		if custom, ok := customName(f); ok && text.Exact(custom) == exact {
			return &Dimension{Name: custom, Field: f}, true
		}
	}
	return nil, false
}

// knownNames lists the dimensions for an error. A reader who may not see every asset is not told the custom
// fields, which hidden assets alone may bear.
func (q *querying) knownNames() []string {
	if !q.request.Access.All || q.request.Access.Only != "" {
		return q.st.dimensionNames(nil)
	}
	return q.st.dimensionNames(q.view.Fields())
}

// dimensionNames lists what dimension finds, for the error that names them.
func (st *state) dimensionNames(fields []string) []string {
	names := []string{"concept"}
	for _, d := range append(slices.Clone(st.settings.Dimensions), builtins...) {
		names = append(names, d.Name)
	}
	for _, f := range fields {
		if custom, ok := strings.CutPrefix(f, "field:"); ok && !slices.Contains(names, custom) {
			names = append(names, custom)
		}
	}
	return names
}

// grouping gives the groups of a dimension; the same one for the same dimension as long as the state lives.
func (st *state) grouping(d *Dimension, direct bool) *Groups {
	return st.groupingOf(groupingKey{*d, direct, false})
}

// reportGrouping is grouping for reports, which count a concept for what is broader, and for nothing that it
// is merely mapped to: each row is then the sum of what the vocabulary's own hierarchy puts there.
func (st *state) reportGrouping(d *Dimension, direct bool) *Groups {
	return st.groupingOf(groupingKey{*d, direct, true})
}

func (st *state) groupingOf(key groupingKey) *Groups {
	st.mu.Lock()
	defer st.mu.Unlock()
	g := st.groupings[key]
	if g == nil {
		g = &Groups{st: st, dimension: key.dimension, direct: key.direct, unmapped: key.unmapped, raw: &rawGroups{numbers: map[string]int32{}}, around: make([]atomic.Pointer[[]int32], st.th.Len())}
		st.groupings[key] = g
	}
	return g
}

// following gives the groupings of this state that take the place of those of the state before, none where they cannot
// go on with their numbers. It is called before the state is in use.
func (st *state) following(before *state) []Following {
	if !sameConcepts(before.th, st.th) {
		return nil
	}
	before.mu.Lock()
	defer before.mu.Unlock()
	var out []Following
	for key, was := range before.groupings {
		now := st.groupingOf(key)
		now.raw = was.raw
		out = append(out, Following{was, now})
	}
	return out
}

// scaleAmbiguous is the weight of each of n concepts that the same words name: it keeps their sum of squares.
func scaleAmbiguous(n int) float64 { return 1 / math.Sqrt(float64(max(n, 1))) }

// everything is the dimension of all concepts, whatever scheme they are in.
var everything = Dimension{Name: "concept", HasScheme: true}

// informationContent gives the weight of each concept in this library: -log2 of the share of assets that
// bear it or something narrower, scaled to 1 for a concept that one asset alone bears (P. Resnik, 1995).
func (st *state) informationContent(counts []int, assets int) []float64 {
	ic := make([]float64, len(counts))
	scale := math.Log(float64(max(assets, 2)))
	for i, n := range counts {
		if n > 0 && assets > 0 {
			ic[i] = min(1, max(0, -math.Log(float64(n)/float64(assets))/scale))
		}
	}
	return ic
}

// Groups is the Grouping of a dimension. Groups below the number of concepts are concepts; those from there
// on are raw values that link to none.
type Groups struct {
	st        *state
	dimension Dimension
	direct    bool // a value is in the groups of the concepts it names, not of those above
	unmapped  bool // and not of their exact matches and successors

	around []atomic.Pointer[[]int32] // by concept: its groups, once they were asked for

	raw *rawGroups
}

// rawGroups numbers the raw values that are groups. Those of a vocabulary go on with those of the one before.
type rawGroups struct {
	mu      sync.RWMutex
	numbers map[string]int32
	names   []string
}

// Fields are the fields whose values take part.
func (g *Groups) Fields() []string {
	if !g.dimension.HasScheme {
		return []string{g.dimension.Field}
	}
	return g.st.linkedFields()
}

// Groups gives the concepts of the dimension's scheme that v names and, unless the grouping is direct, all
// above them; or the raw value itself where v is of the dimension's own field and names none, and of an album those
// that it lies in. A value is in the group of a concept, or of an album, just where a filter of that takes it in.
func (g *Groups) Groups(v Value) []int32 {
	groups := g.concepts(v)
	if len(groups) == 0 && v.Field == g.dimension.Field {
		groups = g.rawGroups(v.Value)
	}
	return groups
}

// AllGroups calls yield with what Groups gives of each of values that is in any group, by its place among them. They
// stand in this order in View.Values, the first with the number from. It asks once for all of them.
func (g *Groups) AllGroups(field string, from int, values []string, yield func(i int, groups []int32)) {
	if field != g.dimension.Field {
		if g.dimension.HasScheme {
			g.st.each(field, from, values, func(i int, named []int32) {
				if groups := g.ofConcepts(named); len(groups) > 0 {
					yield(i, groups)
				}
			})
		}
		return
	}
	out := make([][]int32, len(values))
	if g.dimension.HasScheme {
		g.st.each(field, from, values, func(i int, named []int32) { out[i] = g.ofConcepts(named) })
	}
	for i, groups := range out {
		if len(groups) == 0 {
			groups = g.rawGroups(values[i])
		}
		yield(i, groups)
	}
}

// Gone reports whether another vocabulary has taken the place of the one that this is of.
func (g *Groups) Gone() bool { return g.st.gone.Load() }

// concepts gives the groups of v that are concepts. The caller must not write to them.
func (g *Groups) concepts(v Value) []int32 {
	if !g.dimension.HasScheme {
		return nil
	}
	return g.ofConcepts(g.st.of(v))
}

func (g *Groups) ofConcepts(named []int32) []int32 {
	if len(named) == 1 {
		return g.of(named[0])
	}
	var groups []int32
	for _, c := range named {
		for _, n := range g.of(c) {
			if !slices.Contains(groups, n) {
				groups = append(groups, n)
			}
		}
	}
	return groups
}

// of gives the groups of what names c.
func (g *Groups) of(c int32) []int32 {
	if known := g.around[c].Load(); known != nil {
		return *known
	}
	groups := g.find(c)
	groups = groups[:len(groups):len(groups)]
	g.around[c].Store(&groups)
	return groups
}

func (g *Groups) find(c int32) []int32 {
	th := g.st.th
	named := []int32{c}
	if !g.unmapped {
		named = append(named, successors(th, c)...)
	}
	switch {
	case g.direct && g.unmapped:
	case g.unmapped:
		named = append(named, th.Ancestors(c)...)
	case g.direct:
		for _, n := range slices.Clone(named) {
			named = append(named, th.ExactMatches(n)...)
		}
	default:
		named = upwards(th, named)
	}
	var groups []int32
	for _, n := range named {
		if th.InScheme(n, g.dimension.Scheme) && !slices.Contains(groups, n) {
			groups = append(groups, n)
		}
	}
	return groups
}

// upwards is reach along Broader. Where nothing on the way up has an exact match, that is what stands above.
func upwards(th Thesaurus, from []int32) []int32 {
	mapped := func(n int32) bool { return len(th.ExactMatches(n)) > 0 }
	if len(from) != 1 || mapped(from[0]) || slices.ContainsFunc(th.Ancestors(from[0]), mapped) {
		return reach(th, from, th.Broader)
	}
	return append(from, th.Ancestors(from[0])...)
}

// rawGroups gives the group of a raw value; of an album those above it, too.
func (g *Groups) rawGroups(value string) []int32 {
	groups := []int32{g.rawGroup(value)}
	if g.dimension.Field != albumField || g.direct || g.unmapped {
		return groups
	}
	for i := range len(value) {
		if value[i] == '/' && i > 0 && value[i-1] != '/' && i+1 < len(value) {
			groups = append(groups, g.rawGroup(value[:i]))
		}
	}
	return groups
}

func (g *Groups) rawGroup(value string) int32 {
	r := g.raw
	r.mu.Lock()
	defer r.mu.Unlock()
	n, known := r.numbers[value]
	if !known {
		n = int32(g.st.th.Len() + len(r.names))
		r.numbers[value] = n
		r.names = append(r.names, value)
	}
	return n
}

// group gives the group of a concept's URI or of a raw value; not ok where there is none so far.
func (g *Groups) group(key string) (group int32, ok bool) {
	if c, known := g.st.th.Find(semdex.ConceptID(key)); known {
		return c, true
	}
	g.raw.mu.RLock()
	defer g.raw.mu.RUnlock()
	group, ok = g.raw.numbers[key]
	return group, ok
}

// Name gives what a group is called in lang, and the concept it is, "" for a raw value.
func (g *Groups) Name(group int32, lang string) (string, semdex.ConceptID) {
	if int(group) < g.st.th.Len() {
		return g.st.label(group, lang), g.st.th.ID(group)
	}
	return g.rawNames()[int(group)-g.st.th.Len()], ""
}
