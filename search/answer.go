package search

import (
	"semdex"
)

// Request is a search as a reader puts it.
type Request struct {
	Query   string
	Lang    string   // of the query; "" where it is not known
	Expand  Mode     // "" is the library's, else ExpandNarrower
	Depth   *int     // narrower levels that are followed, 0 for none; nil is the library's, else all
	Exclude []string // URIs or labels of concepts that are not expanded into, beside the library's
	Schemes []string // schemes, or dimensions that have one, that concepts of the query may come from; none is the library's, else all
	Filters map[string][]string
	Facets  []string
	Sort    []SortKey
	Offset  int
	Limit   int // 0 is DefaultLimit
	Page    int // of the answer, told back; 0 where the reader counts by offset or cursor
	Cursor  string
	Explain bool
	AsTyped bool // words that stand nowhere are not read as others
	Access  Access

	FacetLimit int // values of each facet; 0 is 20
}

const (
	DefaultLimit = 20
	MaxLimit     = 100    // hits in one answer
	MaxOffset    = 10_000 // beyond, cursors
)

// Answer is what a search finds.
type Answer struct {
	QueryID       string        `json:"query_id"`
	Query         string        `json:"q"`
	TookMS        float64       `json:"took_ms"`
	Total         int           `json:"total"`
	TotalRelation string        `json:"total_relation"` // always "eq": totals are counted, not estimated
	Page          int           `json:"page,omitempty"`
	PerPage       int           `json:"per_page"`
	TotalPages    int           `json:"total_pages"`
	NextCursor    string        `json:"next_cursor,omitempty"`
	Ignored       int           `json:"ignored,omitempty"` // words of the query beyond the first 64 parts, which were not searched for
	Corrections   []Correction  `json:"corrections,omitempty" doc:"words of the query that stand nowhere, and what was searched for instead"`
	DidYouMean    string        `json:"did_you_mean,omitempty" doc:"a query that was perhaps meant; nothing of it was searched for"`
	Offers        []Offer       `json:"offers,omitempty" doc:"where nothing was found: concepts near those that the query named, at most 10"`
	Without       []Without     `json:"without,omitempty" doc:"where nothing was found: the filters each of which, left out, would give hits"`
	Expansion     Expansion     `json:"expansion"`
	Hits          []Hit         `json:"hits"`
	Facets        []FacetCounts `json:"facets"`
}

// Expansion says which concepts the query named and what was searched for beside them.
type Expansion struct {
	Concepts  []NamedConcept `json:"concepts"`
	Compounds []Compound     `json:"compounds,omitempty" doc:"words of the query that stand nowhere, or in few assets, and were taken apart"`
	About     []About        `json:"about,omitempty" doc:"of a text longer than a sentence: what it was taken to be about, weightiest first"`
}

// Compound is a word of the query that stands nowhere, or in few assets, and the words it was taken apart into, which
// were searched for.
type Compound struct {
	Word  string   `json:"word"`
	Span  [2]int   `json:"span"` // in Unicode code points of the query
	Parts []string `json:"parts"`
}

// About is a part of a text longer than a sentence, that was searched for.
type About struct {
	Text   string           `json:"text"` // as it stands where it comes first
	URI    semdex.ConceptID `json:"uri,omitempty"`
	Label  string           `json:"label,omitempty"`
	Times  int              `json:"times"`
	Weight float64          `json:"weight"` // the weightiest part has 1
}

// Alternative is a concept that words of the query name too, but were not taken to mean.
type Alternative struct {
	URI   semdex.ConceptID `json:"uri"`
	Label string           `json:"label"`
	Path  string           `json:"path"` // labels from the top, joined by " > "
}

// NamedConcept is a concept that words of the query name.
type NamedConcept struct {
	URI        semdex.ConceptID `json:"uri"`
	Label      string           `json:"label"`
	Span       [2]int           `json:"span"` // of the words, in Unicode code points of the query
	Matched    *MatchedLabel    `json:"matched,omitempty"`
	Ambiguous  bool             `json:"ambiguous,omitempty"` // the words name other concepts too; all are searched for
	Added      []AddedConcept   `json:"added"`
	AddedTotal int              `json:"added_total"` // added lists the nearest maxAdded of these
	Capped     bool             `json:"capped"`      // it has more labels, or farther ones, than are searched for as text; tags are never capped

	Alternatives []Alternative `json:"alternatives,omitempty" doc:"what the words mean too; it was not searched for"`
}

// MatchedLabel is the label, or the notation, by which a concept was recognised. A hidden label is not told.
type MatchedLabel struct {
	Label string `json:"label,omitempty"`
	Kind  string `json:"kind"`
	Lang  string `json:"lang,omitempty"`
}

// AddedConcept is a concept searched for because of a named one.
type AddedConcept struct {
	URI      semdex.ConceptID `json:"uri"`
	Label    string           `json:"label"`
	Via      string           `json:"via"`
	Distance int              `json:"distance"`
	Weight   float64          `json:"weight"`
}

// Hit is one asset that was found, with the reason.
type Hit struct {
	ID         semdex.AssetID      `json:"id"`
	Score      float64             `json:"score"`
	Asset      *AssetView          `json:"asset"`
	Highlights map[string][]string `json:"highlights,omitempty"` // HTML-escaped text with <em> around what matched
	Matched    Matched             `json:"matched"`
	Pinned     bool                `json:"pinned,omitempty"` // put in its place by curation
	Explain    []Explanation       `json:"explain,omitempty"`
}

