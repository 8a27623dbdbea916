package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/search"
)

var searchRoutes = []route{
	{method: http.MethodGet, path: "/v1/search", id: "search", group: "Search", scope: ScopeSearch, tagged: true, logged: true,
		summary: "Search assets", about: searchAbout, serve: (*call).search,
		params:  searchParams(param{name: "filter", kind: filters, about: filterAbout}, param{name: "sort", kind: list, read: nil, about: sortAbout}),
		answers: foundAnswers("Link")},
	{method: http.MethodPost, path: "/v1/search", id: "searchByBody", group: "Search", scope: ScopeSearch, logged: true,
		summary: "Search assets, the request in the body", about: searchAbout, serve: (*call).search, params: []param{},
		body:    searchParams(param{name: "filters", kind: filters, about: filterAbout}, param{name: "sort", kind: str, about: sortAbout}),
		answers: foundAnswers()},
	{method: http.MethodGet, path: "/v1/facets/{field}", id: "facet", group: "Search", scope: ScopeSearch, heavy: true, tagged: true,
		summary: "Values of one facet", serve: (*call).facet,
		about: "The values of a dimension, a built-in or a custom field, with how many assets have each; of a dimension with a scheme, each or something narrower; of album, each or one below it. " +
			"With query and filter: among what these find; the facet's own filter is left aside. Of created, modified, size, width, height and duration the values are ranges, in their order: " +
			"of times years, or months or days where the hits, or those that the facet's own filter lets through, lie close together. A value can be sent as filter[field].",
		params: join(param{name: "field", kind: str, required: true, about: "Name of the facet."},
			param{name: "q", kind: str, max: 512, about: "How words of the values begin, in their order and in any case. Of concepts, the words of all labels in every language count; matched tells which suited. Of ranges, how the value begins."},
			param{name: "prefix", kind: str, max: 512, about: "The same as q."},
			param{name: "below", kind: str, about: "URI of a concept: only what is directly below it, with path and the number of concepts below that. " + search.TopConcepts + " gives those with nothing broader in the dimension."},
			param{name: "query", kind: str, max: search.MaxQuery, about: "A search; only what it finds is counted."},
			expandParam, depthParam, excludeParam, schemesParam, correctParam, param{name: "filter", kind: filters, about: filterAbout},
			param{name: "limit", kind: integer, min: 1, max: search.MaxFacetValues, value: search.DefaultLimit, about: "Values to show."}, langParam, vocabularyParam, accessParams),
		answers: ok("The values, most frequent first; ranges in their order.", search.FacetCounts{})},
}

const (
	searchAbout = "Finds assets by words and by the concepts that the words name. " +
		"An empty q finds all that the key may see. As csv or xlsx the whole answer comes as a file, all hits and not a page. Operators in q: OR, \"phrases\", -not, prefix*, field:value, concept:\"label\", concept:<uri>; whatever does not parse is plain text. " +
		"The code of an asset (id, file name, value of a custom field such as a SKU) and the notation of a concept are recognised. " +
		"A text of more than 12 words, or of two sentences, is a brief: it is ranked by how much of what it is about an asset covers; expansion.about tells what that was taken to be. " +
		"The search is noted in the usage log with its query_id, unless the library is set otherwise; clicks on hits can be told by GET /v1/assets/{id}?query_id= or POST /v1/events. " +
		"A word that stands in no asset and in no label is read as the nearest one that does; corrections tells it. Where nothing is found, offers and without tell what there is instead."
	filterAbout = "Field to values: a dimension, a built-in (type, approval, source, album, concept, concept.direct, id), a number (created, modified, size, width, height, duration) or a custom field. " +
		"Numbers take a value or a range with both ends included: bytes, pixels, seconds, 1000..4000, ..4000; times a year, month or day: 2026-03, 2026-01.., 2024..2025. " +
		"Custom fields that hold numbers or dates take ranges, too: filter[Price]=10..20. Any of the values, in each of the fields. In a query string it is filter[field]=a,b, may repeat, and \\, is a comma within a value."
	sortAbout = "Fields to sort by, - before those that descend: -modified,title. Fields are " +
		"score, created, modified, title, name, size, width, height, duration, popularity, id; dimensions, built-ins and custom fields by their names, as in a filter: " +
		"of several values the first by alphabet counts. What has no value counts as less than what has one."
)

