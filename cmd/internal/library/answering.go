package library

import (
	"context"

	"semdex"
	"semdex/api"
	"semdex/graph"
	"semdex/search"
)

// answering answers by one vocabulary: the service and the graph that it was made of.
type answering struct {
	service   *search.Service
	graph     *graph.Graph
	languages []string
}

// live answers by the vocabulary in use.
func (l *Library) live() *answering {
	return &answering{service: l.search, graph: l.graph.Load(), languages: l.config.Languages}
}

// Search answers a request.
func (a *answering) Search(ctx context.Context, r search.Request) (*search.Answer, error) {
	return a.service.Search(ctx, r)
}

// Facet gives the values of one facet.
func (a *answering) Facet(ctx context.Context, f search.FacetRequest, r search.Request) (*search.FacetCounts, error) {
	return a.service.Facet(ctx, f, r)
}

// Suggest completes what a reader types, and tells the schemes of the concepts by name.
func (a *answering) Suggest(ctx context.Context, r search.SuggestRequest) (*search.Suggestions, error) {
	for _, s := range a.graph.Schemes() {
		r.Schemes = append(r.Schemes, search.SchemeName{ID: s.ID, Name: s.Name(a.shown(r.Lang)...)})
	}
	return a.service.Suggest(ctx, r)
}

// shown are the languages that names are shown in, best first.
func (a *answering) shown(lang string) []string {
	if lang == "" {
		return a.languages
	}
	return append([]string{lang}, a.languages...)
}

// Concept gives one concept.
func (a *answering) Concept(ctx context.Context, uri, lang string, access search.Access) (*search.ConceptView, error) {
	return a.service.Concept(ctx, uri, lang, access)
}

// Concepts finds concepts by their labels.
func (a *answering) Concepts(ctx context.Context, q, scheme, lang string, offset, limit int, access search.Access) (int, []search.ConceptView, error) {
	return a.service.Concepts(ctx, q, semdex.SchemeID(scheme), lang, offset, limit, access)
}

// Tree gives the concepts below one, or the top ones.
func (a *answering) Tree(ctx context.Context, uri, scheme, lang string, access search.Access) ([]search.ConceptView, error) {
	return a.service.Tree(ctx, uri, semdex.SchemeID(scheme), lang, access)
}

// Schemes gives the concept schemes.
func (a *answering) Schemes(_ context.Context, lang string) ([]api.Scheme, error) {
	schemes := []api.Scheme{}
	for _, s := range a.graph.Schemes() {
		schemes = append(schemes, api.Scheme{URI: s.ID, Label: s.Name(a.shown(lang)...), Concepts: s.Size})
	}
	return schemes, nil
}
