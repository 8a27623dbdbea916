// Package baretest is bleve as it comes: the baseline that benchmarks print beside our own figures.
//
// It indexes the same fields as package local by bleve's own mapping, searches concepts by bleve's own disjunction
// of their terms, and counts by bleve's own facets. Nothing is stored, as local stores nothing.
package baretest

import (
	"context"
	"fmt"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"

	"semdex"
)

// Index is a bare bleve index.
type Index struct{ bleve bleve.Index }

// Open makes an empty index in the folder path, which is not there yet.
func Open(path string) (*Index, error) {
	x, err := bleve.NewUsing(path, newMapping(), scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("open bare index: %w", err)
	}
	return &Index{x}, nil
}

var (
	textFields    = []string{"text", "title", "labels"}
	keywordFields = []string{"concepts", "tags", "keywords", "type", "album", "source", "approval", "year", "territory", "until",
		"Region", "Campaign", "Product line", "SKU", "sort title", "sort name"}
	numberFields = []string{"size", "width", "height", "duration"}
	timeFields   = []string{"created", "modified"}
)

func newMapping() mapping.IndexMapping {
	document := bleve.NewDocumentStaticMapping()
	add := func(m *mapping.FieldMapping, names []string) {
		m.Store, m.IncludeInAll = false, false
		for _, name := range names {
			document.AddFieldMappingsAt(name, m)
		}
	}
	text := bleve.NewTextFieldMapping()
	text.Analyzer, text.DocValues = en.AnalyzerName, false
	add(text, textFields)
	add(bleve.NewKeywordFieldMapping(), keywordFields)
	add(bleve.NewNumericFieldMapping(), numberFields)
	add(bleve.NewDateTimeFieldMapping(), timeFields)
	m := bleve.NewIndexMapping()
	m.DefaultMapping, m.ScoringModel = document, "bm25"
	return m
}

// Put indexes assets in one batch.
func (x *Index) Put(assets []*semdex.Asset) error {
	batch := x.bleve.NewBatch()
	for _, a := range assets {
		if err := batch.Index(string(a.ID), document(a)); err != nil {
			return err
		}
	}
	return x.bleve.Batch(batch)
}

// Close closes the index.
func (x *Index) Close() error { return x.bleve.Close() }

func document(a *semdex.Asset) map[string]any {
	var title, other []string
	for _, lang := range a.Title.Languages() {
		title = append(title, a.Title[lang])
	}
	for _, t := range []semdex.Text{a.Description, a.Alt} {
		for _, lang := range t.Languages() {
			other = append(other, t[lang])
		}
	}
	labels := append(append([]string{}, a.Tags...), a.Keywords...)
	other = append(append(append(append(other, title...), labels...), a.Albums...), a.Name, a.Credit, a.Copyright)
	d := map[string]any{
		"title": title, "labels": labels, "concepts": a.Concepts, "tags": a.Tags, "keywords": a.Keywords, "type": a.Type, "album": a.Albums,
		"source": a.ID.Source(), "approval": string(a.Approval), "year": a.Created.Format("2006"), "created": a.Created, "modified": a.Modified,
		"size": float64(a.Size), "width": float64(a.Width), "height": float64(a.Height), "duration": a.Duration,
		"sort title": strings.ToLower(a.Title.In("en")), "sort name": strings.ToLower(a.Name),
	}
	for name, values := range a.Fields {
		d[name] = values
		other = append(other, values...)
	}
	if a.Rights != nil {
		d["territory"], d["until"] = a.Rights.Territories, string(a.Rights.ValidUntil)
	}
	d["text"] = other
	return d
}

// Request is a word or some concepts, with what every request of a reader brings.
type Request struct {
	Word     string
	Concepts []string // URIs, beside the word
	On       semdex.Date
	Facets   []string // keyword fields
}

// Search gives how many approved assets, in rights on the day, suit the request; the best 20 are found too.
func (x *Index) Search(ctx context.Context, r Request) (int, error) {
	word := bleve.NewMatchQuery(r.Word)
	word.SetField("text")
	wanted := []query.Query{word}
	for _, c := range r.Concepts {
		q := bleve.NewTermQuery(c)
		q.SetField("concepts")
		wanted = append(wanted, q)
	}
	search := bleve.NewSearchRequestOptions(permitted(bleve.NewDisjunctionQuery(wanted...), r.On), 20, 0, false)
	for _, f := range r.Facets {
		search.AddFacet(f, bleve.NewFacetRequest(f, 20))
	}
	result, err := x.bleve.SearchInContext(ctx, search)
	if err != nil {
		return 0, err
	}
	return int(result.Total), nil
}

// permitted bounds a query to what a plain key sees.
func permitted(wanted query.Query, on semdex.Date) query.Query {
	approved := bleve.NewTermQuery(string(semdex.Approved))
	approved.SetField("approval")
	over := bleve.NewTermRangeQuery("0", string(on))
	over.SetField("until")
	b := bleve.NewBooleanQuery()
	b.AddMust(wanted, approved)
	b.AddMustNot(over)
	return b
}
