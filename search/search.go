// Package search is the reader's side of Semdex: it reads a query, finds the concepts that it names, expands
// them through the vocabulary, makes one plan of it, has an engine run the plan, and puts the answer together
// with the reason for every hit.
//
// What always holds: a query sees one state of the vocabulary and one of the index, taken at its start. The
// index knows only what assets bear; which concept a value names, and what stands above it, is decided here,
// so a changed label or hierarchy needs nothing from the index. Evidence comes in classes (Class), and the
// class decides before any score. Expansion takes the best path to a concept, never a sum of paths.
//
// Reading (ReadQuery), linking (Labels, links) and expansion (Expand) are pure; Service is the shell.
package search

import (
	"semdex"
)

// Thesaurus is what search needs to know of a vocabulary. *graph.Graph satisfies it. Concepts are numbered
// from 0 to Len()-1.
type Thesaurus interface {
	Len() int
	Find(id semdex.ConceptID) (int32, bool)
	FindForeign(uri string) []int32
	ID(c int32) semdex.ConceptID
	Labels(c int32) []semdex.Label
	PrefLabel(c int32, langs ...string) string
	PathString(c int32, langs ...string) string
	Notations(c int32) []string
	Narrower(c int32) []int32
	Broader(c int32) []int32
	Ancestors(c int32) []int32
	Related(c int32) []int32
	ExactMatches(c int32) []int32
	CloseMatches(c int32) []int32
	NarrowMatches(c int32) []int32
	Deprecated(c int32) bool
	Successors(c int32) []int32
	InScheme(c int32, scheme semdex.SchemeID) bool
}

// Records gives the metadata of an asset, nil where there is none. *mirror.Mirror satisfies it.
type Records interface {
	Asset(id semdex.AssetID) (*semdex.Asset, error)
}