var (
	expandParam = param{name: "expand", kind: str, enum: enum(search.Modes),
		about: "How far the concepts of the query are followed; each includes the one before. Where it is left out, as the library is set, else narrower."}
	depthParam = param{name: "depth", kind: integer, min: 0, max: maxDepth,
		about: "Narrower levels that are followed, 0 for none. All where it is left out and the library is not set otherwise."}
	excludeParam = param{name: "exclude", kind: list,
		about: "URIs or labels of concepts that the query is not expanded into, nor into what is reached through them alone."}
	schemesParam = param{name: "scheme", kind: list,
		about: "Schemes that concepts of the query may come from, by URI, or by the dimension that has the scheme. Words that name concepts of others are plain words."}
)

// maxDepth is more levels than vocabularies have.
const maxDepth = 1000

var correctParam = param{name: "correct", kind: flag, value: true,
	about: "Read a word that stands nowhere as the nearest one that does. With expand=none words are always taken as they are."}

// searchParams are the parameters of a search, with the two that differ between query string and body.
func searchParams(filter, sort param) []param {
	return join(param{name: "q", kind: str, max: search.MaxQuery, about: "What to search for."}, langParam, expandParam, depthParam, excludeParam, schemesParam, correctParam, filter,
		param{name: "facets", kind: list, max: maxFields, about: "Fields to count values of."},
		param{name: "facet_limit", kind: integer, min: 1, max: search.MaxFacetValues, value: search.DefaultLimit, about: "Values to show of each facet."}, sort, searchPageParams, cursorParam,
		param{name: "explain", kind: flag, value: false, about: "Tell for each hit what counted."}, vocabularyParam, fileParam, accessParams)
}

// searchPageParams are pageParams with the limit of a file.
var searchPageParams = func() []param {
	out := slices.Clone(pageParams)
	last := &out[len(out)-1]
	last.bounds = fmt.Sprintf("1 to %d; as csv or xlsx up to %d", search.MaxLimit, MaxRows)
	last.max, last.about = MaxRows, fmt.Sprintf("Hits to show, up to %d, 20 where it is left out; with offset or cursor. Of a file, rows up to %d, all where it is left out.", search.MaxLimit, MaxRows)
	return out
}()

// foundAnswers are the forms in which a search is answered.
func foundAnswers(headers ...string) []answer {
	return []answer{{status: http.StatusOK, about: "What was found.", headers: append(headers, "X-Total-Count", "X-Query-Id", "Content-Disposition"),
		media: []media{{typeJSON, search.Answer{}}, {typeCSV, nil}, {typeXLSX, nil}}}}
}

// search answers GET and POST alike.
func (c *call) search() error {
	in := inQuery
	if c.gin.Request.Method == http.MethodPost {
		in = inBody
	}
	sort, err := readSort(c.args, in)
	if err != nil {
		return err
	}
	r := c.request(c.args.text("q"))
	r.Sort = sort
	c.gin.Writer.Header().Add("Vary", "Accept")
	if format := or(c.args, "format", accepted(c.gin, searchForms)); format != formatJSON {
		return c.file(r, format, in)
	}
	w, err := readWindow(c.args, in)
	if err != nil {
		return err
	}
	r.Facets, r.Explain = unique(c.args.list("facets")), c.args.flag("explain")
	r.FacetLimit = c.args.integer("facet_limit", 0)
	r.Offset, r.Limit, r.Page, r.Cursor = w.offset, w.limit, w.page, w.cursor
	answer, err := c.found(c.ctx(), r)
	if err != nil {
		return err
	}
	w.tell(c.gin.Writer.Header(), c.gin.Request, answer.Total, answer.NextCursor)
	c.gin.Header("X-Query-Id", answer.QueryID)
	c.answered(answer)
	if err := c.json(http.StatusOK, answer); err != nil {
		return err
	}
	c.logSearch(r, answer)
	return nil
}

