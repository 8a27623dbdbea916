package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"semdex/graph/rdf"
)

// This file counts the usage of the brand library a second time, in the plainest way that design allows: from
// the files themselves, event by event, with a reading of the vocabulary of its own.

const skos = "http://www.w3.org/2004/02/skos/core#"

// thesaurus is the vocabulary as it stands in the file.
type thesaurus struct {
	labels, notations, schemes, up map[string][]string
	pref                           map[string]string // English
	all                            []string
}

func readThesaurus(t *testing.T, path string) *thesaurus {
	t.Helper()
	th := &thesaurus{pref: map[string]string{}}
	for _, m := range []*map[string][]string{&th.labels, &th.notations, &th.schemes, &th.up} {
		*m = map[string][]string{}
	}
	err := rdf.DecodeFile(context.Background(), path, rdf.Options{}, func(x rdf.Triple) error {
		s, p, o := x.Subject.Value, x.Predicate.Value, x.Object.Value
		switch strings.TrimPrefix(p, skos) {
		case "http://www.w3.org/1999/02/22-rdf-syntax-ns#type":
			if o == skos+"Concept" {
				th.all = append(th.all, s)
			}
		case "prefLabel":
			if x.Object.Lang == "en" {
				th.pref[s] = o
			}
			th.labels[s] = append(th.labels[s], o)
		case "altLabel", "hiddenLabel":
			th.labels[s] = append(th.labels[s], o)
		case "notation":
			th.notations[s] = append(th.notations[s], o)
		case "inScheme", "topConceptOf":
			th.schemes[s] = append(th.schemes[s], o)
		case "hasTopConcept":
			th.schemes[o] = append(th.schemes[o], s)
		case "broader":
			th.up[s] = append(th.up[s], o)
		case "narrower":
			th.up[o] = append(th.up[o], s)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(th.all)
	return th
}

// strict is a label but for case and spaces, loose its words without accents and signs.
func strict(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(s), "ß", "ss")), " ")
}

func loose(s string) string {
	s = strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "é", "e", "è", "e", "ø", "o", "å", "a", "’", " ", "'", " ").Replace(strict(s))
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }), " ")
}

