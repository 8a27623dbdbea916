package search

import (
	"cmp"
	"slices"
	"strings"

	"semdex"
	"semdex/internal/text"
)

// chosenValues are the most frequent values of a facet. Only those that may be among them are named, so that a
// facet of very many values costs little more than their counts.
type chosenValues struct {
	q      *querying
	groups *Groups
	raw    []string // names of groups that are no concepts
	limit  int
	best   []chosenValue
	held   []chosenValue // which are listed though others are more frequent
	values int           // in all
	sum    int           // of their counts
}

type chosenValue struct {
	name  string
	uri   semdex.ConceptID
	count int
	label *semdex.Label // that matched what was typed
}

func newChosenValues(q *querying, g *Groups, limit int) *chosenValues {
	limit = max(0, limit)
	return &chosenValues{q: q, groups: g, raw: g.rawNames(), limit: limit, best: make([]chosenValue, 0, min(limit, MaxFacetValues))}
}

// compare puts more frequent values first, then those earlier in the alphabet.
func (v *chosenValue) compare(w *chosenValue) int {
	return cmp.Or(w.count-v.count, strings.Compare(v.name, w.name), cmp.Compare(v.uri, w.uri))
}

func (c *chosenValues) add(group int32, count int, label *semdex.Label) {
	c.values++
	c.sum += count
	full := len(c.best) == c.limit
	if c.limit == 0 || full && count < c.best[c.limit-1].count {
		return
	}
	v := c.value(group, count, label)
	if full && v.compare(&c.best[c.limit-1]) >= 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(c.best, &v, func(a chosenValue, b *chosenValue) int { return a.compare(b) })
	if full {
		c.best = c.best[:c.limit-1]
	}
	c.best = slices.Insert(c.best, at, v)
}

func (c *chosenValues) value(group int32, count int, label *semdex.Label) chosenValue {
	v := chosenValue{count: count, label: label}
	if concepts := c.q.st.th.Len(); int(group) < concepts {
		v.name, v.uri = c.groups.Name(group, c.q.request.Lang)
	} else {
		v.name = c.raw[int(group)-concepts]
	}
	return v
}

// hold has a value listed whether it is frequent or not.
func (c *chosenValues) hold(group int32, count int, label *semdex.Label) {
	if c.limit > 0 {
		c.held = append(c.held, c.value(group, count, label))
	}
}

// listed gives the most frequent values, and after them those that are held.
func (c *chosenValues) listed() []chosenValue {
	slices.SortFunc(c.held, func(a, b chosenValue) int { return a.compare(&b) })
	listed := c.best
	for _, v := range c.held {
		if len(c.best) > 0 && v.compare(&c.best[len(c.best)-1]) > 0 {
			listed = append(listed, v)
		}
	}
	return listed
}

// others sums the counts of the values that are not listed.
func (c *chosenValues) others(listed []chosenValue) int {
	sum := c.sum
	for i := range listed {
		sum -= listed[i].count
	}
	return sum
}

// rawNames gives the names of the groups that are no concepts, by their numbers from the first such group on.
func (g *Groups) rawNames() []string {
	g.raw.mu.RLock()
	defer g.raw.mu.RUnlock()
	return g.raw.names[:len(g.raw.names):len(g.raw.names)]
}

// valueMatch tells which values of a facet have a label that suits what was typed.
type valueMatch struct {
	all    bool
	st     *state
	typed  typing                 // words
	signs  string                 // where no word was typed: how the folded name begins
	labels map[int32]*completable // by concept in use: the label that suits best
	raw    []string
	lang   string
}

// matching reads what was typed: the words of labels, in any language, begin as its words do, in their order.
func (q *querying) matching(typed string) *valueMatch {
	m := &valueMatch{all: typed == "", st: q.st, lang: q.request.Lang}
	if m.all {
		return m
	}
	words, ok := readTyping(typed)
	if !ok {
		m.signs = text.Fold(strings.TrimSpace(typed))
		return m
	}
	m.typed = words
	c := &completing{completions: q.st.completing.of(q.st.th), typing: words, lang: q.request.Lang}
	m.labels = map[int32]*completable{}
	best := map[int32]completed{}
	c.typedRight(func(found completed) {
		found.tier = languageTier(c.lang, found.label.Lang)
		if known, again := best[found.concept]; !again || found.better(&known) < 0 {
			best[found.concept] = found
			m.labels[found.concept] = found.completable
		}
	})
	return m
}

// group says whether a group suits, and by which label; nil where it is no concept.
func (m *valueMatch) group(g *Groups, group int32) (*semdex.Label, bool) {
	concept := int(group) < m.st.th.Len()
	switch {
	case m.all:
		return nil, true
	case m.signs != "":
		name, _ := g.Name(group, m.lang)
		return nil, strings.HasPrefix(text.Fold(name), m.signs)
	case !concept:
		if m.raw == nil {
			m.raw = g.rawNames()
		}
		return nil, m.typed.suits(m.raw[int(group)-m.st.th.Len()])
	}
	if l := m.labels[group]; l != nil {
		return &l.label, true
	}
	if !m.st.th.Deprecated(group) {
		return nil, false
	}
	labels := m.st.th.Labels(group) // which completions lead to what has taken its place
	i := slices.IndexFunc(labels, func(l semdex.Label) bool { return m.typed.in(text.Key(l.Text)) != nowhere })
	if i < 0 {
		return nil, false
	}
	return &labels[i], true
}

// suits reports whether the words of a name begin as typed. Most names of plain letters are told apart without
// reading them.
func (t *typing) suits(name string) bool {
	return holdsPlainly(name, t.words[0]) && t.in(text.Key(name)) != nowhere
}

// holdsPlainly is false only where a name of plain letters does not hold the term anywhere.
func holdsPlainly(name, term string) bool {
	for i := 0; i < len(name); i++ {
		if name[i] >= 0x80 {
			return true
		}
	}
	for at := 0; at+len(term) <= len(name); at++ {
		if name[at]|0x20 == term[0]|0x20 && strings.EqualFold(name[at:at+len(term)], term) {
			return true
		}
	}
	return false
}
