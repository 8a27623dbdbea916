package library

import (
	"context"
	"os"
	"time"

	"semdex"
	"semdex/analytics"
	"semdex/api"
	"semdex/search"
)

// Reports lists the reports.
func (l *Library) Reports() []api.ReportInfo {
	d := l.reported()
	defer d.Release()
	var names []string
	for _, dim := range d.Names() {
		names = append(names, dim.Name)
	}
	var out []api.ReportInfo
	for _, def := range analytics.Reports {
		info := api.ReportInfo{Name: def.Name, Title: def.Title, Description: def.About, Formula: def.Formula, Columns: def.Columns}
		if def.Groups {
			info.Dimensions = names
		}
		out = append(out, info)
	}
	return out
}

// Report runs a report.
func (l *Library) Report(ctx context.Context, name string, r analytics.Request) (*analytics.Report, error) {
	store, err := l.usage.open()
	if err != nil {
		return nil, err
	}
	if r.TZ == nil {
		r.TZ = l.config.Zone
	}
	d := l.reported()
	defer d.Release()
	report, err := store.Report(ctx, d, name, r)
	if err != nil {
		return nil, err
	}
	report.Library = l.name
	return report, nil
}

// keepSums brings the sums of usage up to date that reports take, if the usage store is open.
func (l *Library) keepSums(ctx context.Context) error {
	store := l.usage.opened()
	if store == nil {
		return nil
	}
	d := l.reported()
	defer d.Release()
	return store.Keep(ctx, d, analytics.Rollup{By: keptDimensions, TZ: l.config.Zone})
}

// keptDimensions are those over which sums are kept, as far as the library has them.
var keptDimensions = []string{"topic", "region", "campaign"}

// reported gives reports one state of the library to ask.
func (l *Library) reported() *reported { return &reported{l, l.search.Reader()} }

// reported is a library in the words of analytics.
type reported struct {
	l *Library
	*search.Reader
}

func (d *reported) Names() []analytics.Dimension {
	var out []analytics.Dimension
	for _, dim := range d.Dimensions() {
		out = append(out, analytics.Dimension{Name: dim.Name, Hierarchical: dim.Hierarchical()})
	}
	return out
}

func (d *reported) OfAsset(dim string, id semdex.AssetID, direct bool) []analytics.Value {
	return values(d.Reader.OfAsset(dim, id, direct))
}

func (d *reported) OfRecord(dim string, a *semdex.Asset, direct bool) []analytics.Value {
	return values(d.Reader.OfRecord(dim, a, direct))
}

func (d *reported) OfContext(dim, value string, direct bool) []analytics.Value {
	return values(d.Reader.OfContext(dim, value, direct))
}

func (d *reported) OfConcepts(dim string, uris []string, direct bool) []analytics.Value {
	return values(d.Reader.OfConcepts(dim, uris, direct))
}

// Nearest gives the concept that comes nearest to words that found nothing.
func (d *reported) Nearest(words, lang string) (label, uri string) {
	label, id := d.Reader.Nearest(words, lang)
	return label, string(id)
}

func (d *reported) Parts(dim, uri string) []analytics.Value {
	return values(d.Reader.Parts(dim, semdex.ConceptID(uri)))
}

func values(in []search.DimensionValue) []analytics.Value {
	out := make([]analytics.Value, len(in))
	for i, v := range in {
		out[i] = analytics.Value{Name: v.Name, URI: string(v.URI), Path: v.Path}
	}
	return out
}

func (d *reported) Assets(yield func(*semdex.Asset) error) error { return d.l.mirror.Each(yield) }

func (d *reported) Past(yield func(a *semdex.Asset, until time.Time) error) error {
	return d.l.mirror.Past(yield)
}

func (d *reported) Duplicates(context.Context) ([][]semdex.AssetID, error) {
	d.l.duplicates.mu.Lock()
	defer d.l.duplicates.mu.Unlock()
	found, err := d.l.clustered()
	if err != nil {
		return nil, err
	}
	var out [][]semdex.AssetID
	for _, c := range found.clusters {
		group := []semdex.AssetID{c.Survivor}
		for _, m := range c.Assets {
			if m.ID != c.Survivor {
				group = append(group, m.ID)
			}
		}
		out = append(out, group)
	}
	return out, nil
}

func (d *reported) Today() semdex.Date { return semdex.DateOf(d.l.now().In(d.l.config.Zone)) }

func (d *reported) Rules() analytics.Rules {
	c := &d.l.config.Analytics.Reports
	rules := analytics.Rules{Missing: d.l.DenyMissingRights(), Languages: d.l.config.Languages, Currency: c.Currency, Rates: c.Rates, FindWithin: c.Within, MinGroup: d.l.config.Analytics.MinGroup}
	if c.UnitCost.Amount != nil {
		rules.UnitCost = &semdex.Money{Amount: *c.UnitCost.Amount, Currency: c.UnitCost.Currency}
	}
	if c.LowResults != nil {
		rules.LowResults = *c.LowResults
	}
	return rules
}

// Languages are those of the library; the first names things.
func (d *reported) Languages() []string { return d.l.config.Languages }

// Concepts yields the concepts of all vocabularies.
func (d *reported) Concepts(yield func(analytics.Concept) error) error {
	g := d.l.graph.Load()
	for c := range g.All() {
		concept := analytics.Concept{URI: string(g.ID(c)), Label: g.PrefLabel(c, d.l.config.Languages...)}
		for _, s := range g.SchemesOf(c) {
			concept.Schemes = append(concept.Schemes, string(g.Schemes()[s].ID))
		}
		for _, b := range g.Broader(c) {
			concept.Broader = append(concept.Broader, string(g.ID(b)))
		}
		if err := yield(concept); err != nil {
			return err
		}
	}
	return nil
}

// Ask answers an own question.
func (l *Library) Ask(ctx context.Context, q analytics.Question) (*analytics.Answer, error) {
	store, err := l.usage.open()
	if err != nil {
		return nil, err
	}
	d := l.reported()
	defer d.Release()
	return store.Ask(ctx, d, q)
}

// AnswererCommand is the one argument with which this program answers an own question (analytics.AnswerQuestion), for a server of it to start.
const AnswererCommand = "answer-question"

// answerer is the command line of that, none where the program does not know where it stands.
func answerer() []string {
	program, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{program, AnswererCommand}
}
