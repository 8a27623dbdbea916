package cantotest

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// query is what a list call asks for.
type query struct {
	start, limit    int
	sortBy          string
	descending      bool
	schemes, states []string // empty: all
	words           []string // lower case
	ranges          []timeRange
}

// timeRange is a range of a stamp, both ends included, in the unit of its digits.
type timeRange struct {
	stamp    func(*entry) int64
	unit     string // "s", "ms", "17"
	min, max string // empty: open
}

// listed is what a list call found, kept until something changes so that the next page need not look again.
type listed []*entry

// maxListed bounds how many of them are kept.
const maxListed = 8

// orders are what lists can be sorted by.
var orders = map[string]func(a, b *entry) int{
	"time":          func(a, b *entry) int { return cmp.Compare(a.uploaded, b.uploaded) },
	"last_modified": func(a, b *entry) int { return cmp.Compare(a.modified, b.modified) },
	"name":          func(a, b *entry) int { return cmp.Compare(a.name, b.name) },
	"scheme":        func(a, b *entry) int { return cmp.Compare(a.scheme, b.scheme) },
	"owner":         func(a, b *entry) int { return cmp.Compare(a.owner, b.owner) },
	"size":          func(a, b *entry) int { return cmp.Compare(a.size, b.size) },
}

// readQuery reads the parameters; what it does not know it leaves aside. The error is what to answer.
func (s *Server) readQuery(values url.Values) (query, error) {
	q := query{limit: 100, sortBy: cmp.Or(values.Get("sortBy"), "time"), descending: values.Get("sortDirection") != "ascending"}
	for name, into := range map[string]*int{"start": &q.start, "limit": &q.limit} {
		if text := values.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return q, fmt.Errorf("%s is no number", name)
			}
			*into = n
		}
	}
	if q.limit > MaxLimit && s.options.Behaviour.ClampLimit {
		q.limit = MaxLimit
	}
	switch {
	case q.limit > MaxLimit:
		return q, fmt.Errorf("the limit is %d at most", MaxLimit)
	case s.options.MaxOffset > 0 && q.start+q.limit > s.options.MaxOffset:
		return q, fmt.Errorf("the result window is too large, start + limit must be at most %d", s.options.MaxOffset)
	case orders[q.sortBy] == nil:
		return q, fmt.Errorf("there is no order by that name")
	}
	q.schemes, q.states = split(values.Get("scheme")), split(strings.ToLower(values.Get("approval")))
	q.words = strings.Fields(strings.ToLower(values.Get("keyword")))
	return q, q.readRanges(values)
}

func split(value string) []string {
	return slices.DeleteFunc(strings.Split(value, "|"), func(s string) bool { return s == "" })
}

func (q *query) readRanges(values url.Values) error {
	stamps := map[string]func(*entry) int64{
		"created":      func(e *entry) int64 { return e.created },
		"createdTime":  func(e *entry) int64 { return e.created },
		"uploadedTime": func(e *entry) int64 { return e.uploaded },
		"lastModified": func(e *entry) int64 { return e.modified },
	}
	for name, stamp := range stamps {
		text := values.Get(name)
		if text == "" {
			continue
		}
		r := timeRange{stamp: stamp}
		r.min, r.max, _ = strings.Cut(text, "..")
		for _, end := range []string{r.min, r.max} {
			unit, known := map[int]string{0: r.unit, 10: "s", 13: "ms", 17: "17"}[len(end)]
			if !known || strings.Trim(end, "0123456789") != "" || r.unit != "" && unit != r.unit {
				return fmt.Errorf("%s is no range of time", name)
			}
			r.unit = unit
		}
		q.ranges = append(q.ranges, r)
	}
	return nil
}

// holds reports whether a stamp is in the range. What is finer than the unit does not count. In digits of local
// time the digits are compared, so the hour that the clocks repeat is one hour.
func (r *timeRange) holds(e *entry, o *Options) bool {
	if units := o.Behaviour.TimeUnits; len(units) > 0 && !slices.Contains(units, r.unit) {
		return false
	}
	var at string
	switch stamp := r.stamp(e); r.unit {
	case "s":
		at = strconv.FormatInt(floorSeconds(stamp), 10)
	case "ms":
		at = strconv.FormatInt(stamp, 10)
	case "17":
		at = string(appendStamp(nil, stamp, o.TimeZone))
	}
	return (r.min == "" || compareNumbers(at, r.min) >= 0) && (r.max == "" || compareNumbers(at, r.max) <= 0)
}

func floorSeconds(milliseconds int64) int64 { return time.UnixMilli(milliseconds).Unix() }

