package search

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"semdex"
	"semdex/internal/text"
)

// snippetBytes is about how much of a long text a highlight shows.
const snippetBytes = 320

// assetText is one text of an asset, as highlights see it.
type assetText struct {
	field string // as in answers: title, description, alt, tags, keywords, filename, albums, fields.NAME
	text  string
	langs []string

	memo  *text.Memo  // of all texts that are read for a query; nil for none
	words []text.Word // read once
}

// mainFields are the texts of TextPlace Main.
var mainFields = []string{"title", "description", "alt", "tags", "keywords"}

// counts reports whether what stands in the text counts for the evidence.
func (t *assetText) counts(e *TextEvidence) bool {
	return e.Where == Anywhere || slices.Contains(mainFields, t.field)
}

// read takes the text apart when it is first looked into.
func (t *assetText) read() {
	if t.words != nil {
		return
	}
	if t.memo == nil {
		t.memo = &text.Memo{}
	}
	t.words = t.memo.Words(t.text, t.langs)
}

// textsOf gives the texts of an asset in the order in which a reader of lang looks at them, to be read with memo.
func (st *state) textsOf(a *semdex.Asset, lang string, memo *text.Memo) []assetText {
	untagged := st.settings.Languages
	if a.Language != "" {
		untagged = []string{a.Language}
	}
	out := make([]assetText, 0, countTexts(a))
	many := func(field string, t semdex.Text) {
		for _, l := range readersFirst(t, lang) {
			langs := untagged
			if l != "" {
				langs = []string{l}
			}
			out = append(out, assetText{field: field, text: t[l], langs: langs, memo: memo})
		}
	}
	list := func(field string, values []string) {
		for _, v := range values {
			out = append(out, assetText{field: field, text: v, langs: untagged, memo: memo})
		}
	}
	many("title", a.Title)
	list("tags", a.Tags)
	list("keywords", a.Keywords)
	many("description", a.Description)
	many("alt", a.Alt)
	list("filename", []string{a.Name})
	for _, name := range sortedKeys(a.Fields) {
		list("fields."+name, a.Fields[name])
	}
	list("albums", a.Albums)
	list("credit", []string{a.Credit, a.Copyright})
	return out
}

// countTexts is how many texts textsOf gives.
func countTexts(a *semdex.Asset) int {
	n := len(a.Title) + len(a.Tags) + len(a.Keywords) + len(a.Description) + len(a.Alt) + len(a.Albums)
	for _, values := range a.Fields {
		n += len(values)
	}
	return n + 3 // file name, credit, copyright
}

// span is a stretch of a text, in bytes.
type span struct{ from, to int }

// compareSpans puts earlier spans first, and the longer of two that begin alike.
func compareSpans(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) }

// occurrences finds where the evidence stands in the text.
func (t *assetText) occurrences(e *TextEvidence) []span {
	if !t.counts(e) {
		return nil
	}
	t.read()
	var spans []span
	for i := 0; i+len(e.Terms) <= len(t.words); i++ {
		if t.standsAt(i, e) {
			spans = append(spans, span{t.words[i].Start, t.words[i+len(e.Terms)-1].End})
		}
	}
	return spans
}

func (t *assetText) standsAt(from int, e *TextEvidence) bool {
	return t.wordsAt(from, e.Terms, e.Prefix) && !t.exceptAt(from, e)
}

// exceptAt reports whether the words at a place stand within a longer phrase, where they do not count.
func (t *assetText) exceptAt(from int, e *TextEvidence) bool {
	for _, phrase := range e.Except {
		for start := max(0, from+len(e.Terms)-len(phrase)); start <= from && start+len(phrase) <= len(t.words); start++ {
			if t.wordsAt(start, phrase, false) {
				return true
			}
		}
	}
	return false
}

// wordsAt reports whether words stand one after the other at a place, the last one perhaps going on.
func (t *assetText) wordsAt(from int, words [][]string, prefix bool) bool {
	for i, wanted := range words {
		word := t.words[from+i]
		last := prefix && i == len(words)-1
		if !word.HasAny(wanted) && !(last && word.HasPrefix(wanted[0])) {
			return false
		}
	}
	return true
}

// readersFirst gives the languages of a text: the reader's, then none, then the others.
func readersFirst(t semdex.Text, lang string) []string {
	langs := t.Languages()
	slices.SortStableFunc(langs, func(a, b string) int { return int(languageTier(lang, a)) - int(languageTier(lang, b)) })
	return langs
}

// mark gives the text as HTML with the spans in <em>, those that overlap or touch as one. Whatever markup the text
// holds is escaped. A long text is cut to the neighbourhood of its first span.
func mark(s string, spans []span) string {
	spans = joined(spans)
	from, to := window(s, spans[0])
	var b strings.Builder
	if from > 0 {
		b.WriteString("… ")
	}
	at := from
	for _, sp := range spans {
		if sp.from >= to {
			break
		}
		sp.to = min(sp.to, to)
		b.WriteString(html.EscapeString(s[at:sp.from]))
		b.WriteString("<em>" + html.EscapeString(s[sp.from:sp.to]) + "</em>")
		at = sp.to
	}
	b.WriteString(html.EscapeString(s[at:to]))
	if to < len(s) {
		b.WriteString(" …")
	}
	return b.String()
}

// joined puts spans in order, those that overlap or touch as one.
func joined(spans []span) []span {
	slices.SortFunc(spans, compareSpans)
	out := spans[:1:1]
	for _, sp := range spans[1:] {
		if last := &out[len(out)-1]; sp.from <= last.to {
			last.to = max(last.to, sp.to)
		} else {
			out = append(out, sp)
		}
	}
	return out
}

// window chooses what of a text to show, cut between words; what is first marked is cut where it is long itself.
func window(s string, first span) (from, to int) {
	if len(s) <= snippetBytes*5/4 {
		return 0, len(s)
	}
	from, to = max(0, first.from-snippetBytes/3), min(len(s), first.from+snippetBytes)
	for from > 0 && from < first.from && s[from-1] != ' ' {
		from++ // a text without spaces begins with the match
	}
	least := min(first.to, to)
	for end := to; end > least; end-- {
		if end == len(s) || s[end] == ' ' {
			return from, end
		}
	}
	if least == first.to {
		return from, least
	}
	for to > first.from+1 && !utf8.RuneStart(s[to]) {
		to--
	}
	return from, to
}
