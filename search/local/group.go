package local

import (
	"cmp"
	"math"
	"slices"

	"semdex/search"
)

// maxLevels bounds how many strengths of evidence a group tells apart; the weakest share the last.
const maxLevels = math.MaxUint16

// level is one strength of evidence: class first, then weight.
type level struct {
	class  search.Class
	weight float64
}

// group is a group of the plan, made ready: values by number, texts matched, strengths numbered from 1, the
// best first.
type group struct {
	plan     *search.Group
	levels   []level
	fields   []string // of its values
	values   []numbered
	texts    []*scored
	standing [][]standing // by part: those of texts that stand in it, the weakest first
	codes    []*coded
	base     []float64 // by level, what it adds to a score whatever the texts; 0 is no evidence
	focus    []float64 // by level, what share of the focus it adds
	scored   bool      // the score of a text counts
}

// standing is where a text stands in one part, and how strong an evidence that is.
type standing struct {
	*matched
	level uint16
}

// numbered is a value of a group. The key puts the weakest first, and those of a field together, their numbers rising.
type numbered struct {
	key   uint64
	order int // in the plan
}

func newNumbered(level uint16, field int, number uint32, order int) numbered {
	return numbered{uint64(maxLevels-level)<<48 | uint64(field)<<32 | uint64(number), order}
}

func (n numbered) number() uint32 { return uint32(n.key) }
func (n numbered) field() int     { return int(n.key >> 32 & math.MaxUint16) }
func (n numbered) level() uint16  { return maxLevels - uint16(n.key>>48) }

// alike gives how many values from the first on are of its level and field.
func alike(values []numbered) int {
	n := 1
	for n < len(values) && values[n].key>>32 == values[0].key>>32 {
		n++
	}
	return n
}

func (r *run) newGroup(p *search.Group) *group {
	g := &group{plan: p, levels: levelsOf(p)}
	r.number(g)
	r.addBase(g)
	return g
}

// number looks the values of the plan up.
func (r *run) number(g *group) {
	known := g.knownFields(r.view)
	field, of := 0, level{}
	var strength uint16
	for i := range g.plan.Values {
		v := &g.plan.Values[i]
		for g.fields[field] != v.Field {
			field = (field + 1) % len(g.fields)
		}
		n := uint32(v.Number - 1)
		if values := known[field]; v.Number <= 0 || int(n) >= len(values) || values[n] != v.Value.Value {
			var found bool
			if n, found = r.view.dictionary.lookup(v.Field, v.Value.Value); !found {
				continue
			}
		}
		if l := (level{v.Class, v.Weight}); l != of || strength == 0 {
			of, strength = l, g.levelOf(v.Class, v.Weight)
		}
		g.values = append(g.values, newNumbered(strength, field, n, i))
	}
	sortNumbered(g.values)
}

// fewSorted is how many values are sorted by comparing them.
const fewSorted = 256

// sortNumbered sorts values by key; those of one key keep their order. A large concept has thousands, for which bytes are
// counted (radix sort), only those that differ.
func sortNumbered(values []numbered) {
	if len(values) < fewSorted {
		slices.SortStableFunc(values, func(a, b numbered) int { return cmp.Compare(a.key, b.key) })
		return
	}
	differs := uint64(0)
	for i := range values {
		differs |= values[i].key ^ values[0].key
	}
	from, to := values, make([]numbered, len(values))
	for shift := 0; shift < 64; shift += 8 {
		if differs>>shift&0xff == 0 {
			continue
		}
		var places [256]int
		for i := range from {
			places[from[i].key>>shift&0xff]++
		}
		next := 0
		for b, n := range places {
			places[b], next = next, next+n
		}
		for i := range from {
			b := from[i].key >> shift & 0xff
			to[places[b]] = from[i]
			places[b]++
		}
		from, to = to, from
	}
	copy(values, from)
}

