package main

import (
	"bytes"
	stdcontext "context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"semdex"
	"semdex/graph"
	"semdex/graph/rdf"
	"semdex/indexer"
	"semdex/indexer/files"
	"semdex/search"
	"semdex/search/local"
)

// answers tells what Semdex itself answers over the library, so that simulated people click on hits that are there.
type answers struct {
	index   *local.Index
	service *search.Service
	created map[semdex.AssetID]time.Time
	now     time.Time
	known   map[string]*answer
}

// answer is what a plain key finds on a day.
type answer struct {
	ids       []string // best first
	rank      map[string]int
	expansion map[string]bool // what only expansion found
	concepts  []string
	added     []string
	kinds     []string
}

// records are the assets by id.
type records map[semdex.AssetID]*semdex.Asset

func (r records) Asset(id semdex.AssetID) (*semdex.Asset, error) { return r[id], nil }

// settings are those of semdex.yaml.
var settings = search.Settings{Languages: []string{"en", "de"}, Dimensions: []search.Dimension{
	{Name: "topic", HasScheme: true, Scheme: "https://voc.firnhain.example/topics"},
	{Name: "product", Field: "field:Product", HasScheme: true, Scheme: "https://voc.firnhain.example/products", ByNotation: true},
	{Name: "region", Field: "field:Region", HasScheme: true, Scheme: "https://voc.firnhain.example/regions", ByNotation: true},
	{Name: "audience", Field: "field:Audience", HasScheme: true, Scheme: "https://voc.firnhain.example/audiences"},
	{Name: "campaign", Field: "field:Campaign"},
}}

// prefix begins the ids of assets; events leave it out.
const prefix = "brand"

// openAnswers makes an index of the library in dir, in the folder scratch.
func openAnswers(dir, scratch string) (*answers, error) {
	index, err := local.Open(scratch, settings.Languages)
	if err != nil {
		return nil, err
	}
	a := &answers{index: index, created: map[semdex.AssetID]time.Time{}, known: map[string]*answer{}}
	kept := records{}
	var changes []local.Change
	_, err = (&files.Source{Prefix: prefix, Path: filepath.Join(dir, "assets.jsonl")}).Fetch(stdcontext.Background(), nil, func(i indexer.Item) error {
		if i.Asset != nil {
			kept[i.Asset.ID], a.created[i.Asset.ID] = i.Asset, i.Asset.Created
			changes = append(changes, local.Change{ID: i.Asset.ID, Asset: i.Asset})
		}
		return nil
	})
	if err == nil {
		err = index.Apply(stdcontext.Background(), changes, 1)
	}
	if err != nil {
		return nil, err
	}
	body, err := os.ReadFile(filepath.Join(dir, "taxonomy.ttl"))
	if err != nil {
		return nil, err
	}
	triples, err := rdf.Collect(stdcontext.Background(), bytes.NewReader(body), rdf.Options{Format: rdf.Turtle})
	if err != nil {
		return nil, err
	}
	a.service = search.New(search.Options{Engine: index, Records: kept, Settings: settings, Now: func() time.Time { return a.now }, NewID: func() string { return "" }})
	a.service.SetVocabulary(graph.Build(graph.Document{Name: "taxonomy.ttl", Triples: triples}))
	return a, nil
}

// ask searches as somebody did on a day; kind, if any, is the type that is filtered by.
func (a *answers) ask(q, lang, kind string, at time.Time) (*answer, error) {
	day := at.Format(time.DateOnly)
	key := strings.Join([]string{q, lang, kind, day}, "\n")
	if known := a.known[key]; known != nil {
		return known, nil
	}
	a.now = at.Truncate(24 * time.Hour)
	r := search.Request{Query: q, Lang: lang, Limit: 1000, Access: search.Access{Use: semdex.Use{On: semdex.Date(day)}}}
	if kind != "" {
		r.Filters = map[string][]string{"type": {kind}}
	}
	found, err := a.service.Search(stdcontext.Background(), r)
	if err != nil {
		return nil, err
	}
	out := &answer{rank: map[string]int{}, expansion: map[string]bool{}}
	for i := range found.Hits {
		h := &found.Hits[i]
		if !a.created[h.ID].Before(a.now) {
			continue
		}
		id := strings.TrimPrefix(string(h.ID), prefix+":")
		out.ids = append(out.ids, id)
		out.rank[id], out.expansion[id] = len(out.ids), h.Matched.Found == semdex.FoundByExpansion
	}
	for i := range found.Expansion.Concepts {
		c := &found.Expansion.Concepts[i]
		out.concepts = appendNew(out.concepts, string(c.URI))
		if c.Matched != nil {
			out.kinds = appendNew(out.kinds, c.Matched.Kind)
		}
		for _, added := range c.Added {
			if len(out.added) < semdex.MaxSearchAdded {
				out.added = appendNew(out.added, string(added.URI))
			}
		}
	}
	a.known[key] = out
	return out, nil
}

// page gives what only expansion found among the first hits.
func (a *answer) page() []string {
	var out []string
	for _, id := range a.ids[:min(search.DefaultLimit, len(a.ids))] {
		if a.expansion[id] {
			out = append(out, id)
		}
	}
	return out
}

// foundBy says by what a hit was found.
func (a *answer) foundBy(id string) string {
	if a.expansion[id] {
		return semdex.FoundByExpansion
	}
	return semdex.FoundByText
}

func appendNew(list []string, v string) []string {
	for _, known := range list {
		if known == v {
			return list
		}
	}
	return append(list, v)
}
