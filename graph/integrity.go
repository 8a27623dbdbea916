package graph

import (
	"cmp"
	"fmt"
	"slices"

	"semdex"
)

// Severity says how bad a Problem is.
type Severity string

const (
	Fault   Severity = "error"
	Warning Severity = "warning"
)

// Problem is something in the files that SKOS forbids or that search cannot use, and what the graph made of
// it. Check is the number of the integrity condition in the SKOS Reference (S9, S13, S14, S27, S37, S46), or
// the name qSKOS has for it (chr: cyclic hierarchical relations), or "dangling".
type Problem struct {
	Check    string   `json:"check"`
	Severity Severity `json:"severity"`
	Subject  string   `json:"subject"`
	Message  string   `json:"message"`
}

// IntegrityConditions are the six conditions of the SKOS Reference that Build checks, with their meaning.
var IntegrityConditions = map[string]string{
	"S9":  "a concept scheme is no concept",
	"S13": "prefLabel, altLabel and hiddenLabel of a concept are disjoint",
	"S14": "a concept has no more than one prefLabel per language",
	"S27": "related concepts do not stand above or below one another",
	"S37": "a collection is neither a concept nor a concept scheme",
	"S46": "an exactMatch is no broadMatch, narrowMatch or relatedMatch",
}

func (b *builder) problem(check string, severity Severity, subject, message string) {
	b.g.problems = append(b.g.problems, Problem{check, severity, subject, message})
}

// mend brings the concepts to what Graph guarantees, and tells what it changed.
func (b *builder) mend() {
	for id, r := range b.resources {
		if r.concept && r.scheme {
			b.problem("S9", Fault, id, "both a concept and a concept scheme; it is kept as both")
		}
		if r.group && (r.concept || r.scheme) {
			b.problem("S37", Fault, id, "a collection that is also a concept or a concept scheme; it is kept as both")
		}
	}
	for i := range b.g.concepts {
		b.mendPrefLabels(&b.g.concepts[i])
		b.mendKinds(&b.g.concepts[i])
		b.mendExact(int32(i))
	}
	b.tellCircles()
}

// mendPrefLabels keeps the first prefLabel of each language and makes the others altLabels (S14).
func (b *builder) mendPrefLabels(c *concept) {
	for i := 1; i < len(c.labels) && c.labels[i].Kind == semdex.PrefLabel; i++ {
		if first := c.labels[i-1]; first.Lang == c.labels[i].Lang {
			b.problem("S14", Fault, string(c.id), fmt.Sprintf("two prefLabels in language %q, %q and %q; the second is taken for an altLabel", first.Lang, first.Text, c.labels[i].Text))
			c.labels[i].Kind = semdex.AltLabel
			slices.SortFunc(c.labels, compareLabels)
			c.labels = slices.Compact(c.labels)
			i--
		}
	}
}

// mendKinds drops a label that stands again as one of a stronger kind (S13).
func (b *builder) mendKinds(c *concept) {
	kept := c.labels[:0]
	for _, l := range c.labels {
		again := slices.IndexFunc(kept, func(k semdex.Label) bool { return k.Text == l.Text && k.Lang == l.Lang })
		if again >= 0 {
			kind := kept[again].Kind
			b.problem("S13", Warning, string(c.id), fmt.Sprintf("%q (%s) is both %s and %s; it is taken for a %s", l.Text, l.Lang, kind, l.Kind, kind))
			continue
		}
		kept = append(kept, l)
	}
	c.labels = kept
}

// mendExact turns an exactMatch that is a broadMatch, narrowMatch or relatedMatch too into a closeMatch (S46).
func (b *builder) mendExact(n int32) {
	c := &b.g.concepts[n]
	c.mappings[ExactMatch] = slices.DeleteFunc(c.mappings[ExactMatch], func(other int32) bool {
		clash := false
		for _, m := range []Mapping{BroadMatch, NarrowMatch, RelatedMatch} {
			clash = clash || slices.Contains(c.mappings[m], other)
		}
		if clash {
			c.mappings[CloseMatch] = sortedSet(append(c.mappings[CloseMatch], other))
			if n < other {
				b.problem("S46", Warning, string(c.id), exactClash(string(b.g.concepts[other].id)))
			}
		}
		return clash
	})
}

