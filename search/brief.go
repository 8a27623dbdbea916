package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode"

	"semdex/internal/text"
)

// A brief is a text longer than a sentence. Nothing bears all of it: assets are ranked by how much of what it is
// about they cover. Concepts weigh by how telling they are in this library, words by how rare they are in it, both
// more where they are named again, or at the beginning.
const (
	briefWords     = 12 // more words than these are a brief
	sentenceWords  = 4  // of a sentence; two sentences are a brief
	maxBriefWords  = 256
	shareWord      = 0.6  // of a word, beside a concept
	leastWord      = 0.35 // weight of a word that is everywhere, beside a rare one
	leastConcept   = 0.3  // weight of a concept that says little
	weightOpening  = 1.25 // of what the first of several sentences names
	maxKinds       = 4
	maxRepetitions = 8
)

// fillers are what briefs are made of beside their subject, as terms.
var fillers = termSet(`
	photo photos photograph photographs picture pictures image images shot shots visual visuals footage clip clips illustration
	article articles post posts blog story piece text brief need needs needed want wants wanted looking look search searching find show shows showing shown
	about after before while how why where than still even own other others plan plans planned planning planen plant geplant
	please could would should can may might must like use used using some any something someone one ones get give make also just very really more most
	bild bilder foto fotos aufnahme aufnahmen motiv motive beitrag beitrage artikel brauche brauchen benotigen benotigt gesucht suche suchen sucht
	zeigen zeigt zeige bitte mochte mochten konnte konnten sollte sollten soll sollen kann konnen muss mussen darf wollen etwas jemand gern gerne mehr sehr
	photographie besoin cherche cherchons recherche montrer imagen imagenes necesito necesitamos busco buscamos mostrar`)

// places are where a piece is to be used, as terms. What stands behind "for" says nothing about what the piece shows.
var (
	places = termSet(`
	newsletter website websites webpage webpages homepage page pages header headers banner banners teaser teasers cover covers slide slides
	brochure brochures flyer flyers poster posters catalogue catalogues catalog catalogs magazine magazines spread presentation presentations
	webseite webseiten startseite titelseite doppelseite seite seiten broschure broschuren katalog kataloge plakat plakate prasentation prasentationen
	folie folien magazin heft titelbild site page affiche brochure catalogue pagina cartel folleto catalogo`)
	purposes = termSet(`for fur pour para per voor`)
)

const (
	maxPurpose      = 4 // words from "for" to the place
	maxPurposeBytes = 256
)

// negations say that a brief is not about what follows, up to the next sign or a few words on.
var negations = termSet(`not no without except never none avoid nicht kein keine keinen keinem keiner ohne weder sans pas aucun aucune sin ningun ninguna senza nessun geen zonder niet`)

const maxNegated = 6 // words

func termSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, term := range strings.Fields(list) {
		set[term] = true
	}
	return set
}

// isBrief reports a query that is longer than a sentence and has no operator that says how to search.
func isBrief(query string, units []unit) bool {
	for i := range units {
		if units[i].Or {
			return false
		}
	}
	return len(units) > 1 && isText(query)
}

// isText reports whether a query is longer than a sentence.
func isText(query string) bool {
	total, sentences := 0, 0
	for _, n := range sentenceLengths(query) {
		total += n
		if n >= sentenceWords {
			sentences++
		}
	}
	return total > briefWords || sentences > 1
}

// sentenceLengths counts the words of each sentence.
func sentenceLengths(s string) []int {
	var out []int
	for _, sentence := range sentences(s) {
		out = append(out, len(text.Tokens(s[sentence.from:sentence.to])))
	}
	return out
}

// sentences parts a text at full stops, question and exclamation marks that a blank follows, and at line ends.
func sentences(s string) []span {
	var out []span
	start := 0
	var before rune
	for i, r := range s {
		if r == '\n' || unicode.IsSpace(r) && strings.ContainsRune(".!?…", before) {
			if i > start {
				out = append(out, span{start, i})
			}
			start = i
		}
		before = r
	}
	return append(out, span{start, len(s)})
}

// brief weighs the units of a brief and keeps the weightiest.
func (q *querying) brief(ctx context.Context, units []unit) ([]unit, error) {
	var others []unit // exclusions and filters
	var parts []unit
	at := map[string]int{}
	negated := negatedSpans(q.request.Query)
	for _, u := range units {
		if u.Not || u.Kind == Scoped {
			others = append(others, u)
			continue
		}
		if q.isFiller(&u) || q.isPlace(&u) || slices.ContainsFunc(negated, func(n span) bool { return n.from <= u.Start && u.Start < n.to }) {
			continue
		}
		u.times = 1
		key := q.briefKey(&u)
		if i, again := at[key]; again {
			parts[i].times++
			continue
		}
		if len(parts) == maxBriefWords {
			q.ignored++
			continue
		}
		at[key] = len(parts)
		parts = append(parts, u)
	}
	q.addKinds(parts)
	parts, err := q.weigh(ctx, parts)
	if err != nil {
		return nil, err
	}
	return append(others, parts...), nil
}

// negatedSpans gives the stretches of a text that it says it is not about.
func negatedSpans(s string) []span {
	var out []span
	tokens := text.Tokens(s)
	for i, t := range tokens {
		if !negations[t.Term] {
			continue
		}
		end := t.End
		for _, next := range tokens[i+1 : min(len(tokens), i+1+maxNegated)] {
			if strings.ContainsAny(s[end:next.Start], ",.;:!?\n") {
				break
			}
			end = next.End
		}
		out = append(out, span{t.Start, end})
	}
	return out
}

