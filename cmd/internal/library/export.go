package library

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/graph/rdf"
	"semdex/search"
)

// Names of the properties by which exported triples describe assets.
const (
	nsDCT         = "http://purl.org/dc/terms/"
	nsRDF         = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	typeAsset     = "https://schema.org/MediaObject"
	assetIRI      = "urn:semdex:asset:"
	propSubject   = nsDCT + "subject"
	propTitle     = nsDCT + "title"
	propID        = nsDCT + "identifier"
	propModified  = nsDCT + "modified"
	typeDateTime  = "http://www.w3.org/2001/XMLSchema#dateTime"
	propType      = nsRDF + "type"
	propMediaType = nsDCT + "format"
)

// ExportGraph writes the whole graph as N-Triples: the vocabularies as they are in use, every asset as a
// schema:MediaObject with its id and titles, and every link from an asset to a concept as dct:subject.
func (l *Library) ExportGraph(_ context.Context, w io.Writer) error {
	out := rdf.NewWriter(w)
	if err := l.graph.Load().Export(out.Write); err != nil {
		return err
	}
	reader := l.search.Reader()
	defer reader.Release()
	err := l.mirror.Each(func(a *semdex.Asset) error { return exportAsset(out, a, reader) })
	if err != nil {
		return err
	}
	return out.Flush()
}

func exportAsset(out *rdf.Writer, a *semdex.Asset, reader *search.Reader) error {
	subject := rdf.Term{Kind: rdf.IRI, Value: assetIRI + url.PathEscape(string(a.ID))}
	var err error
	emit := func(property string, object rdf.Term) {
		if err == nil {
			err = out.Write(rdf.Triple{Subject: subject, Predicate: rdf.Term{Kind: rdf.IRI, Value: property}, Object: object})
		}
	}
	emit(propType, rdf.Term{Kind: rdf.IRI, Value: typeAsset})
	emit(propID, rdf.Term{Kind: rdf.Literal, Value: string(a.ID)})
	for _, lang := range a.Title.Languages() {
		emit(propTitle, rdf.Term{Kind: rdf.Literal, Value: strings.ToValidUTF8(a.Title[lang], "\uFFFD"), Lang: lang})
	}
	if a.MIME != "" {
		emit(propMediaType, rdf.Term{Kind: rdf.Literal, Value: a.MIME})
	}
	if !a.Modified.IsZero() {
		emit(propModified, rdf.Term{Kind: rdf.Literal, Value: a.Modified.UTC().Format("2006-01-02T15:04:05Z"), Datatype: typeDateTime})
	}
	for _, c := range reader.ConceptsOf(a) {
		emit(propSubject, rdf.Term{Kind: rdf.IRI, Value: string(c)})
	}
	return err
}

// ExportAssets writes all assets, one JSON object a line, in the form in which the files source reads them.
func (l *Library) ExportAssets(_ context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := l.mirror.Each(func(a *semdex.Asset) error { return encoder.Encode(a) }); err != nil {
		return err
	}
	return out.Flush()
}

// ExportEvents writes all usage events, one JSON object a line, by time.
func (l *Library) ExportEvents(ctx context.Context, w io.Writer) error {
	store, err := l.usage.open()
	if err != nil {
		return err
	}
	if err := store.Flush(ctx); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := store.Export(ctx, func(e semdex.Event) error { return encoder.Encode(e) }); err != nil {
		return err
	}
	return out.Flush()
}

// ExportState writes what mirror, index, graph and event log hold in a form without clocks and segment
// numbers, so that two libraries that went different ways to the same content give the same bytes.
func (l *Library) ExportState(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	changes, err := l.mirror.Changes(0, 1<<62)
	if err != nil {
		return err
	}
	for _, c := range changes {
		fmt.Fprintf(out, "change %d %c %t %q\n", c.Number, c.Kind, c.Deleted, c.ID)
	}
	fmt.Fprintln(out, "assets")
	if err := out.Flush(); err != nil {
		return err
	}
	if err := l.ExportAssets(ctx, w); err != nil {
		return err
	}
	fmt.Fprintln(out, "graph")
	if err := out.Flush(); err != nil {
		return err
	}
	if err := l.ExportGraph(ctx, w); err != nil {
		return err
	}
	if err := l.exportIndex(out); err != nil {
		return err
	}
	return l.exportEventState(ctx, out)
}

func (l *Library) exportIndex(out *bufio.Writer) error {
	applied, err := l.index.Applied()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "index through %d\n", applied)
	lines, err := l.index.get().Dump()
	if err != nil {
		return err
	}
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	return nil
}

// exportEventState writes the events without the moment at which they were received.
func (l *Library) exportEventState(ctx context.Context, out *bufio.Writer) error {
	store, err := l.usage.open()
	if err != nil {
		return err
	}
	if err := store.Flush(ctx); err != nil {
		return err
	}
	fmt.Fprintln(out, "events")
	var lines []string
	err = store.Export(ctx, func(e semdex.Event) error {
		e.ReceivedAt = time.Time{}
		body, err := json.Marshal(e)
		lines = append(lines, string(body))
		return err
	})
	if err != nil {
		return err
	}
	slices.Sort(lines)
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	return out.Flush()
}

// ExportParquet writes all usage events, and the assets, values and concepts that explain them, as Parquet files into a folder.
func (l *Library) ExportParquet(ctx context.Context, dir string) error {
	store, err := l.usage.open()
	if err != nil {
		return err
	}
	d := l.reported()
	defer d.Release()
	return store.ExportParquet(ctx, d, dir)
}