// mendForeign is mendExact for URIs that are no concepts here.
func (b *builder) mendForeign(n int32) {
	c := &b.g.concepts[n]
	c.foreign[ExactMatch] = slices.DeleteFunc(c.foreign[ExactMatch], func(uri string) bool {
		clash := false
		for _, m := range []Mapping{BroadMatch, NarrowMatch, RelatedMatch} {
			clash = clash || slices.Contains(c.foreign[m], uri)
		}
		if clash {
			c.foreign[CloseMatch] = sortedSet(append(c.foreign[CloseMatch], uri))
			b.problem("S46", Warning, string(c.id), exactClash(uri))
		}
		return clash
	})
}

func exactClash(other string) string {
	return fmt.Sprintf("exactMatch and another mapping both lead to %s; exactMatch is taken for closeMatch", other)
}

// tellCircles names each set of concepts that are broader than themselves over some steps.
func (b *builder) tellCircles() {
	for _, circle := range components(len(b.g.concepts), func(c int32) []int32 { return b.g.concepts[c].broader }) {
		slices.Sort(circle)
		b.problem("chr", Warning, string(b.g.concepts[circle[0]].id),
			fmt.Sprintf("broader runs in a circle of %d concepts, %s among them; each counts as narrower than the others", len(circle), b.g.concepts[circle[len(circle)-1]].id))
	}
}

// separateRelated drops related between a concept and one above or below it (S27). It needs the closure.
func (b *builder) separateRelated() {
	above := func(c, other int32) bool {
		_, found := slices.BinarySearch(b.g.ancestors[c], other)
		return found
	}
	for i := range b.g.concepts {
		n := int32(i)
		c := &b.g.concepts[i]
		c.related = slices.DeleteFunc(c.related, func(other int32) bool {
			clash := above(n, other) || above(other, n)
			if clash && n < other {
				b.problem("S27", Warning, string(c.id), fmt.Sprintf("related to %s, which stands above or below it; related is left out", b.g.concepts[other].id))
			}
			return clash
		})
	}
}

func (b *builder) sortProblems() {
	slices.SortFunc(b.g.problems, func(x, y Problem) int {
		return cmp.Or(cmp.Compare(x.Severity, y.Severity), cmp.Compare(x.Check, y.Check), cmp.Compare(x.Subject, y.Subject), cmp.Compare(x.Message, y.Message))
	})
	b.g.problems = slices.Compact(b.g.problems)
}

// components gives the strongly connected components of two or more nodes (R. Tarjan, Depth-First Search and
// Linear Graph Algorithms, 1972), without recursion, so that a long chain cannot exhaust the stack.
func components(n int, next func(int32) []int32) [][]int32 {
	t := &tarjan{next: next, index: make([]int32, n), low: make([]int32, n), onStack: make([]bool, n)}
	for v := range int32(n) {
		if t.index[v] == 0 {
			t.visit(v)
		}
	}
	return t.found
}

type tarjan struct {
	next       func(int32) []int32
	index, low []int32
	onStack    []bool
	stack      []int32
	count      int32
	found      [][]int32
}

type tarjanFrame struct {
	node int32
	edge int
}

func (t *tarjan) open(v int32) tarjanFrame {
	t.count++
	t.index[v], t.low[v] = t.count, t.count
	t.stack = append(t.stack, v)
	t.onStack[v] = true
	return tarjanFrame{node: v}
}

func (t *tarjan) visit(root int32) {
	frames := []tarjanFrame{t.open(root)}
	for len(frames) > 0 {
		f := &frames[len(frames)-1]
		if edges := t.next(f.node); f.edge < len(edges) {
			w := edges[f.edge]
			f.edge++
			switch {
			case t.index[w] == 0:
				frames = append(frames, t.open(w))
			case t.onStack[w]:
				t.low[f.node] = min(t.low[f.node], t.index[w])
			}
			continue
		}
		v := f.node
		frames = frames[:len(frames)-1]
		if len(frames) > 0 {
			up := frames[len(frames)-1].node
			t.low[up] = min(t.low[up], t.low[v])
		}
		if t.low[v] == t.index[v] {
			t.close(v)
		}
	}
}

func (t *tarjan) close(v int32) {
	at := len(t.stack) - 1
	for t.stack[at] != v {
		at--
	}
	group := slices.Clone(t.stack[at:])
	for _, w := range group {
		t.onStack[w] = false
	}
	t.stack = t.stack[:at]
	if len(group) > 1 {
		t.found = append(t.found, group)
	}
}
