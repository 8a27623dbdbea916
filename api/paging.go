package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"semdex/search"
)

// window is the part of a list that a request asks for.
type window struct {
	offset, limit int
	page          int // told back; 0 where the reader counts by offset or cursor
	cursor        string
}

// pageParams are the ways to ask for a part; cursorParam is the third, for lists that have it. The document
// gives no defaults: a client made from it would send them, and they exclude each other.
var pageParams = []param{
	{name: "page", kind: integer, min: 1, about: "Page to show, from 1. With per_page; not with offset, limit or cursor."},
	{name: "per_page", kind: integer, min: 1, max: search.MaxLimit, about: "Hits on a page, 20 where it is left out. With page or cursor."},
	{name: "offset", kind: integer, min: 0, max: search.MaxOffset, about: "Hits to pass over. With limit; not with page, per_page or cursor."},
	{name: "limit", kind: integer, min: 1, max: search.MaxLimit, about: "Hits to show, 20 where it is left out. With offset or cursor."},
}

var cursorParam = param{name: "cursor", kind: str, about: "Where the answer before ended (its next_cursor); comes with the same other parameters, without page and offset."}

// clashes are the parameters that exclude each other.
var clashes = [][2]string{
	{"page", "offset"}, {"page", "limit"}, {"page", "cursor"}, {"per_page", "offset"}, {"per_page", "limit"}, {"offset", "cursor"},
}

// readWindow reads how a request asks for its part.
func readWindow(a args, in string) (window, error) {
	for _, c := range clashes {
		if a.has(c[0]) && a.has(c[1]) {
			return window{}, wrong(c[1], in, "cannot stand beside "+c[0], "use page and per_page, or offset and limit, or cursor")
		}
	}
	if limit := a.integer("limit", 1); limit > search.MaxLimit {
		return window{}, wrong("limit", in, fmt.Sprintf("is not within 1 to %d", search.MaxLimit), fmt.Sprintf("1 to %d; as csv or xlsx up to %d", search.MaxLimit, MaxRows))
	}
	w := window{offset: a.integer("offset", 0), limit: a.integer("limit", a.integer("per_page", search.DefaultLimit)), cursor: a.text("cursor")}
	if w.cursor != "" || a.has("offset") || a.has("limit") {
		return w, nil
	}
	w.page = a.integer("page", 1)
	if last := search.MaxOffset/w.limit + 1; w.page > last {
		return window{}, wrong("page", in, fmt.Sprintf("lies beyond the first %d hits", search.MaxOffset), "go on with cursor, which has no end")
	}
	w.offset = (w.page - 1) * w.limit
	return w, nil
}

// tell sends how many hits there are, and for a GET where the parts before and after this one are.
func (w window) tell(h http.Header, r *http.Request, total int, nextCursor string) {
	h.Set("X-Total-Count", strconv.Itoa(total))
	if r.Method == http.MethodPost {
		return
	}
	var links []string
	link := func(rel string, set map[string]string) {
		links = append(links, fmt.Sprintf(`<%s>; rel="%s"`, sameWith(r.URL, set), rel))
	}
	next := w.offset + w.limit
	switch {
	case w.cursor != "" && nextCursor != "":
		link("next", map[string]string{"cursor": nextCursor})
	case w.cursor != "" || next >= total:
	case next > search.MaxOffset && nextCursor != "":
		link("next", map[string]string{"cursor": nextCursor, "page": "", "offset": ""})
	case next > search.MaxOffset:
	case w.page > 0:
		link("next", map[string]string{"page": strconv.Itoa(w.page + 1)})
	default:
		link("next", map[string]string{"offset": strconv.Itoa(next)})
	}
	switch last := (total + w.limit - 1) / w.limit; {
	case w.page > 1 && last > 0:
		link("prev", map[string]string{"page": strconv.Itoa(min(w.page-1, last))})
	case w.page == 0 && w.cursor == "" && w.offset > 0:
		link("prev", map[string]string{"offset": strconv.Itoa(max(0, w.offset-w.limit))})
	}
	if len(links) > 0 {
		h.Set("Link", strings.Join(links, ", "))
	}
}

// sameWith is the address of a request with some parameters changed, or taken out where they are empty.
func sameWith(u *url.URL, set map[string]string) string {
	q := u.Query()
	for name, v := range set {
		if v == "" {
			q.Del(name)
			continue
		}
		q.Set(name, v)
	}
	return u.EscapedPath() + "?" + q.Encode()
}
