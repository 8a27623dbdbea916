package search_test

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"semdex/graph"
	"semdex/graph/rdf"
	"semdex/internal/text"
	"semdex/search"
	"semdex/search/eval"
)

const (
	nsSKOS       = "http://www.w3.org/2004/02/skos/core#"
	nsOWL        = "http://www.w3.org/2002/07/owl#"
	tateSubjects = "https://data.example.org/tate/subject/"
)

// term is a label of a thesaurus.
type term struct {
	text, lang  string
	alternative bool
}

// thesaurus is a public vocabulary as its own triples tell it.
type thesaurus struct {
	document graph.Document
	terms    map[string][]term // concept -> labels, prefLabels first
}

// mappedLanguages are those of the thesauri's labels.
var mappedLanguages = []string{"en", "fr", "es", "ru", "de"}

func readThesaurus(t *testing.T, path string) *thesaurus {
	t.Helper()
	th := &thesaurus{document: readTriples(t, path), terms: map[string][]term{}}
	deprecated := map[string]bool{}
	for _, tr := range th.document.Triples {
		switch tr.Predicate.Value {
		case nsSKOS + "prefLabel", nsSKOS + "altLabel":
			alternative := tr.Predicate.Value == nsSKOS+"altLabel"
			th.terms[tr.Subject.Value] = append(th.terms[tr.Subject.Value], term{tr.Object.Value, tr.Object.Lang, alternative})
		case nsOWL + "deprecated":
			deprecated[tr.Subject.Value] = true
		}
	}
	maps.DeleteFunc(th.terms, func(concept string, _ []term) bool { return deprecated[concept] })
	for _, terms := range th.terms {
		slices.SortFunc(terms, func(a, b term) int {
			return cmp.Or(compareBool(a.alternative, b.alternative), cmp.Compare(a.lang, b.lang), cmp.Compare(a.text, b.text))
		})
	}
	return th
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// mapTo finds the subjects of Tate whose label is the English prefLabel of a concept, where that is one subject
// and one concept, and gives subject by concept.
func (th *thesaurus) mapTo(c *tate) map[string]string {
	subjects, concepts := map[string][]string{}, map[string][]string{}
	for _, subject := range c.subjects {
		key := strings.ToLower(c.labels[subject])
		subjects[key] = append(subjects[key], subject)
	}
	for concept, terms := range th.terms {
		for _, l := range terms {
			if l.lang == "en" && !l.alternative {
				key := strings.ToLower(l.text)
				concepts[key] = append(concepts[key], concept)
			}
		}
	}
	mapped := map[string]string{}
	for key, found := range concepts {
		if len(found) == 1 && len(subjects[key]) == 1 {
			mapped[found[0]] = subjects[key][0]
		}
	}
	return mapped
}

// mappings are the triples that say so.
func mappings(mapped map[string]string) graph.Document {
	d := graph.Document{Name: "mappings.nt"}
	iri := func(s string) rdf.Term { return rdf.Term{Kind: rdf.IRI, Value: s} }
	for _, concept := range slices.Sorted(maps.Keys(mapped)) {
		d.Triples = append(d.Triples, rdf.Triple{Subject: iri(tateSubjects + mapped[concept]), Predicate: iri(nsSKOS + "exactMatch"), Object: iri(concept)})
	}
	return d
}

// judgedTerms makes queries of the labels of mapped concepts that read otherwise than every English name of the
// subject: synonyms, in any language, or the names in other languages. Each is judged by what Tate's own tree
// puts below the subject.
func (th *thesaurus) judgedTerms(c *tate, mapped map[string]string, synonyms bool, qrels eval.Qrels) []eval.Query {
	var queries []eval.Query
	for _, concept := range slices.Sorted(maps.Keys(mapped)) {
		subject := mapped[concept]
		works := c.below(subject)
		if len(works) < 5 || len(works) > tateDepth {
			continue
		}
		english := map[string]bool{text.Key(c.labels[subject]): true}
		for _, l := range th.terms[concept] {
			if l.lang == "en" && (!l.alternative || !synonyms) {
				english[text.Key(l.text)] = true
			}
		}
		for _, l := range th.terms[concept] {
			id := concept + " " + l.lang + " " + strings.ReplaceAll(l.text, " ", "_")
			if l.alternative != synonyms || !slices.Contains(mappedLanguages, l.lang) || english[text.Key(l.text)] || qrels[id] != nil {
				continue
			}
			grades := map[string]int{}
			for _, work := range works {
				grades["tate:"+work] = 1
			}
			qrels[id] = grades
			queries = append(queries, eval.Query{ID: id, Text: l.text, Lang: l.lang})
		}
	}
	return queries
}

// tateMapped asks in the words of other thesauri, which are mapped to Tate's subjects for this test: by synonyms and
// in other languages. Plain words find next to nothing.
func tateMapped(t *testing.T, folder string, c *tate, works *collection) {
	for _, source := range []struct{ name, file string }{{"UNESCO", "unesco/unesco-thesaurus.ttl.gz"}, {"STW", "stw/stw-9.06.ttl.gz"}} {
		th := readThesaurus(t, filepath.Join(folder, "skos", filepath.FromSlash(source.file)))
		mapped := th.mapTo(c)
		s := works.service(mappedLanguages, works.subjects, th.document, mappings(mapped))
		for _, synonyms := range []bool{false, true} {
			kind := map[bool]string{false: "names in other languages", true: "synonyms"}[synonyms]
			qrels := eval.Qrels{}
			queries := th.judgedTerms(c, mapped, synonyms, qrels)
			random := rand.New(rand.NewPCG(100, 2))
			random.Shuffle(len(queries), func(i, j int) { queries[i], queries[j] = queries[j], queries[i] })
			queries = queries[:min(140, len(queries))]
			plain := evaluate(t, s, queries, qrels, search.ExpandNone, tateDepth)
			t.Logf("%s, %s, %d concepts mapped: %d queries as plain words: MAP %.4f", source.name, kind, len(mapped), plain.Judged, plain.Mean.AP)
			r := evaluate(t, s, queries, qrels, search.ExpandNarrower, tateDepth)
			logReport(t, source.name+" "+kind, r)
			if r.Judged < 100 || r.Mean.AP < .9 || plain.Mean.AP >= .02 {
				t.Errorf("%s, %s: MAP of %d queries is %.4f, and %.4f as plain words; want at least 100, 0.90 and under 0.02", source.name, kind, r.Judged, r.Mean.AP, plain.Mean.AP)
			}
		}
	}
}
