package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"time"

	"semdex"
	"semdex/analytics"
	"semdex/search"
)

// Searcher answers by one vocabulary: the live one, or a draft beside it.
type Searcher interface {
	Search(ctx context.Context, r search.Request) (*search.Answer, error)
	// Facet gives the values of a facet among the hits of r. An unknown field is Invalid, an unknown concept NotFound.
	Facet(ctx context.Context, f search.FacetRequest, r search.Request) (*search.FacetCounts, error)
	// Suggest completes what a reader types. What has no letter or digit is Invalid.
	Suggest(ctx context.Context, r search.SuggestRequest) (*search.Suggestions, error)

	Concept(ctx context.Context, uri, lang string, access search.Access) (*search.ConceptView, error)
	// Concepts gives concepts with a label like q, all where q is empty, of one scheme or of all.
	Concepts(ctx context.Context, q, scheme, lang string, offset, limit int, access search.Access) (total int, page []search.ConceptView, err error)
	// Tree gives the concepts one step below uri, or without one the top concepts of a scheme, or of all.
	Tree(ctx context.Context, uri, scheme, lang string, access search.Access) ([]search.ConceptView, error)
	Schemes(ctx context.Context, lang string) ([]Scheme, error)
}

// Drafts is what a library does with a vocabulary that is not in use yet. Where there is none, all but PutDraft give
// NotFound.
type Drafts interface {
	// WithDraft answers with the draft in place of the live vocabulary, over the same assets.
	WithDraft(ctx context.Context) (Searcher, error)
	DraftInfo(ctx context.Context) (DraftInfo, error)
	// PutDraft takes an RDF document, in a format that is the ending of a file, as the draft.
	PutDraft(ctx context.Context, format string, body []byte) (DraftInfo, error)
	DropDraft(ctx context.Context) error
	DraftImpact(ctx context.Context, r analytics.QueryRequest, access search.Access) (DraftImpact, error)
}

// DraftInfo says what a draft vocabulary is, and how it differs from the one in use.
type DraftInfo struct {
	Origin     string      `json:"origin" enum:"upload,configuration" doc:"where it came from"`
	Taken      time.Time   `json:"taken" doc:"when it was taken in"`
	Concepts   int         `json:"concepts" doc:"how many it holds"`
	Problems   int         `json:"problems" doc:"what breaks the rules of SKOS and was mended"`
	Difference Differences `json:"difference"`
}

// Differences count what a draft has and the vocabulary in use has not, and the reverse.
type Differences struct {
	Concepts  DifferenceCount `json:"concepts" doc:"by their URIs; one in both with another label, notation or relation is changed"`
	Labels    DifferenceCount `json:"labels" doc:"a prefLabel with another text in its language is changed"`
	Notations DifferenceCount `json:"notations"`
	Relations DifferenceCount `json:"relations" doc:"statements: broader, related, mappings, successors, schemes"`

	Added   []semdex.ConceptID `json:"added" doc:"concepts, the first of them by URI"`
	Removed []semdex.ConceptID `json:"removed"`
	Changed []semdex.ConceptID `json:"changed"`
}

// DifferenceCount counts one kind of difference.
type DifferenceCount struct {
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Changed int `json:"changed"`
}

// DraftImpact says what logged queries would find with the draft vocabulary in use. Sums are over the queries that
// were compared.
type DraftImpact struct {
	From            semdex.Date      `json:"from,omitempty"`
	To              semdex.Date      `json:"to,omitempty"`
	LoggedQueries   int              `json:"logged_queries" doc:"different queries in the log"`
	LoggedSearches  int64            `json:"logged_searches" doc:"how often these were searched for"`
	Compared        int              `json:"compared" doc:"the most frequent of them"`
	Changed         int              `json:"changed" doc:"compared queries of which anything would be different"`
	Searches        int64            `json:"searches" doc:"of the compared queries"`
	SearchesChanged int64            `json:"searches_changed"`
	Top             search.TopImpact `json:"top_10"`
	Deep            search.TopImpact `json:"top_100"`
	Before          int              `json:"total_before"`
	After           int              `json:"total_after"`
	Found           int              `json:"found" doc:"queries that find something and found nothing before"`
	Emptied         int              `json:"emptied" doc:"queries that find nothing and found something before"`
	Overlap         float64          `json:"overlap" doc:"mean over the searches, 0 to 1"`
	Queries         []QueryImpact    `json:"queries" doc:"those that change first, then the more frequent"`
}

// QueryImpact is what becomes of one query.
type QueryImpact struct {
	Query    string `json:"q"`
	Lang     string `json:"lang,omitempty"`
	Searches int64  `json:"searches"`
	Changed  bool   `json:"changed"`
	search.Impact
}

// Vocabularies that a request may name.
const (
	vocabularyLive  = "live"
	vocabularyDraft = "draft"
)

