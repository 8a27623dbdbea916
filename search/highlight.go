package search

import (
	"cmp"
	"html"
	"slices"
	"strings"

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

	tokens []text.Token // read once
	forms  [][]string   // of each token
}

// read takes the text apart when it is first looked into.
func (t *assetText) read() {
	if t.tokens != nil {
		return
	}
	t.tokens = text.Tokens(t.text)
	t.forms = make([][]string, len(t.tokens))
	for i, token := range t.tokens {
		t.forms[i] = text.Forms(token, t.langs)
	}
}

// textsOf gives the texts of an asset in the order in which a reader looks at them.
func (st *state) textsOf(a *semdex.Asset) []assetText {
	untagged := st.settings.Languages
	if a.Language != "" {
		untagged = []string{a.Language}
	}
	var out []assetText
	many := func(field string, t semdex.Text) {
		for _, lang := range t.Languages() {
			langs := untagged
			if lang != "" {
				langs = []string{lang}
			}
			out = append(out, assetText{field: field, text: t[lang], langs: langs})
		}
	}
	list := func(field string, values []string) {
		for _, v := range values {
			out = append(out, assetText{field: field, text: v, langs: untagged})
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

// span is a stretch of a text, in bytes.
type span struct{ from, to int }

// occurrences finds where the evidence stands in the text.
func (t *assetText) occurrences(e *TextEvidence) []span {
	t.read()
	var spans []span
	for i := 0; i+len(e.Terms) <= len(t.tokens); i++ {
		if t.standsAt(i, e) {
			spans = append(spans, span{t.tokens[i].Start, t.tokens[i+len(e.Terms)-1].End})
		}
	}
	return spans
}

func (t *assetText) standsAt(from int, e *TextEvidence) bool {
	for i, wanted := range e.Terms {
		forms := t.forms[from+i]
		last := e.Prefix && i == len(e.Terms)-1
		if !slices.ContainsFunc(forms, func(f string) bool {
			return slices.Contains(wanted, f) || last && strings.HasPrefix(f, wanted[0])
		}) {
			return false
		}
	}
	return true
}

// mark gives the text as HTML with the spans in <em>. Whatever markup the text holds is escaped. A long
// text is cut to the neighbourhood of its first span.
func mark(s string, spans []span) string {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	from, to := window(s, spans[0])
	var b strings.Builder
	if from > 0 {
		b.WriteString("… ")
	}
	at := from
	for _, sp := range spans {
		if sp.from < at || sp.to > to {
			continue
		}
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

// window chooses what of a text to show, cut between words.
func window(s string, first span) (from, to int) {
	if len(s) <= snippetBytes*5/4 {
		return 0, len(s)
	}
	from, to = max(0, first.from-snippetBytes/3), min(len(s), max(first.to, first.from+snippetBytes))
	for from > 0 && from < first.from && s[from-1] != ' ' {
		from++ // a text without spaces begins with the match
	}
	for to < len(s) && to > first.to && s[to] != ' ' {
		to--
	}
	return from, to
}