func (q *querying) isFiller(u *unit) bool {
	return u.Kind == Plain && len(u.senses) == 0 && len(u.Tokens) == 1 && fillers[u.Tokens[0].Term]
}

// isPlace reports a word that says where a piece is to be used: one of places, a few words behind "for".
func (q *querying) isPlace(u *unit) bool {
	if u.Kind != Plain || len(u.senses) > 0 || len(u.Tokens) != 1 || !places[u.Tokens[0].Term] {
		return false
	}
	near := q.request.Query[max(0, u.Start-maxPurposeBytes):u.Start]
	before := text.Tokens(near)
	before = before[max(0, len(before)-maxPurpose):]
	return slices.ContainsFunc(before, func(t text.Token) bool {
		return purposes[t.Term] && !strings.ContainsAny(near[t.End:], ",.;:!?\n")
	})
}

// addKinds notes for words beside a concept that name none themselves those of which they are the last word of a label, if
// these are few: kinds of what the word means.
func (q *querying) addKinds(parts []unit) {
	if q.request.Expand != ExpandNarrower && q.request.Expand != ExpandRelated || !slices.ContainsFunc(parts, func(u unit) bool { return len(u.senses) > 0 && !u.Not }) {
		return // what names no concept is read as words alone
	}
	in := q.allowed()
	for i := range parts {
		u := &parts[i]
		if len(u.senses) > 0 || u.Kind != Plain || len(u.Tokens) != 1 || u.Not || u.must {
			continue
		}
		refs := preferLanguage(among(q.st.labels.kinds(u.Tokens[0], q.compounded()), in), q.request.Lang)
		if senses := sensesOf(refs, weightNarrower); len(senses) <= maxKinds {
			u.kinds = senses
		}
		if len(u.kinds) == 0 && q.compounded() {
			refs := preferLanguage(among(q.st.labels.about(u.Tokens[0]), in), q.request.Lang)
			if senses := sensesOf(refs, weightRelated); len(senses) <= maxKinds {
				u.kinds = senses
			}
		}
	}
}

// briefKey is the same for a word in several forms.
func (q *querying) briefKey(u *unit) string {
	if len(u.senses) == 0 && u.Kind == Plain {
		return text.StemKey(u.Tokens, q.languages()[0])
	}
	return u.key()
}

// weigh gives each part its share and keeps as many as a plan may have. Words that stand nowhere are left out.
func (q *querying) weigh(ctx context.Context, parts []unit) ([]unit, error) {
	shares, err := q.conceptShares(ctx)
	if err != nil {
		return nil, err
	}
	opening := openingEnd(q.request.Query)
	var kept []unit
	for _, u := range parts {
		weight := 0.0
		if len(u.senses) > 0 {
			weight = shares.telling(u.senses)
		} else if weight, err = q.rarity(ctx, &u, shares.assets); err != nil {
			return nil, err
		}
		if len(u.kinds) > 0 {
			weight = max(weight, shareWord*shares.telling(u.kinds))
		}
		if weight == 0 && u.code == "" {
			continue
		}
		u.share = max(weight, 0.01) * (1 + math.Log(float64(min(u.times, maxRepetitions))))
		if u.Start < opening {
			u.share *= weightOpening
		}
		kept = append(kept, u)
	}
	slices.SortStableFunc(kept, func(a, b unit) int { return -cmp.Compare(a.share, b.share) })
	if len(kept) > maxParts {
		q.ignored += len(kept) - maxParts
		kept = kept[:maxParts]
	}
	for i := len(kept) - 1; i >= 0; i-- { // the root: covering much of a brief counts for more than its rarest word
		kept[i].share = math.Sqrt(kept[i].share / kept[0].share)
	}
	q.tellAbout(kept)
	return kept, nil
}

// telling gives the weight in a brief of the most telling of some concepts.
func (s *conceptShares) telling(senses []sense) float64 {
	most := 0.0
	for _, sense := range senses {
		most = max(most, s.ic[sense.concept])
	}
	return leastConcept + (1-leastConcept)*most
}

// openingEnd gives the end of the first of several sentences, 0 where there is but one.
func openingEnd(s string) int {
	if parts := sentences(s); len(parts) > 1 {
		return parts[0].to
	}
	return 0
}

// rarity gives the weight of words by how few of the assets that the reader may see have the rarest of them
// (inverse document frequency, K. Spärck Jones, 1972), 0 where one of them stands nowhere.
func (q *querying) rarity(ctx context.Context, u *unit, assets int) (float64, error) {
	rarest := 0.0
	for _, t := range u.Tokens {
		most := 0
		for _, form := range text.Forms(t, q.languages()) {
			found, err := q.view.Spellings(ctx, &Spelling{Word: form, Access: q.request.Access, Limit: 1})
			if err != nil {
				return 0, err
			}
			if len(found) > 0 {
				most = max(most, found[0].Assets)
			}
		}
		if most == 0 {
			return 0, nil
		}
		rarest = max(rarest, math.Log(float64(max(assets, 2))/float64(most))/math.Log(float64(max(assets, 2))))
	}
	return shareWord * (leastWord + (1-leastWord)*min(1, max(0, rarest))), nil
}

// tellAbout notes what a brief was taken to be about.
func (q *querying) tellAbout(parts []unit) {
	for _, u := range parts {
		a := About{Text: q.request.Query[u.Start:u.End], Times: u.times, Weight: math.Round(u.share*1000) / 1000}
		if len(u.senses) > 0 {
			a.URI, a.Label = q.st.th.ID(u.senses[0].concept), q.st.label(u.senses[0].concept, q.request.Lang)
		}
		q.about = append(q.about, a)
	}
}
