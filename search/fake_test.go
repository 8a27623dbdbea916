package search

import (
	"slices"
	"strings"

	"semdex"
)

// Vocabulary is a Thesaurus of two maps, for tests:
//
//	labels     "rain-jacket": "Rain jacket@en | Regenjacke@de | ~Anorak@en | !rainjaket": "~" marks an altLabel,
//	           "!" a hiddenLabel
//	relations  "jacket narrower": "rain-jacket liner", likewise exact, close, narrowMatch, related, replaced,
//	           notation and scheme
//
// Concepts are numbered by name. A concept that is replaced is deprecated.
type Vocabulary struct {
	names     []string
	labels    map[string][]semdex.Label
	relations map[string][]string
}

// Base begins the URI of every concept of a Vocabulary.
const Base = "https://voc.example/"

func NewVocabulary(labels, relations map[string]string) *Vocabulary {
	v := &Vocabulary{labels: map[string][]semdex.Label{}, relations: map[string][]string{}}
	for name, list := range labels {
		v.names = append(v.names, name)
		v.labels[name] = readLabels(list)
	}
	slices.Sort(v.names)
	mirror := map[string]string{"narrower": "broader", "exact": "exact", "close": "close", "related": "related"}
	for key, list := range relations {
		name, relation, _ := strings.Cut(key, " ")
		for _, target := range strings.Fields(list) {
			v.relate(name, relation, target)
			if back := mirror[relation]; back != "" {
				v.relate(target, back, name)
			}
		}
	}
	return v
}

func readLabels(list string) []semdex.Label {
	var out []semdex.Label
	for _, s := range strings.Split(list, " | ") {
		l := semdex.Label{}
		l.Text, l.Lang, _ = strings.Cut(s, "@")
		if rest, ok := strings.CutPrefix(l.Text, "~"); ok {
			l.Text, l.Kind = rest, semdex.AltLabel
		} else if rest, ok := strings.CutPrefix(l.Text, "!"); ok {
			l.Text, l.Kind = rest, semdex.HiddenLabel
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b semdex.Label) int { return int(a.Kind) - int(b.Kind) })
	return out
}

func (v *Vocabulary) relate(from, relation, to string) {
	if key := from + " " + relation; !slices.Contains(v.relations[key], to) {
		v.relations[key] = append(v.relations[key], to)
		slices.Sort(v.relations[key])
	}
}

// Number is the number of the concept with that name.
func (v *Vocabulary) Number(name string) int32 { return int32(slices.Index(v.names, name)) }

// Names gives the names of concepts, sorted, joined by spaces.
func (v *Vocabulary) Names(concepts []int32) string {
	names := []string{}
	for _, c := range concepts {
		names = append(names, v.names[c])
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func (v *Vocabulary) to(c int32, relation string) []int32 {
	var out []int32
	for _, name := range v.relations[v.names[c]+" "+relation] {
		out = append(out, v.Number(name))
	}
	return out
}

func (v *Vocabulary) Len() int { return len(v.names) }
func (v *Vocabulary) Find(id semdex.ConceptID) (int32, bool) {
	c := v.Number(strings.TrimPrefix(string(id), Base))
	return c, c >= 0 && strings.HasPrefix(string(id), Base)
}
func (v *Vocabulary) FindForeign(string) []int32                 { return nil }
func (v *Vocabulary) ID(c int32) semdex.ConceptID                { return semdex.ConceptID(Base + v.names[c]) }
func (v *Vocabulary) Labels(c int32) []semdex.Label              { return v.labels[v.names[c]] }
func (v *Vocabulary) Notations(c int32) []string                 { return v.relations[v.names[c]+" notation"] }
func (v *Vocabulary) Narrower(c int32) []int32                   { return v.to(c, "narrower") }
func (v *Vocabulary) Broader(c int32) []int32                    { return v.to(c, "broader") }
func (v *Vocabulary) Related(c int32) []int32                    { return v.to(c, "related") }
func (v *Vocabulary) ExactMatches(c int32) []int32               { return v.to(c, "exact") }
func (v *Vocabulary) CloseMatches(c int32) []int32               { return v.to(c, "close") }
func (v *Vocabulary) NarrowMatches(c int32) []int32              { return v.to(c, "narrowMatch") }
func (v *Vocabulary) Successors(c int32) []int32                 { return v.to(c, "replaced") }
func (v *Vocabulary) Deprecated(c int32) bool                    { return len(v.Successors(c)) > 0 }
func (v *Vocabulary) PathString(c int32, langs ...string) string { return v.PrefLabel(c, langs...) }

func (v *Vocabulary) InScheme(c int32, scheme semdex.SchemeID) bool {
	return scheme == "" || slices.Contains(v.relations[v.names[c]+" scheme"], string(scheme))
}

func (v *Vocabulary) PrefLabel(c int32, langs ...string) string {
	for _, lang := range append(slices.Clone(langs), "") {
		for _, l := range v.Labels(c) {
			if l.Kind == semdex.PrefLabel && semdex.LanguageMatches(lang, l.Lang) {
				return l.Text
			}
		}
	}
	return v.Labels(c)[0].Text
}

func (v *Vocabulary) Ancestors(c int32) []int32 {
	seen := map[int32]bool{c: true}
	var out []int32
	for queue := []int32{c}; len(queue) > 0; queue = queue[1:] {
		for _, b := range v.Broader(queue[0]) {
			if !seen[b] {
				seen[b] = true
				out = append(out, b)
				queue = append(queue, b)
			}
		}
	}
	return out
}