// compareNumbers compares whole numbers that are not negative, as they are written.
func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// list answers a list call over the assets that belong to it.
func (s *Server) list(r *http.Request, belongs func(*entry) bool) answer {
	values := r.URL.Query()
	q, err := s.readQuery(values)
	if err != nil {
		a := problem(http.StatusBadRequest, err.Error())
		a.body = fmt.Appendf(nil, `{"code":3301,"message":%s}`, appendString(nil, err.Error()))
		return a
	}
	for _, name := range []string{"start", "limit"} {
		values.Del(name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.URL.EscapedPath() + "?" + values.Encode()
	found, kept := s.content.listed[id]
	if !kept {
		if len(s.content.listed) >= maxListed {
			clear(s.content.listed)
		}
		found = s.find(&q, belongs)
		s.content.listed[id] = found
	}
	s.meter.pages++
	return answer{status: http.StatusOK, body: s.envelope(&q, found), list: true}
}

// find gives the assets that a query is about, in its order.
func (s *Server) find(q *query, belongs func(*entry) bool) listed {
	var found listed
	if s.faults.Blind {
		return nil
	}
	for _, e := range s.content.entries {
		if belongs(e) && q.holds(e, &s.options) {
			found = append(found, e)
		}
	}
	order := orders[q.sortBy]
	if q.sortBy == "time" && s.options.Behaviour.TimeIsModified {
		order = orders["last_modified"]
	}
	slices.SortStableFunc(found, order)
	if q.descending {
		slices.Reverse(found)
	}
	return found
}

func (q *query) holds(e *entry, o *Options) bool {
	if len(q.schemes) > 0 && !slices.Contains(q.schemes, e.scheme) || len(q.states) > 0 && !slices.Contains(q.states, strings.ToLower(e.status)) {
		return false
	}
	for i := range q.ranges {
		if !q.ranges[i].holds(e, o) {
			return false
		}
	}
	return len(q.words) == 0 || e.says(q.words)
}

// says reports whether all words stand in what the asset says.
func (e *entry) says(words []string) bool {
	rough := bytes.ToLower(e.front())
	if slices.ContainsFunc(words, func(w string) bool {
		plain := strings.Trim(string(appendString(nil, w)), `"`)
		return !bytes.Contains(rough, []byte(plain))
	}) {
		return false
	}
	r, err := e.decode()
	if err != nil {
		return false
	}
	texts := append(append([]string{r.Name, r.Description}, r.Tags...), r.Keywords...)
	for _, value := range r.Additional {
		texts = append(texts, fmt.Sprint(value))
	}
	text := strings.ToLower(strings.Join(texts, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// envelope is what a list call gets. Without anything found there is no key results, at the start no key start.
func (s *Server) envelope(q *query, found listed) []byte {
	page := found[min(q.start, len(found)):min(q.start+q.limit, len(found))]
	b := append(make([]byte, 0, 256+len(page)*2500), `{"facets":[],`...)
	if len(page) > 0 {
		b = append(b, `"results":[`...)
		first := true
		for _, e := range page {
			b = s.appendRecord(comma(b, &first), e, false)
		}
		b = append(b, "],"...)
	} else if s.options.Behaviour.NullResults {
		b = append(b, `"results":null,`...)
	}
	b = fmt.Appendf(b, `"limit":%d,`, q.limit)
	if q.start > 0 {
		b = fmt.Appendf(b, `"start":%d,`, q.start)
	}
	if !s.faults.NoFound {
		b = fmt.Appendf(b, `"found":%d,`, len(found))
	}
	direction := "ascending"
	if q.descending {
		direction = "descending"
	}
	b = fmt.Appendf(b, `"sortBy":%q,"sortDirection":%q,"matchExpr":`, q.sortBy, direction)
	return append(appendString(b, strings.Join(q.words, " ")), '}')
}

// listBelow lists an album, or all albums below a folder.
func (s *Server) listBelow(r *http.Request, id string, album bool) answer {
	s.mu.Lock()
	n := s.content.tree.byID[id]
	s.mu.Unlock()
	if n == nil || n.album != album {
		return problem(http.StatusNotFound, "there is no such album or folder")
	}
	return s.list(r, func(e *entry) bool { return slices.ContainsFunc(e.albums, func(a *node) bool { return a.under(n) }) })
}

// deliverList sends a list, or as much of it as the faults let through.
func (s *Server) deliverList(w http.ResponseWriter, a answer) {
	s.mu.Lock()
	s.faults.lists++
	n, hook := s.faults.lists, s.faults.OnList
	drop := s.faults.DropEvery > 0 && n%s.faults.DropEvery == 0
	cut := s.faults.CutEvery > 0 && n%s.faults.CutEvery == 0
	s.mu.Unlock()
	if hook != nil {
		hook(n)
	}
	if !drop && !cut {
		a.write(w)
		return
	}
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	length := ""
	if drop {
		length = fmt.Sprintf("Content-Length: %d\r\n", len(a.body))
	}
	fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%sConnection: close\r\n\r\n%s", length, a.body[:len(a.body)/2])
}