var vocabularyParam = param{name: "vocabulary", kind: str, enum: []string{vocabularyLive, vocabularyDraft}, value: vocabularyLive,
	about: "Vocabulary to answer by: the one in use, or the draft of it, which is tried beside it. Without a draft, draft is an error."}

// MaxVocabulary bounds the body of a draft vocabulary, in bytes, packed or not.
const MaxVocabulary = 64 << 20

// rdfTypes are the media types of RDF, and the ending of a file of each.
var rdfTypes = map[string]string{"text/turtle": "ttl", "application/n-triples": "nt", "application/rdf+xml": "rdf", "application/n-quads": "nq"}

const draftPath = "/v1/vocabulary/draft"

var draftRoutes = []route{
	{method: http.MethodGet, path: draftPath, id: "draft", group: "Draft vocabulary", scope: ScopeManage, summary: "The draft vocabulary",
		about: "What the draft is, and how it differs from the vocabulary in use.", serve: (*call).draft, answers: ok("The draft.", DraftInfo{})},
	{method: http.MethodPut, path: draftPath, id: "putDraft", group: "Draft vocabulary", scope: ScopeManage, heavy: true, summary: "Take in a draft vocabulary",
		about: "The body is SKOS as Turtle, N-Triples, N-Quads or RDF/XML, perhaps packed by gzip; Content-Type says which, or format. " +
			"It takes the place of the whole vocabulary where a request says vocabulary=draft. What is in use does not change.",
		params: []param{{name: "format", kind: str, enum: []string{"ttl", "nt", "nq", "rdf"}, about: "Format of the body, where Content-Type does not say it."}},
		raw:    []string{"text/turtle", "application/n-triples", "application/n-quads", "application/rdf+xml"},
		serve:  (*call).putDraft, answers: ok("The draft.", DraftInfo{})},
	{method: http.MethodDelete, path: draftPath, id: "deleteDraft", group: "Draft vocabulary", scope: ScopeManage, summary: "Drop the draft vocabulary",
		about: "Drops what was sent. A draft that the configuration names comes into its place; that one is dropped in the configuration.",
		serve: (*call).deleteDraft, answers: []answer{{status: http.StatusNoContent, about: "It is dropped."}}},
	{method: http.MethodGet, path: "/v1/vocabulary/draft/impact", id: "draftImpact", group: "Draft vocabulary", scope: ScopeManage, heavy: true, summary: "What a draft would change",
		about: "Runs the most frequent logged queries by the vocabulary in use and by the draft, and tells what each would gain and lose, to the eyes of the key.",
		params: join(param{name: "limit", kind: integer, min: 1, max: maxImpact, value: 100, about: "Queries to compare."},
			param{name: "from", kind: day, about: "First day of the log that counts. All where it is left out."},
			param{name: "to", kind: day, about: "Last day that counts."}, accessParams),
		serve: (*call).draftImpact, answers: ok("The comparison.", DraftImpact{})},
}

// maxImpact bounds how many queries are compared in one request.
const maxImpact = 500

// searcher gives who answers: the library by the vocabulary in use, or by the draft. That there is no draft is wrong
// input here.
func (c *call) searcher() (Searcher, error) {
	if c.args.text("vocabulary") != vocabularyDraft {
		return c.lib, nil
	}
	in := inQuery
	if c.gin.Request.Method == http.MethodPost {
		in = inBody
	}
	s, err := c.lib.WithDraft(c.ctx())
	if semdex.CodeOf(err) == semdex.NotFound && err != nil {
		return nil, wrong("vocabulary", in, "names the draft, and there is none", semdex.HintOf(err))
	}
	return s, err
}

func (c *call) draft() error {
	info, err := c.lib.DraftInfo(c.ctx())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, info)
}

func (c *call) putDraft() error {
	format := c.args.text("format")
	if format == "" {
		kind, _, _ := mime.ParseMediaType(c.gin.GetHeader("Content-Type"))
		if format = rdfTypes[kind]; format == "" {
			return wrong("format", inQuery, "is missing, and Content-Type names no form of RDF", "send Content-Type: text/turtle, or format=ttl")
		}
	}
	body, err := io.ReadAll(c.gin.Request.Body)
	if err != nil {
		return readError(err)
	}
	info, err := c.lib.PutDraft(c.ctx(), format, body)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, info)
}

func (c *call) deleteDraft() error {
	if err := c.lib.DropDraft(c.ctx()); err != nil {
		return err
	}
	c.gin.Status(http.StatusNoContent)
	return nil
}

func (c *call) draftImpact() error {
	r := analytics.QueryRequest{From: c.args.day("from"), To: c.args.day("to"), TZ: c.lib.TimeZone(), Limit: c.args.integer("limit", 100)}
	impact, err := c.lib.DraftImpact(c.ctx(), r, c.access())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, impact)
}