// named gives the concepts of a scheme, of any where it is empty, that s is a label of.
func (th *thesaurus) named(s, scheme string) []string {
	for _, form := range []func(string) string{strict, loose} {
		found := th.where(scheme, func(c string) bool {
			return slices.ContainsFunc(th.labels[c], func(l string) bool { return form(l) == form(s) })
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

func (th *thesaurus) noted(s, scheme string) []string {
	return th.where(scheme, func(c string) bool { return slices.Contains(th.notations[c], s) })
}

func (th *thesaurus) where(scheme string, is func(string) bool) (found []string) {
	for _, c := range th.all {
		if (scheme == "" || slices.Contains(th.schemes[c], scheme)) && is(c) {
			found = append(found, c)
		}
	}
	return found
}

func (th *thesaurus) has(uri string) bool { return slices.Contains(th.all, uri) }

// counted gives what an event of concept c counts for: c and, unless direct, all that is broader. What c is
// mapped to, or what took its place, is another concept.
func (th *thesaurus) counted(c string, direct bool) map[string]bool {
	set := map[string]bool{c: true}
	for open := []string{c}; len(open) > 0 && !direct; open = open[1:] {
		for _, up := range th.up[open[0]] {
			if !set[up] {
				set[up] = true
				open = append(open, up)
			}
		}
	}
	return set
}

// path is the first by name of all ways from the top to c.
func (th *thesaurus) path(c string) []string {
	var best []string
	for _, up := range th.up[c] {
		if p := th.path(up); best == nil || slices.Compare(p, best) < 0 {
			best = p
		}
	}
	return append(slices.Clone(best), th.pref[c])
}

// axis is a dimension of the brand library's configuration.
type axis struct {
	name, field, scheme string
	byNotation          bool
}

const voc = "https://voc.firnhain.example/"

var axes = []axis{
	{"topic", "", voc + "topics", false},
	{"product", "Product", voc + "products", true},
	{"region", "Region", voc + "regions", true},
	{"audience", "Audience", voc + "audiences", false},
	{"campaign", "Campaign", "", false},
	{"channel", "", "", false},
}

// value is one value of a dimension: its cells in a report.
type value struct{ name, uri, path string }

type brandAsset struct {
	ID                       string
	Concepts, Tags, Keywords []string
	Fields                   map[string][]string
}

type brandEvent struct {
	Type       string
	OccurredAt time.Time `json:"occurred_at"`
	Asset      string    `json:"asset_id"`
	Concepts   []string
	Actor      struct{ ID string }
	Context    map[string]string
	Count      *int64
}

// brandLibrary is everything that counts.
type brandLibrary struct {
	th     *thesaurus
	assets map[string]brandAsset
	linked map[string][]string // asset -> concepts
	events []brandEvent
}

func readBrand(t *testing.T, dir string) *brandLibrary {
	t.Helper()
	b := &brandLibrary{th: readThesaurus(t, filepath.Join(dir, "taxonomy.ttl")), assets: map[string]brandAsset{}, linked: map[string][]string{}}
	eachJSON(t, filepath.Join(dir, "assets.jsonl"), func(a brandAsset) {
		b.assets[a.ID] = a
		b.linked[a.ID] = b.link(a)
	})
	eachJSON(t, filepath.Join(dir, "events.jsonl"), func(e brandEvent) { b.events = append(b.events, e) })
	return b
}

func eachJSON[T any](t *testing.T, path string, take func(T)) {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(body)) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		take(v)
	}
}

// link gives the concepts of an asset: those named in its concepts by URI, notation or a label that is one
// concept's alone; those that a tag or keyword names, by a label that is one concept's alone in a dimension's
// scheme; and those that the field of a dimension names in its scheme.
func (b *brandLibrary) link(a brandAsset) (out []string) {
	th := b.th
	one := func(found []string) bool {
		if len(found) == 1 {
			out = append(out, found[0])
		}
		return len(found) > 0
	}
	for _, v := range a.Concepts {
		_ = th.has(v) && one([]string{v}) || one(th.noted(v, "")) || one(th.named(v, ""))
	}
	for _, v := range slices.Concat(a.Tags, a.Keywords) {
		for _, x := range axes {
			if x.scheme != "" {
				one(th.named(v, x.scheme))
			}
		}
	}
	for _, x := range axes {
		for _, v := range a.Fields[x.field] {
			if x.scheme != "" {
				_ = x.byNotation && one(th.noted(v, x.scheme)) || one(th.named(v, x.scheme))
			}
		}
	}
	return out
}

// concepts gives the values that concepts stand for in a dimension.
func (b *brandLibrary) concepts(x axis, concepts []string, direct bool) map[value]bool {
	out := map[value]bool{}
	for _, c := range concepts {
		if !b.th.has(c) {
			continue
		}
		for up := range b.th.counted(c, direct) {
			if slices.Contains(b.th.schemes[up], x.scheme) {
				out[value{b.th.pref[up], up, strings.Join(b.th.path(up), " > ")}] = true
			}
		}
	}
	return out
}

// ofAsset gives an asset's values; what its field says and no concept is called is a value by itself.
func (b *brandLibrary) ofAsset(x axis, id string, direct bool) map[value]bool {
	out := map[value]bool{}
	if x.scheme != "" {
		out = b.concepts(x, b.linked[id], direct)
	}
	for _, v := range b.assets[id].Fields[x.field] {
		named := x.scheme != "" && (len(b.th.named(v, x.scheme)) == 1 || x.byNotation && len(b.th.noted(v, x.scheme)) == 1)
		if x.field != "" && !named {
			out[plain(x, v)] = true
		}
	}
	return out
}

func plain(x axis, name string) value {
	if x.scheme == "" {
		return value{name: name}
	}
	return value{name: name, path: name}
}

// of gives an event's values: those of its own word, else of its asset, else of the concepts it named.
func (b *brandLibrary) of(x axis, e brandEvent, direct bool) map[value]bool {
	if word := e.Context[x.name]; word != "" {
		if x.scheme != "" {
			found := b.th.named(word, x.scheme)
			if b.th.has(word) {
				found = []string{word}
			} else if len(found) == 0 {
				found = b.th.noted(word, x.scheme)
			}
			if len(found) == 1 {
				return b.concepts(x, found, direct)
			}
		}
		return map[value]bool{plain(x, word): true}
	}
	out := b.ofAsset(x, strings.TrimPrefix(e.Asset, "brand:"), direct)
	if len(out) == 0 && strings.HasPrefix(e.Type, "search.") && x.scheme != "" {
		out = b.concepts(x, e.Concepts, direct)
	}
	return out
}

// question is a report to make.
type question struct {
	args     []string // of the command
	by       []string
	filter   map[string]string
	direct   bool
	monthsIn string
	from, to string
}

// tally is what a row counts.
type tally struct {
	counts        [6]int64 // events, views, downloads, shares, placements, searches
	assets, users map[string]bool
}

var columnOf = map[string]int{"asset.view": 1, "asset.download": 2, "asset.share": 3, "asset.placed": 4, "asset.embed": 4, "search.executed": 5}

func (r *tally) add(e brandEvent) {
	n := int64(1)
	if e.Count != nil {
		n = *e.Count
	}
	r.counts[0] += n
	if column := columnOf[e.Type]; column > 0 {
		r.counts[column] += n
	}
	if e.Asset != "" {
		r.assets[strings.TrimPrefix(e.Asset, "brand:")] = true
	}
	if e.Actor.ID != "" {
		r.users[e.Actor.ID] = true
	}
}

// report makes the rows, without the header.
func (b *brandLibrary) report(t *testing.T, q question) [][]string {
	t.Helper()
	zone, err := time.LoadLocation(cmp.Or(q.monthsIn, "Europe/Berlin"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]*tally{}
	for _, e := range b.events {
		day := e.OccurredAt.In(zone).Format(time.DateOnly)
		if !b.wanted(q, e) || q.from != "" && day < q.from || q.to != "" && day > q.to {
			continue
		}
		keys := [][]string{nil}
		if q.monthsIn != "" {
			keys = [][]string{{e.OccurredAt.In(zone).Format("2006-01")}}
		}
		for _, name := range q.by {
			keys = b.spread(keys, axisNamed(name), e, q.direct)
		}
		for _, k := range keys {
			key := strings.Join(k, "\x00")
			if rows[key] == nil {
				rows[key] = &tally{assets: map[string]bool{}, users: map[string]bool{}}
			}
			rows[key].add(e)
		}
	}
	return sorted(rows)
}

func axisNamed(name string) axis {
	return axes[slices.IndexFunc(axes, func(x axis) bool { return x.name == name })]
}

// spread adds the cells of an event's values in one dimension to each of keys.
func (b *brandLibrary) spread(keys [][]string, x axis, e brandEvent, direct bool) (out [][]string) {
	values := b.of(x, e, direct)
	if len(values) == 0 {
		values[value{name: "(none)"}] = true
	}
	for _, k := range keys {
		for v := range values {
			cells := []string{v.name}
			if x.scheme != "" {
				cells = []string{v.name, v.uri, v.path}
			}
			out = append(out, append(slices.Clone(k), cells...))
		}
	}
	return out
}

func (b *brandLibrary) wanted(q question, e brandEvent) bool {
	for name, want := range q.filter {
		values := b.of(axisNamed(name), e, q.direct)
		fits := strings.EqualFold(e.Context[name], want) || want == "(none)" && len(values) == 0
		for v := range values {
			fits = fits || strings.EqualFold(v.name, want) || v.uri == want
		}
		if !fits {
			return false
		}
	}
	return true
}

func sorted(rows map[string]*tally) (out [][]string) {
	keys := slices.SortedFunc(maps.Keys(rows), func(a, b string) int {
		return cmp.Or(-cmp.Compare(rows[a].counts[0], rows[b].counts[0]), slices.Compare(strings.Split(a, "\x00"), strings.Split(b, "\x00")))
	})
	for _, key := range keys {
		r, row := rows[key], strings.Split(key, "\x00")
		for _, n := range r.counts {
			row = append(row, fmt.Sprint(n))
		}
		out = append(out, append(row, fmt.Sprint(len(r.assets)), fmt.Sprint(len(r.users))))
	}
	return out
}

// TestReportsEqualAPlainCount guards the numbers of reports, all columns of all rows.
func TestReportsEqualAPlainCount(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes; not with -short")
	}
	dir := brandFolder(t)
	output(t, dir, "index")
	b := readBrand(t, dir)
	if len(b.th.all) != 225 || len(b.assets) != 448 || len(b.events) != 5230 {
		t.Fatalf("read %d concepts, %d assets, %d events", len(b.th.all), len(b.assets), len(b.events))
	}
	questions := []question{
		{by: []string{"topic", "region"}},
		{by: []string{"topic", "region"}, direct: true, args: []string{"--direct"}},
		{by: []string{"topic"}, monthsIn: "Europe/Berlin", args: []string{"--interval", "month", "--tz", "Europe/Berlin"}},
		{by: []string{"region"}, monthsIn: "UTC", args: []string{"--interval", "month", "--tz", "UTC"}},
		{by: []string{"campaign", "channel"}},
		{by: []string{"campaign"}, filter: map[string]string{"region": "DACH"}, args: []string{"--filter", "region=DACH"}},
		{by: []string{"region"}, filter: map[string]string{"topic": voc + "topics/activities"}, args: []string{"--filter", "topic=" + voc + "topics/activities"}},
		{by: []string{"topic"}, filter: map[string]string{"region": "(none)"}, args: []string{"--filter", "region=(none)"}},
		{by: []string{"product", "audience"}},
		{by: []string{"region", "topic"}, from: "2026-03-01", to: "2026-03-31", args: []string{"--from", "2026-03-01", "--to", "2026-03-31"}},
	}
	for _, q := range questions {
		args := append([]string{"report", "usage", "--by", strings.Join(q.by, ",")}, q.args...)
		t.Run(strings.Join(args[2:], " "), func(t *testing.T) {
			text := output(t, dir, args...)
			got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			compareRows(t, got[1:], b.report(t, q))
			if want := header(q); !slices.Equal(got[0], want) {
				t.Errorf("the header is %v, want %v", got[0], want)
			}
		})
	}
}

func header(q question) (out []string) {
	if q.monthsIn != "" {
		out = append(out, "period")
	}
	for _, name := range q.by {
		out = append(out, name)
		if axisNamed(name).scheme != "" {
			out = append(out, name+"_uri", name+"_path")
		}
	}
	return append(out, "events", "views", "downloads", "shares", "placements", "searches", "unique_assets", "unique_users")
}

func compareRows(t *testing.T, got, want [][]string) {
	t.Helper()
	if len(want) < 5 {
		t.Errorf("only %d rows are to be expected: this compares nothing", len(want))
	}
	if len(got) != len(want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	wrong := 0
	for i := range min(len(got), len(want)) {
		if !slices.Equal(got[i], want[i]) {
			if wrong++; wrong <= 5 {
				t.Errorf("row %d:\n got %q\nwant %q", i+1, got[i], want[i])
			}
		}
	}
	t.Logf("%d rows compared", len(want))
}
