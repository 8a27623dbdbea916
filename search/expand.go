package search

import (
	"cmp"
	"slices"

	"semdex"
)

// Mode says how far a query is expanded. Each mode includes the one before.
type Mode string

const (
	ExpandNone     Mode = "none"     // text as written
	ExpandSynonyms Mode = "synonyms" // the concepts that the query names, by all their labels
	ExpandNarrower Mode = "narrower" // and what is narrower: the default
	ExpandRelated  Mode = "related"  // and what is related
)

// Modes are all modes, each including the one before.
var Modes = []Mode{ExpandNone, ExpandSynonyms, ExpandNarrower, ExpandRelated}

// Weights of the kinds of evidence. They order hits within a class; the product of the weights along a path
// is the weight of its end, and of several paths to a concept the heaviest counts.
const (
	weightTagged      = 1.00
	weightExactMatch  = 0.95
	weightPrefLabel   = 0.90
	weightAltLabel    = 0.80
	weightOtherLang   = 0.75
	weightHiddenLabel = 0.60
	weightNarrower    = 0.80 // one step down; each further step times weightDeeper
	weightDeeper      = 0.85
	weightCloseMatch  = 0.70
	weightNarrowMatch = 0.65
	weightRelated     = 0.35
	weightCustom      = 0.95 // borne in a custom field: whom or where it is for, rather than what it is about
	weightLeast       = 0.15 // nothing lighter is searched for as text; deep tags keep this weight
)

const (
	maxTextSteps  = 4   // narrower concepts farther down are not searched for as text
	maxTextLabels = 500 // labels searched for as text, per concept of the query
	manyBelow     = 50  // a concept with more below it than this, and than a tenth of the vocabulary, ...
	shareBelow    = 0.1 // ... expands to what is tagged, not to labels in texts
)

// Expanded is a concept to search for, and how it was reached.
type Expanded struct {
	Concept  int32
	Via      string // "self", "exactMatch", "replaced", "narrower", "closeMatch", "narrowMatch", "related"
	Distance int
	Weight   float64
	Class    Class // of an asset that bears it
	Text     bool  // its labels are searched for in texts too
}

// Rules say how far a concept is expanded.
type Rules struct {
	Mode    Mode
	Depth   *int             // narrower levels that are followed, 0 for none; nil for all
	Exclude func(int32) bool // concepts that are not expanded into, nor what is reached through them alone; nil for none
}

// Expand turns a concept into the concepts to search for, itself first. Whatever is narrower comes, at any
// depth; a concept comes once, by its heaviest path. th may run in circles.
func Expand(th Thesaurus, c int32, mode Mode) []Expanded { return Rules{Mode: mode}.Expand(th, c) }

// Expand is Expand within the rules.
func (r Rules) Expand(th Thesaurus, c int32) []Expanded {
	mode := r.Mode
	e := &expansion{th: th, at: map[int32]int{}, rules: r}
	if mode == ExpandNone {
		return nil
	}
	e.add(Expanded{Concept: c, Via: "self", Weight: weightTagged, Class: Tagged, Text: true})
	e.same(c)
	if mode == ExpandNarrower || mode == ExpandRelated {
		e.below()
	}
	if mode == ExpandRelated {
		e.beside()
	}
	return e.list
}

type expansion struct {
	th    Thesaurus
	rules Rules
	at    map[int32]int // concept -> place in list
	list  []Expanded
}

// follows reports whether narrower concepts so many levels down are wanted.
func (e *expansion) follows(level int) bool { return e.rules.Depth == nil || level <= *e.rules.Depth }

func (e *expansion) excluded(c int32) bool { return e.rules.Exclude != nil && e.rules.Exclude(c) }

func (e *expansion) add(x Expanded) {
	if len(e.list) > 0 && e.excluded(x.Concept) {
		return
	}
	if i, again := e.at[x.Concept]; again {
		if old := e.list[i]; x.Class < old.Class || x.Class == old.Class && x.Weight > old.Weight {
			x.Text = x.Text || old.Text
			e.list[i] = x
		}
		return
	}
	e.at[x.Concept] = len(e.list)
	e.list = append(e.list, x)
}