// found searches in one of the places.
func (c *call) found(ctx context.Context, r search.Request) (answer *search.Answer, err error) {
	by, err := c.searcher()
	if err != nil {
		return nil, err
	}
	err = c.searches.hold(ctx, func() error {
		start := time.Now()
		if answer, err = by.Search(ctx, r); err == nil {
			c.metrics.search.Observe(time.Since(start).Seconds())
		}
		return err
	})
	return answer, err
}

// request is what the parameters common to search and facet say.
func (c *call) request(query string) search.Request {
	r := search.Request{
		Query: query, Lang: c.args.text("lang"), Expand: search.Mode(c.args.text("expand")), Exclude: c.args.list("exclude"), Schemes: c.args.list("scheme"),
		Filters: get[map[string][]string](c.args, "filter"), Access: c.access(), AsTyped: !or(c.args, "correct", true),
	}
	if c.args.has("depth") {
		depth := c.args.integer("depth", 0)
		r.Depth = &depth
	}
	return r
}

func (c *call) facet() error {
	prefix := c.args.text("q")
	if c.args.has("prefix") {
		if c.args.has("q") {
			return wrong("prefix", inQuery, "cannot stand beside q", "they mean the same; leave one out")
		}
		prefix = c.args.text("prefix")
	}
	by, err := c.searcher()
	if err != nil {
		return err
	}
	counts, err := by.Facet(c.ctx(), search.FacetRequest{Field: c.args.text("field"), Text: prefix, Below: c.args.text("below"),
		Limit: c.args.integer("limit", search.DefaultLimit)}, c.request(c.args.text("query")))
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, counts)
}

// sortNames are other names that the fields of an answer have.
var sortNames = map[string]string{"created_at": "created", "modified_at": "modified", "size_bytes": "size", "filename": "name"}

// readSort reads the fields to sort by: a list in a query, one text in a body. Which there are the library knows.
func readSort(a args, in string) ([]search.SortKey, error) {
	fields := a.list("sort")
	if s := a.text("sort"); s != "" {
		fields = splitAll([]string{s})
	}
	var out []search.SortKey
	for _, f := range fields {
		name, desc := strings.CutPrefix(f, "-")
		if known, ok := sortNames[name]; ok {
			name = known
		}
		if name == "" {
			return nil, wrong("sort", in, "lacks the name of a field", "one of "+strings.Join(search.SortFields, ", "))
		}
		if slices.ContainsFunc(out, func(k search.SortKey) bool { return k.Field == name }) {
			return nil, wrong("sort", in, "names "+name+" twice", "")
		}
		out = append(out, search.SortKey{Field: name, Desc: desc})
	}
	return out, nil
}

func enum[S ~string](values []S) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// unique drops what comes again.
func unique(values []string) []string {
	var out []string
	for _, v := range values {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// similarRequest is what the parameters common to related and duplicates say.
func (c *call) similarRequest() search.SimilarRequest {
	return search.SimilarRequest{ID: c.args.text("id"), Limit: c.args.integer("limit", 10), MinScore: or(c.args, "min_score", -1.0),
		Lang: c.args.text("lang"), Access: c.access()}
}

// hidden gives one answer for an asset that is missing and for one that may not be seen.
func hidden(err error) error {
	if err != nil && semdex.CodeOf(err) == semdex.NotFound {
		return &semdex.Error{Code: semdex.NotFound, Message: "no such asset", Hint: "see that the id is whole: source:...", Err: err}
	}
	return err
}