// Matched says what of the query an asset suits.
type Matched struct {
	Terms    []string           `json:"terms"`
	Concepts []semdex.ConceptID `json:"concepts"`
	Fields   []string           `json:"fields"`
	Because  string             `json:"because"`
	Found    string             `json:"found_by,omitempty" enum:"text,expansion" doc:"text: expand=none would have found it too; expansion: it would not. Left out where the query has no words. Events about the hit may bear it"`
}

// Explanation is the evidence that counted for one part of the query.
type Explanation struct {
	Part    string  `json:"part"`  // the words of the query
	Class   string  `json:"class"` // tagged, words, synonym, narrower, ...
	Weight  float64 `json:"weight"`
	Because string  `json:"because"`
}

// FacetCounts are the values of a facet among the hits, the facet's own filter left aside.
type FacetCounts struct {
	Field       string       `json:"field"`
	Label       string       `json:"label"`
	Values      []FacetValue `json:"values"`
	OtherCount  int          `json:"other_count"`  // assets counted under values that are not listed
	TotalValues int          `json:"total_values"` // distinct values, listed or not
}

// FacetValue is one value of a facet and how many of the hits have it or something narrower.
type FacetValue struct {
	Value    string           `json:"value"` // what a filter takes: the label, the raw value, or a range
	Label    string           `json:"label"`
	URI      semdex.ConceptID `json:"uri,omitempty"`
	Count    int              `json:"count"`
	Selected bool             `json:"selected"`
	Matched  *MatchedLabel    `json:"matched,omitempty" doc:"the label that suits what was typed; left out where it is a hidden one"`
	Path     string           `json:"path,omitempty" doc:"labels from the top down to the concept; with below"`
	Narrower *int             `json:"narrower,omitempty" doc:"concepts directly below it that have assets; with below"`
}

// AssetView is an asset in the form that pickers and CMS clients take.
type AssetView struct {
	ID          semdex.AssetID      `json:"id"`
	Source      AssetSource         `json:"source"`
	Title       string              `json:"title"`
	Titles      semdex.Text         `json:"titles,omitempty"`
	Description string              `json:"description,omitempty"`
	Alt         string              `json:"alt,omitempty"`
	Type        string              `json:"type,omitempty"`
	MIME        string              `json:"mime_type,omitempty"`
	Filename    string              `json:"filename,omitempty"`
	Width       int64               `json:"width,omitempty"`
	Height      int64               `json:"height,omitempty"`
	Duration    float64             `json:"duration,omitempty"`
	Size        int64               `json:"size_bytes,omitempty"`
	Created     string              `json:"created_at,omitempty"`
	Modified    string              `json:"modified_at,omitempty"`
	URLs        AssetURLs           `json:"urls"`
	Rights      AssetRights         `json:"rights"`
	Credit      string              `json:"credit,omitempty"`
	Copyright   string              `json:"copyright,omitempty"`
	Tags        []string            `json:"tags"`
	Albums      []string            `json:"albums,omitempty"`
	Fields      map[string][]string `json:"fields,omitempty"`
	Concepts    []ConceptRef        `json:"concepts"`
}

// AssetSource says where an asset lives.
type AssetSource struct {
	System string `json:"system"`
	ID     string `json:"id"`
}

// AssetURLs are the addresses of an asset; nil where the source gave none.
type AssetURLs struct {
	Thumbnail *string `json:"thumbnail"`
	Preview   *string `json:"preview"`
	Original  *string `json:"original"`
	Detail    *string `json:"detail"`
}

// AssetRights says whether an asset may be used now, and within which bounds.
type AssetRights struct {
	Usable      bool            `json:"usable"`
	Reason      string          `json:"reason,omitempty"` // why not
	Status      semdex.Approval `json:"status"`
	ValidFrom   semdex.Date     `json:"valid_from,omitempty"`
	ValidUntil  semdex.Date     `json:"valid_until,omitempty"`
	Territories []string        `json:"territories,omitempty"`
	Channels    []string        `json:"channels,omitempty"`
	License     string          `json:"license,omitempty"`
	Editorial   bool            `json:"editorial_only"`
}

// ConceptRef names a concept.
type ConceptRef struct {
	URI   semdex.ConceptID `json:"uri"`
	Label string           `json:"label"`
}

// ConceptView is a concept with its neighbours.
type ConceptView struct {
	URI        semdex.ConceptID `json:"uri"`
	Label      string           `json:"label"`
	Labels     []ConceptLabel   `json:"labels"` // hidden ones left out
	Notations  []string         `json:"notations,omitempty"`
	Path       string           `json:"path"`
	Deprecated bool             `json:"deprecated,omitempty"`
	Assets     int              `json:"assets"` // that bear it or something narrower, to the eyes of the request
	Broader    []ConceptRef     `json:"broader"`
	Narrower   []ConceptRef     `json:"narrower"`
	Related    []ConceptRef     `json:"related"`
	Exact      []ConceptRef     `json:"exact_match,omitempty"`
	ReplacedBy []ConceptRef     `json:"replaced_by,omitempty"`
}

// ConceptLabel is a label to show.
type ConceptLabel struct {
	Label string `json:"label"`
	Kind  string `json:"kind"`
	Lang  string `json:"lang,omitempty"`
}

// SimilarRequest asks for assets like one.
type SimilarRequest struct {
	ID       string
	Limit    int     // 0 is 10
	MinScore float64 // below 0 is the shipped threshold
	Lang     string
	Access   Access
}

// Similar is an asset like the one asked about.
type Similar struct {
	ID      semdex.AssetID `json:"id"`
	Score   float64        `json:"score"` // 0 to 1
	Reasons []string       `json:"reasons"`
	Asset   *AssetView     `json:"asset"`
}