// same adds what means the same: exact matches, and what has taken the place of a deprecated concept.
func (e *expansion) same(c int32) {
	for _, m := range e.th.ExactMatches(c) {
		e.add(Expanded{Concept: m, Via: "exactMatch", Distance: 1, Weight: weightExactMatch, Class: Tagged, Text: true})
	}
	for i, next := range successors(e.th, c) {
		if e.excluded(next) {
			break
		}
		e.add(Expanded{Concept: next, Via: "replaced", Distance: i + 1, Weight: weightExactMatch, Class: Tagged, Text: true})
	}
}

// successors gives the concept that has taken the place of a deprecated one, the one that has taken the
// place of that, and so on. Two successors may mean either or both together, which SKOS cannot say, so they
// are not followed.
func successors(th Thesaurus, c int32) []int32 {
	var out []int32
	for at := c; th.Deprecated(at); {
		next := th.Successors(at)
		if len(next) != 1 || next[0] == c || slices.Contains(out, next[0]) {
			break
		}
		at = next[0]
		out = append(out, at)
	}
	return out
}

// below adds what is narrower than anything found so far, level by level, and what is mapped to as close or
// narrower.
func (e *expansion) below() {
	roots := slices.Clone(e.list)
	for _, r := range roots {
		for _, m := range e.th.CloseMatches(r.Concept) {
			e.add(Expanded{Concept: m, Via: "closeMatch", Distance: 1, Weight: r.Weight * weightCloseMatch, Class: Narrower, Text: true})
		}
		for _, m := range e.narrowMatches(r.Concept) {
			e.add(Expanded{Concept: m, Via: "narrowMatch", Distance: 1, Weight: r.Weight * weightNarrowMatch, Class: Narrower, Text: true})
		}
		e.descend(r)
	}
}

func (e *expansion) narrowMatches(c int32) []int32 {
	if !e.follows(1) {
		return nil
	}
	return e.th.NarrowMatches(c)
}

// descend adds what is narrower than root, and the exact matches of that, level by level. Within a level
// the heavier come first, so that each concept is met on its heaviest path.
func (e *expansion) descend(root Expanded) {
	type step struct {
		concept int32
		weight  float64
	}
	seen := map[int32]bool{root.Concept: true}
	level := []step{{root.Concept, root.Weight}}
	var found []Expanded
	for distance := 1; len(level) > 0 && e.follows(distance); distance++ {
		factor := weightDeeper
		if distance == 1 {
			factor = weightNarrower
		}
		var next []step
		visit := func(c int32, weight float64) {
			if !seen[c] && !e.excluded(c) {
				seen[c] = true
				next = append(next, step{c, weight})
			}
		}
		for _, s := range level {
			for _, n := range e.th.Narrower(s.concept) {
				visit(n, s.weight*factor)
			}
		}
		for _, s := range slices.Clone(next) {
			for _, m := range e.th.ExactMatches(s.concept) {
				visit(m, s.weight*weightExactMatch)
			}
		}
		slices.SortStableFunc(next, func(a, b step) int { return -cmp.Compare(a.weight, b.weight) })
		for _, s := range next {
			found = append(found, Expanded{Concept: s.concept, Via: "narrower", Distance: distance, Weight: max(s.weight, weightLeast),
				Class: Narrower, Text: distance <= maxTextSteps && s.weight >= weightLeast})
		}
		level = next
	}
	broad := len(found) > manyBelow && float64(len(found)) > shareBelow*float64(e.th.Len())
	for _, x := range found {
		x.Text = x.Text && !broad
		e.add(x)
	}
}

// beside adds what is related to the concept itself and to what means the same; never to what is narrower,
// and never what is narrower than a related concept.
func (e *expansion) beside() {
	for _, r := range slices.Clone(e.list) {
		if r.Class != Tagged {
			continue
		}
		for _, m := range e.th.Related(r.Concept) {
			e.add(Expanded{Concept: m, Via: "related", Distance: 1, Weight: r.Weight * weightRelated, Class: Related, Text: true})
		}
	}
}

// labelWeight is the weight of a label found in a text, for a query in lang ("" where that is not known).
func labelWeight(l semdex.Label, lang string) float64 {
	switch {
	case l.Kind == semdex.HiddenLabel:
		return weightHiddenLabel
	case lang != "" && l.Lang != "" && !semdex.LanguageMatches(lang, l.Lang):
		return weightOtherLang
	case l.Kind == semdex.AltLabel:
		return weightAltLabel
	}
	return weightPrefLabel
}

