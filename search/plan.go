package search

import (
	"context"
	"strings"

	"semdex"
)

// Class is the kind of evidence that an asset suits a part of the query. The class decides before any
// score: a lower one always comes first.
type Class uint8

const (
	Exact        Class = iota + 1 // is what the query names by a code: an id, a file name, a field value
	Tagged                        // bears the concept itself, or an exact match of it
	Words                         // has its exact words in a text
	Synonym                       // has another of its labels in a text
	Narrower                      // bears a narrower concept
	NarrowerText                  // has a label of a narrower concept in a text, or inflected or in lesser texts one of the concept itself
	Related                       // bears a related concept
	RelatedText                   // has a label of a related concept in a text
	Misspelt                      // has a word that the query's word is but for typing errors
)

// Value is a raw value that assets bear, as their source wrote it. Fields are "concepts", "tags",
// "keywords", "type", "album", "source", "approval" and, for custom fields, "field:" with the name.
type Value struct {
	Field string
	Value string
}

// CustomField gives the field of Value for a custom field of assets.
func CustomField(name string) string { return "field:" + name }

// isCustom reports a field of Value that CustomField gives.
func isCustom(field string) bool { return strings.HasPrefix(field, "field:") }

// Plan is a query in the terms of an engine: raw values and words, no concepts. It is all an engine needs.
type Plan struct {
	Groups     []Group  // parts of the query; an asset that suits more of them comes first
	Filters    []Filter // all must hold
	Access     Access
	Sort       []SortKey // none: by score
	Offset     int
	Limit      int
	After      *Position // go on after this hit; Offset counts from there
	Facets     []Facet
	Pinned     []semdex.AssetID // found whether they suit the groups or not, first and in this order unless Sort says otherwise; filters and access hold for them too
	Raised     []semdex.AssetID // first among the hits with the same groups and classes, where there are groups
	Titled     string           // what was typed: words suit what bears just this as its title as well as they can
	Hidden     []semdex.AssetID // left out
	Signals    *Signals         // nil: none count
	Statistics *Statistics      // that words are scored by; nil: those of the view
}

// Signals order hits a little, within what their classes decide. Each share is the most that its signal adds to
// a score, in which a class makes a difference of 2; all shares together stay below a tenth.
type Signals struct {
	Now        int64 // Unix seconds
	Freshness  float64
	Popularity float64
	Approval   float64     // for what is approved, among those who see the rest too
	Popular    *Popularity // nil: nothing is
}

// freshDays is the age at which half of the freshness is left.
const freshDays = 180

// Fresh gives the freshness, 0 to 1, of an asset that was created at the Unix second created: a half at freshDays.
func (s *Signals) Fresh(created int64) float64 {
	age := max(0, float64(s.Now-created)/86_400)
	return freshDays / (freshDays + age)
}

// Popularity tells how much used assets are, 0 to 1. An engine keeps what it made of one by its identity.
type Popularity struct{ By map[semdex.AssetID]float32 }

// Statistics are what the scores of words depend on beside the asset itself. A search that goes on after a hit
// is given those of its beginning, so that no score moves when the index does.
type Statistics struct {
	Assets   int       `json:"n"`
	Words    float64   `json:"w"` // of an asset, on average
	Frequent []float64 `json:"f"` // by scored TextEvidence, in the order of groups and texts: the assets that have it
}

// Group is one part of a query with all that counts as evidence for it; the best evidence counts.
//
// Where a group of a plan has a Share, the plan is for the parts of a long text, and it is about how much of the
// whole an asset covers: neither the number of groups that it suits nor their classes come first, but the sum of
// Share times the Weight of the best evidence, and how well its words suit (0 to 1 for each group), over the groups.
type Group struct {
	Values   []ValueEvidence
	Texts    []TextEvidence
	Codes    []CodeEvidence
	Required bool    // assets without evidence are left out
	Excluded bool    // assets with evidence are left out
	Share    float64 // of the whole, above 0 to 1; 0 is 1 where other groups have a share
}

// ValueEvidence holds for the assets that bear the value. Of those whose evidence is of one class, Tagged, Narrower or
// Related, and weight, those come first that bear fewer concepts, tags and keywords: they are more about it.
type ValueEvidence struct {
	Value
	Number int32 // where the value is in View.Values, plus 1, if the caller knows: then it need not be looked for; else 0
	Class  Class
	Weight float64 // 0 to 1, orders within the class
	Reason int     // the caller's; comes back with the hit
}

// CodeEvidence holds for the assets that a code names: by their id, leading parts perhaps left out; by their file
// name, what follows its last dot perhaps left out; or by a whole value of a custom field. File names are compared
// folded, by their first 80 bytes; ids and values are tried as the code is written, in lower and in upper case.
type CodeEvidence struct {
	Code   string
	Class  Class
	Weight float64
	Reason int
}

