package local

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"semdex"
	"semdex/internal/text"
	"semdex/search"
)

// Names of index fields. The package comment says what is in them.
const (
	fieldMain   = "t:main"
	fieldRest   = "t:rest"
	fieldTitle  = "t:title"
	fieldLabels = "t:labels"

	prefixValue  = "v:"
	prefixNumber = "n:"
	prefixString = "s:"
)

// fragmentGap keeps a phrase from running over from one text of an asset into the next.
const fragmentGap = 100

// fragment is a text of an asset with the languages that its words may be inflected in.
type fragment struct {
	text  string
	langs []string
}

// stream is an analyzer that gives tokens read beforehand.
type stream analysis.TokenStream

func (s stream) Analyze([]byte) analysis.TokenStream { return analysis.TokenStream(s) }

// tokens reads fragments into one stream. Each word gives its term and its stems at the same position, so
// that a word meets every word that has a form in common with it.
func (x *Index) tokens(fragments []fragment) (stream, int) {
	var s stream
	words, position := 0, 0
	for _, f := range fragments {
		for _, t := range text.Tokens(f.text) {
			position++
			words++
			for _, form := range text.Forms(t, f.langs) {
				s = append(s, &analysis.Token{Start: t.Start, End: t.End, Term: []byte(form), Position: position, Type: analysis.AlphaNumeric})
			}
		}
		position += fragmentGap
	}
	return s, words
}

// builder gathers the fields of one document.
type builder struct {
	doc *document.Document
}

func (b *builder) text(name string, s stream) {
	if len(s) > 0 {
		b.doc.AddField(document.NewTextFieldCustom(name, nil, nil, index.IndexField|index.IncludeTermVectors, s))
	}
}

func (b *builder) keyword(name, value string) {
	b.doc.AddField(document.NewTextFieldCustom(name, nil, []byte(value), index.IndexField|index.SkipFreqNorm, nil))
}

func (b *builder) values(field string, values ...string) {
	for _, v := range values {
		if v != "" {
			b.keyword(prefixValue+field, v)
		}
	}
}

func (b *builder) number(field string, n int64) {
	b.keyword(prefixNumber+field, strconv.FormatInt(n, 10))
}

// measure is number where 0 means that it is not known.
func (b *builder) measure(field string, n int64) {
	if n != 0 {
		b.number(field, n)
	}
}

// document turns an asset into what the index holds of it.
func (x *Index) document(a *semdex.Asset) *document.Document {
	b := &builder{document.NewDocument(string(a.ID))}
	x.addTexts(b, a)
	addValues(b, a)
	addAccess(b, a)
	x.addOrder(b, a)
	return b.doc
}

func (x *Index) addTexts(b *builder, a *semdex.Asset) {
	title := x.fragments(a.Title, a)
	labels := x.untagged(a, append(append([]string{}, a.Tags...), a.Keywords...)...)
	main := append(append(append([]fragment{}, title...), x.fragments(a.Description, a)...), x.fragments(a.Alt, a)...)
	main = append(main, labels...)
	rest := x.untagged(a, a.Name)
	for _, name := range sortedFields(a.Fields) {
		rest = append(rest, x.untagged(a, a.Fields[name]...)...)
	}
	rest = append(rest, x.untagged(a, a.Albums...)...)
	rest = append(rest, x.untagged(a, a.Credit, a.Copyright)...)
	s, _ := x.tokens(title)
	b.text(fieldTitle, s)
	s, _ = x.tokens(labels)
	b.text(fieldLabels, s)
	s, words := x.tokens(main)
	b.text(fieldMain, s)
	s, more := x.tokens(rest)
	b.text(fieldRest, s)
	b.number("length", int64(words+more))
}

func sortedFields(fields map[string][]string) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// fragments gives the texts of t, each in its own language.
func (x *Index) fragments(t semdex.Text, a *semdex.Asset) []fragment {
	var out []fragment
	for _, lang := range t.Languages() {
		langs := []string{lang}
		if lang == "" {
			langs = x.languagesOf(a)
		}
		out = append(out, fragment{t[lang], langs})
	}
	return out
}

// languagesOf gives the language of an asset's untagged texts, or all of the library's where it has none.
func (x *Index) languagesOf(a *semdex.Asset) []string {
	if a.Language != "" {
		return []string{a.Language}
	}
	return x.languages
}

func (x *Index) untagged(a *semdex.Asset, values ...string) []fragment {
	var out []fragment
	for _, v := range values {
		if v != "" {
			out = append(out, fragment{v, x.languagesOf(a)})
		}
	}
	return out
}

func addValues(b *builder, a *semdex.Asset) {
	b.values("concepts", a.Concepts...)
	b.values("tags", a.Tags...)
	b.values("keywords", a.Keywords...)
	b.values("type", a.Type)
	b.values("album", a.Albums...)
	b.values("source", a.ID.Source())
	b.values("approval", string(a.Approval))
	if !a.Created.IsZero() {
		b.values("year", fmt.Sprintf("%04d", a.Created.Year()))
	}
	if cut := strings.LastIndexByte(string(a.ID), ':'); cut >= 0 {
		b.values(valuePrefix, string(a.ID)[:cut])
	}
	for _, name := range sortedFields(a.Fields) {
		b.values(search.CustomField(name), a.Fields[name]...)
	}
}

// Fields of Value that are the engine's own.
const (
	valuePrefix    = "#prefix"
	valueRights    = "#rights"
	valueFrom      = "#from"
	valueUntil     = "#until"
	valueTerritory = "#territory"
	valueChannel   = "#channel"
)

func addAccess(b *builder, a *semdex.Asset) {
	if a.Rights == nil {
		return
	}
	b.values(valueRights, "yes")
	b.values(valueFrom, string(a.Rights.ValidFrom))
	b.values(valueUntil, string(a.Rights.ValidUntil))
	b.codes(valueTerritory, a.Rights.Territories)
	b.codes(valueChannel, a.Rights.Channels)
}

// codes notes what an asset is bound to. An empty code binds it too, to what nobody can ask for.
func (b *builder) codes(field string, codes []string) {
	for _, c := range codes {
		b.keyword(prefixValue+field, boundTo(c))
	}
}

func boundTo(code string) string { return "=" + strings.ToLower(code) }

func (x *Index) addOrder(b *builder, a *semdex.Asset) {
	if !a.Created.IsZero() {
		b.number("created", a.Created.Unix())
	}
	if !a.Modified.IsZero() {
		b.number("modified", a.Modified.Unix())
	}
	b.measure("size", a.Size)
	b.measure("width", a.Width)
	b.measure("height", a.Height)
	b.measure("duration", int64(a.Duration*1000))
	if title := a.Title.In(x.languages...); title != "" {
		b.keyword(prefixString+"title", cutString(text.Fold(title)))
	}
	if a.Name != "" {
		b.keyword(prefixString+"name", cutString(text.Fold(a.Name)))
	}
}

// cutString bounds what a sort compares.
func cutString(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "")
	}
	return s
}