// evidence turns expanded concepts into evidence for a group, and keeps the reason for each piece.
type evidence struct {
	st      *state
	lang    string
	scale   float64
	reasons *[]reason
	capped  bool
	inside  func(int32) bool // whether a concept is among those that are searched for, or below
}

// reason says why a hit matched: the expanded concept, and the label where it was found in a text.
type reason struct {
	named    int32 // the concept that the query named; -1 for plain words, codes and field values
	expanded Expanded
	label    *semdex.Label
	except   [][][]string // longer phrases, in which the label does not count as written
	words    string       // plain words, as typed
	weight   float64
}

func (e *evidence) add(group *Group, named int32, expanded []Expanded) {
	texts := 0
	order := slices.Clone(expanded)
	slices.SortStableFunc(order, func(a, b Expanded) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), -cmp.Compare(a.Weight, b.Weight))
	})
	values := 0
	for i := range order {
		values += len(e.st.bearing(order[i].Concept))
	}
	group.Values = slices.Grow(group.Values, values)
	varieties := e.st.labels.varietiesAmong(order, named)
	for i, x := range order {
		borne := x
		if varieties[i] {
			borne.Weight = weightTagged
		}
		e.addValues(group, named, borne)
		if !x.Text {
			e.capped = e.capped || len(e.st.labels.texts[x.Concept]) > 0
			continue
		}
		for i := range e.st.labels.texts[x.Concept] {
			if texts >= maxTextLabels {
				e.capped = true
				break
			}
			texts++
			e.addText(group, named, x, &e.st.labels.texts[x.Concept][i])
		}
	}
}

// addValues adds what assets bear. A value that names concepts of several schemes is weaker evidence for each.
func (e *evidence) addValues(group *Group, named int32, x Expanded) {
	first := len(*e.reasons) // those of this concept are told apart by their weights
	for _, v := range e.st.bearing(x.Concept) {
		weight := x.Weight * e.scale * scaleAmbiguous(v.among)
		if isCustom(v.Field) {
			weight *= weightCustom
		}
		number := first
		for number < len(*e.reasons) && (*e.reasons)[number].weight != weight {
			number++
		}
		if number == len(*e.reasons) {
			*e.reasons = append(*e.reasons, reason{named: named, expanded: x, weight: weight})
		}
		group.Values = append(group.Values, ValueEvidence{Value: v.Value, Number: v.number + 1, Class: x.Class, Weight: weight, Reason: number})
	}
}

// textClass is the class of a label found in a text, by how its concept was reached.
var textClass = map[Class]Class{Tagged: Synonym, Narrower: NarrowerText, Related: RelatedText}

func (e *evidence) addText(group *Group, named int32, x Expanded, t *labelText) {
	weight := x.Weight * labelWeight(t.label, e.lang) * e.scale
	if weight < weightLeast {
		return
	}
	*e.reasons = append(*e.reasons, reason{named: named, expanded: x, label: &t.label, weight: weight})
	words := TextEvidence{Terms: t.terms, Class: textClass[x.Class], Weight: weight, Reason: len(*e.reasons) - 1}
	if x.Class == Tagged {
		written := words.asWritten(e.st.labels.longerThan(t.terms, e.inside))
		(*e.reasons)[words.Reason].except = written.Except
		group.Texts = append(group.Texts, written)
		words.Class = NarrowerText
	}
	group.Texts = append(group.Texts, words)
}

// asWritten is the evidence for what names a concept where it stands so in a main text: several words in any form, a
// single one as it is, or where it is the stem of another. A word elsewhere, within a longer name of something else, or one
// with the same stem alone, may well mean something else, and so comes behind what bears a narrower concept.
func (t TextEvidence) asWritten(except [][][]string) TextEvidence {
	if len(t.Terms) == 1 {
		t.Terms = firstForms(t.Terms)
	}
	t.Where, t.Scored, t.Except = Main, false, except // what it finds is scored by the evidence for all texts
	return t
}

// firstForms keeps the terms and leaves out their stems.
func firstForms(terms [][]string) [][]string {
	out := make([][]string, len(terms))
	for i := range terms {
		out[i] = terms[i][:1]
	}
	return out
}