// TextPlace says in which texts of an asset words count.
type TextPlace uint8

const (
	Anywhere TextPlace = iota // in all of its texts
	Main                      // in its title, description, alt text, tags and keywords: what it is about
)

// TextEvidence holds for the assets in which the words stand one after the other in one text.
type TextEvidence struct {
	Terms  [][]string   // for each position, the terms that may stand there
	Except [][][]string // longer phrases, written as Terms are: words that stand within one of them do not count; none if Scored
	Where  TextPlace
	Prefix bool // the last term, its first form alone, is the beginning of a word
	Scored bool // count how often and how rarely it stands (BM25); else standing there is enough
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

// NumberFields are what Range and Ranges may name: created and modified in Unix seconds, size in bytes, width and
// height in pixels, duration in milliseconds.
var NumberFields = []string{"created", "modified", "size", "width", "height", "duration"}

// Range bounds one of NumberFields; both ends are included. An asset without the number is outside.
type Range struct {
	Field    string
	From, To int64
}

// Access says whose eyes the answer is for.
type Access struct {
	All         bool // everything, whatever its approval and rights
	Rights      bool // with All: what is not cleared for Use is left out all the same
	Use         semdex.Use
	DenyMissing bool         // what has no rights record is refused
	Only        string       // filters that hold for all that is seen, as OnlyWhere writes them; "" is none
	Restriction *Restriction // what Only comes to; a Service sets it. Where Only is set without it, nothing is seen
}

// SortKey orders hits by one of SortFields, or by the values of a field of Value, of which an asset's first in the
// order of their folded forms counts. What has no value is less than what has one. An engine may compare the beginnings of
// long values alone.
type SortKey struct {
	Field string
	Desc  bool
}

// SortFields are what SortKey may name.
var SortFields = []string{"score", "created", "modified", "title", "name", "size", "width", "height", "duration", "popularity", "id"}

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

// WholeGrouping is a Grouping that can be asked for many values at once, which costs much less than one by one, and
// that tells when it need not be remembered any longer.
type WholeGrouping interface {
	Grouping
	// AllGroups calls yield with what Groups gives of each of values that is in any group, by its place among them. They
	// stand in this order in View.Values, the first with the number from. The caller must not write to what it gets.
	AllGroups(field string, from int, values []string, yield func(i int, groups []int32))
	// Gone reports whether no query that begins now will ask by it.
	Gone() bool
}

// Facet asks for the assets in each group of a grouping, each asset counted once per group, or in each of some
// ranges of numbers.
type Facet struct {
	Name   string // filters of this name do not narrow it; "" for one that all filters narrow
	By     Grouping
	Ranges *Ranges // instead of By
}

// Ranges part a number: group i holds what is at least From[i] and less than From[i+1]; the last has no end.
type Ranges struct {
	Field string // one of NumberFields
	From  []int64
}

// Result is what an engine finds for a plan.
type Result struct {
	Total  int
	Hits   []Found
	Counts [][]int // for each facet, by group number

	Statistics Statistics // that words were scored by
}

// Found is one hit.
type Found struct {
	ID       semdex.AssetID
	Score    float64
	Matches  []Match // one for each group there is evidence for
	Position Position
	Pinned   bool
}

// Match says which evidence for a group was the best.
type Match struct {
	Group  int
	Class  Class
	Reason int
	Value  *Value // for ValueEvidence, the value borne; for CodeEvidence, what the code is: of field "id", "name" or a custom field
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
	// Spellings finds words that stand in assets and are like one, by typing errors.
	Spellings(ctx context.Context, s *Spelling) ([]Spelled, error)
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

// Preparer is a View that keeps what it makes of a Grouping, and can make it before a query waits for it.
type Preparer interface {
	// Prepare makes ready what facets by the groupings and queries of any kind need, unless ctx ends before.
	Prepare(ctx context.Context, groupings []Grouping)
	// Follow makes ready for each Grouping what is kept of the one before it, at the cost of the values that it puts
	// elsewhere. Group numbers mean the same in both.
	Follow(following []Following)
}

// Following are a Grouping and the one that it takes the place of.
type Following struct{ Before, Now Grouping }

// Spelling asks for words, in the form of terms, that differ from Word by at most Edits letters inserted, deleted,
// replaced or swapped with the next, and stand in assets that may be seen; Word itself is among them. Stems are words
// too. The first letter is taken as right.
type Spelling struct {
	Word   string // a term
	Edits  int    // 0, 1 or 2
	Access Access
	Limit  int
	Enough int // assets need not be counted beyond so many; 0 counts all
}

// Spelled is a word and how many assets have it; those with fewer edits come first, then those in more assets.
type Spelled struct {
	Word   string
	Edits  int
	Assets int
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