// knownFields notes the fields of a group's values, and gives the values that a view knows of each.
func (g *group) knownFields(v *view) [][]string {
	last := ""
	for i := range g.plan.Values {
		if field := g.plan.Values[i].Field; field != last {
			if last = field; !slices.Contains(g.fields, field) {
				g.fields = append(g.fields, field)
			}
		}
	}
	slices.Sort(g.fields)
	known := make([][]string, len(g.fields))
	for i, field := range g.fields {
		known[i] = v.values[field]
	}
	g.values = make([]numbered, 0, len(g.plan.Values))
	return known
}

// addBase notes what each level adds to a score.
func (r *run) addBase(g *group) {
	g.base, g.focus = make([]float64, len(g.levels)+1), make([]float64, len(g.levels)+1)
	ranked := float64(max(r.ranked, 1))
	for i, l := range g.levels {
		if r.parts {
			g.base[i+1] = g.share() * l.weight
			continue
		}
		g.base[i+1] = r.step() + classSteps - scoreClass*float64(l.class) + shareWeight*l.weight/ranked
		if isTag(l.class) {
			g.focus[i+1] = 1 / ranked
		}
	}
}

// levelsOf gives the strengths of a group's evidence, the best first.
func levelsOf(p *search.Group) []level {
	seen := map[level]bool{}
	var levels []level
	add := func(class search.Class, weight float64) {
		l := level{class, weight}
		if n := len(levels); n > 0 && levels[n-1] == l || seen[l] {
			return
		}
		seen[l] = true
		levels = append(levels, l)
	}
	for i := range p.Values {
		add(p.Values[i].Class, p.Values[i].Weight)
	}
	for i := range p.Texts {
		add(p.Texts[i].Class, p.Texts[i].Weight)
	}
	for i := range p.Codes {
		add(p.Codes[i].Class, p.Codes[i].Weight)
	}
	slices.SortFunc(levels, compareLevels)
	return levels
}

func compareLevels(a, b level) int {
	return cmp.Or(cmp.Compare(a.class, b.class), -cmp.Compare(a.weight, b.weight))
}

func (g *group) levelOf(class search.Class, weight float64) uint16 {
	n, _ := slices.BinarySearchFunc(g.levels, level{class, weight}, compareLevels)
	return uint16(min(n+1, maxLevels))
}

// best finds the evidence behind the level of a hit; what a hit bears comes before what its texts say.
func (r *run) best(number int, g *group, c *candidate) search.Match {
	want := c.levels[number]
	if evidence := g.borne(r.view.parts[c.part].arrays, c.doc, want); evidence != nil {
		return search.Match{Group: number, Class: evidence.Class, Reason: evidence.Reason, Value: &evidence.Value}
	}
	for _, code := range g.codes {
		if value, ok := code.of(c.part, c.doc); ok && code.level == want {
			return search.Match{Group: number, Class: code.evidence.Class, Reason: code.evidence.Reason, Value: &value}
		}
	}
	for _, t := range g.texts {
		if t.level == want && t.holds(c.part, c.doc) {
			return search.Match{Group: number, Class: t.evidence.Class, Reason: t.evidence.Reason}
		}
	}
	return search.Match{Group: number, Class: g.levels[want-1].class, Reason: -1}
}

// borne gives the evidence of a level by a value that a document bears, nil where it bears none.
func (g *group) borne(a *segmentArrays, doc uint32, want uint16) *search.ValueEvidence {
	from, _ := slices.BinarySearchFunc(g.values, newNumbered(want, 0, 0, 0).key, func(n numbered, key uint64) int { return cmp.Compare(n.key, key) })
	for values := g.values[from:]; len(values) > 0 && values[0].level() == want; {
		n := alike(values)
		if order, ok := a.columns[g.fields[values[0].field()]].bears(doc, values[:n]); ok {
			return &g.plan.Values[order]
		}
		values = values[n:]
	}
	return nil
}
