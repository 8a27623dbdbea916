package search

import (
	"context"

	"semdex"
)

// Class is the kind of evidence that an asset suits a part of the query. The class decides before any
// score: a lower one always comes first.
type Class uint8

const (
	Tagged       Class = iota + 1 // bears the concept itself, or an exact match of it
	Words                         // has its exact words in a text
	Synonym                       // has another of its labels in a text
	Narrower                      // bears a narrower concept
	NarrowerText                  // has a label of a narrower concept in a text
	Related                       // bears a related concept
	RelatedText                   // has a label of a related concept in a text
)

// Value is a raw value that assets bear, as their source wrote it. Fields are "concepts", "tags",
// "keywords", "type", "album", "source", "approval" and, for custom fields, "field:" with the name.
type Value struct {
	Field string
	Value string
}

// CustomField gives the field of Value for a custom field of assets.
func CustomField(name string) string { return "field:" + name }

// Plan is a query in the terms of an engine: raw values and words, no concepts. It is all an engine needs.
type Plan struct {
	Groups  []Group  // parts of the query; an asset that suits more of them comes first
	Filters []Filter // all must hold
	Access  Access
	Sort    []SortKey // none: by score
	Offset  int
	Limit   int
	After   *Position // go on after this hit; Offset counts from there
	Facets  []Facet
}

// Group is one part of a query with all that counts as evidence for it; the best evidence counts.
type Group struct {
	Values   []ValueEvidence
	Texts    []TextEvidence
	Required bool // assets without evidence are left out
	Excluded bool // assets with evidence are left out
}

// ValueEvidence holds for the assets that bear the value.
type ValueEvidence struct {
	Value
	Class  Class
	Weight float64 // 0 to 1, orders within the class
	Reason int     // the caller's; comes back with the hit
}

// TextEvidence holds for the assets in which the words stand one after the other.
type TextEvidence struct {
	Terms  [][]string // for each position, the terms that may stand there
	Prefix bool       // the last term, its first form alone, is the beginning of a word
	Scored bool       // count how often and how rarely it stands (BM25); else standing there is enough
	Class  Class
	Weight float64
	Reason int
}

// Filter holds for the assets that bear one of its values, or lie in its range.
type Filter struct {
	Name   string // of the facet it belongs to, whose own counts it does not narrow
	Values []Value
	Range  *Range
	Not    bool // holds for all other assets
}

// Range bounds "created" or "modified" in Unix seconds, or a numeric field; both ends are included.
type Range struct {
	Field    string
	From, To int64
}

// Access says whose eyes the answer is for.
type Access struct {
	All         bool // everything, whatever its approval and rights
	Rights      bool // with All: what is not cleared for Use is left out all the same
	Use         semdex.Use
	DenyMissing bool // what has no rights record is refused
}

// SortKey orders hits by "score", "created", "modified", "title", "name", "size" or "id".
type SortKey struct {
	Field string
	Desc  bool
}

// SortFields are what SortKey may name.
var SortFields = []string{"score", "created", "modified", "title", "name", "size", "id"}

// Position is where a hit stands in the order of a plan.
type Position struct {
	Score  float64  `json:"s"`
	Keys   []string `json:"k,omitempty"` // one for each SortKey
	Create int64    `json:"c"`
	Tie    uint64   `json:"t"`
}

// Grouping sorts raw values into the groups of a facet or a comparison. Groups are numbered from 0; the
// number of a group never changes, new ones may come. An engine keeps what it asked by the Grouping's
// identity, so a changed vocabulary needs a new Grouping. It is safe for use by many goroutines.
type Grouping interface {
	// Fields are the fields whose values take part.
	Fields() []string
	// Groups gives the groups of a value, each once.
	Groups(v Value) []int32
}

// Facet asks for the assets in each group of a grouping, each asset counted once per group.
type Facet struct {
	Name string
	By   Grouping
}

// Result is what an engine finds for a plan.
type Result struct {
	Total  int
	Hits   []Found
	Counts [][]int // for each facet, by group number
}

// Found is one hit.
type Found struct {
	ID       semdex.AssetID
	Score    float64
	Matches  []Match // one for each group there is evidence for
	Position Position
}

// Match says which evidence for a group was the best.
type Match struct {
	Group  int
	Class  Class
	Reason int
	Value  *Value // for ValueEvidence, the value borne
}

// Engine finds assets. *local.Index satisfies it. All its methods are safe for use by many goroutines.
type Engine interface {
	// View pins one state of the index. Whoever asks releases it.
	View() View
}

// View is one immutable state of an index.
type View interface {
	Search(ctx context.Context, p *Plan) (*Result, error)
	// Overlap compares assets by the groups that they share with one asset.
	Overlap(ctx context.Context, o *Overlap) ([]Overlapping, error)
	// Titles finds assets by how words of their titles begin.
	Titles(ctx context.Context, t *TitleStart) ([]semdex.AssetID, error)
	// Values gives the distinct values of a field that were ever borne, in the order they came; later ones
	// are appended, so a caller goes on from the length it saw.
	Values(field string) []string
	// Fields gives the fields that have values.
	Fields() []string
	// Resolve gives the full ids that an id with leading parts left out may stand for, at most two.
	Resolve(id string) []semdex.AssetID
	// Len is the number of assets.
	Len() int
	// Generation changes whenever the state does.
	Generation() uint64
	Release()
}

// Overlap asks for the assets most like one of them. The likeness of two assets is twice the weight of the
// groups both are in, divided by the sum of the weights of each one's groups (D. Lin, An
// Information-Theoretic Definition of Similarity, ICML 1998), 0 to 1.
type Overlap struct {
	ID       semdex.AssetID
	By       Grouping
	Weights  []float64 // by group number; a group beyond the end weighs 0
	Access   Access
	MinScore float64
	Limit    int
}

// Overlapping is an asset like the one asked about, with the groups they share, heaviest first.
type Overlapping struct {
	ID     semdex.AssetID
	Score  float64
	Shared []int32
}
