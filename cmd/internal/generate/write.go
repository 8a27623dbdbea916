package generate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"semdex"
)

// WriteAssets writes the whole library, one JSON object a line.
func (l *Library) WriteAssets(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<20)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := range l.Assets {
		if err := enc.Encode(l.Asset(n)); err != nil {
			return fmt.Errorf("asset %d: %w", n, err)
		}
	}
	return out.Flush()
}

// WriteEvents writes n events of use, one JSON object a line: some assets are used much, most never.
func (l *Library) WriteEvents(w io.Writer, n int) error {
	out := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	r := l.random('e', 0)
	used := newSampler(curve{{1, 1}, {10_000, .0001}}.weights(min(l.Assets, 10_000)))
	types := []string{semdex.AssetView, semdex.AssetView, semdex.AssetView, semdex.AssetDownload, semdex.AssetPlaced}
	for i := range n {
		asset := used.draw(r) * max(1, l.Assets/10_000)
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
		e := semdex.Event{ID: fmt.Sprintf("e%d", i), Type: types[r.IntN(len(types))], OccurredAt: at, Asset: fmt.Sprintf("files:a%d", asset)}
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
	}
	return out.Flush()
}

func (l *Library) writeUse(w io.Writer) error {
	if l.Use == 0 {
		return l.WriteEvents(w, Events)
	}
	return l.WriteYear(w, l.Use)
}

// WriteYear writes n events of a year, in the order of time: few assets and people much, most of them little, by region and campaign.
func (l *Library) WriteYear(w io.Writer, n int) error {
	out := bufio.NewWriterSize(w, 1<<16)
	r := l.random('y', 0)
	assets, people := newSampler(curve{{1, 1}, {l.Assets, .0005}}.weights(l.Assets)), newSampler(curve{{1, 1}, {20_000, .001}}.weights(20_000))
	types := []string{semdex.AssetView, semdex.AssetView, semdex.AssetView, semdex.AssetDownload, semdex.AssetPlaced}
	var line []byte
	for i := range n {
		e := semdex.Event{ID: fmt.Sprintf("y%d", i), Type: types[r.IntN(len(types))],
			OccurredAt: time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(float64(i) / float64(n) * 365 * float64(24*time.Hour))).Truncate(time.Microsecond),
			Asset:      fmt.Sprintf("files:a%d", assets.draw(r)*7919%l.Assets), Actor: semdex.Actor{ID: fmt.Sprintf("u_%08x", people.draw(r))},
			Context: map[string]string{"region": l.fields["Region"][r.IntN(len(l.fields["Region"]))], "campaign": fmt.Sprintf("Campaign %d", r.IntN(20))}}
		var err error
		if line, err = semdex.AppendEvent(line[:0], &e); err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

// Write writes the vocabulary as Turtle.
func (v *Vocabulary) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n")
	for _, scheme := range []struct{ uri, name string }{{Topics, "Topics"}, {Products, "Products"}} {
		fmt.Fprintf(out, "<%s> a skos:ConceptScheme ; skos:prefLabel %q@en .\n", scheme.uri, scheme.name)
	}
	for i := range v.Concepts {
		v.write(out, i)
	}
	return out.Flush()
}

var labelProperty = map[semdex.LabelKind]string{semdex.PrefLabel: "prefLabel", semdex.AltLabel: "altLabel", semdex.HiddenLabel: "hiddenLabel"}

func (v *Vocabulary) write(out io.Writer, n int) {
	c := &v.Concepts[n]
	said := []string{"a skos:Concept", fmt.Sprintf("skos:inScheme <%s>", c.Scheme), fmt.Sprintf("skos:notation %q", c.Notation)}
	for _, l := range c.Labels {
		said = append(said, fmt.Sprintf("skos:%s %q@%s", labelProperty[l.Kind], l.Text, l.Lang))
	}
	for _, b := range c.Broader {
		said = append(said, fmt.Sprintf("skos:broader <%s>", v.Concepts[b].URI))
	}
	for _, r := range c.Related {
		said = append(said, fmt.Sprintf("skos:related <%s>", v.Concepts[r].URI))
	}
	if len(c.Broader) == 0 {
		said = append(said, fmt.Sprintf("skos:topConceptOf <%s>", c.Scheme))
	}
	fmt.Fprintf(out, "\n<%s> %s .\n", c.URI, strings.Join(said, " ;\n\t"))
}
