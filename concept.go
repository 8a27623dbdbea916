package semdex

// ConceptID is the URI of a SKOS concept.
type ConceptID string

// SchemeID is the URI of a SKOS concept scheme.
type SchemeID string

// LabelKind tells the three kinds of SKOS labels apart.
type LabelKind uint8

const (
	PrefLabel   LabelKind = iota // the name to show; one per language (SKOS S14)
	AltLabel                     // a synonym
	HiddenLabel                  // for matching only, such as a misspelling; never shown
)

var labelKinds = [...]string{"prefLabel", "altLabel", "hiddenLabel"}

func (k LabelKind) String() string { return labelKinds[k] }

// Label is a lexical label of a concept. Lang is in LanguageTag form, "" where the source named none.
type Label struct {
	Text string
	Lang string
	Kind LabelKind
}
