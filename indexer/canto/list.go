package canto

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"net/url"
	"strconv"
	"strings"

	"semdex"
	"semdex/indexer"
	"semdex/internal/remote"
)

// maxUnreadable is how many places of a list may be unreadable before it counts as broken.
const maxUnreadable = 20

// listing is a list of Canto, which is read page by page.
type listing struct {
	name   string     // for what is said of it
	path   string     // of the call
	query  url.Values // but for start and limit
	scheme string     // of all its records; "" for a list of several
	deep   bool       // it may be read beyond max_offset
}

// with gives the list with one more parameter.
func (l listing) with(name, value string) listing {
	query := url.Values{name: {value}}
	for n, v := range l.query {
		if n != name {
			query[n] = v
		}
	}
	l.query = query
	return l
}

// page is a part of a list.
type page struct {
	rows  []row
	found int // in the whole list; -1 where it is not told
}

// row is one place in a list.
type row struct {
	position int // from 0
	raw      json.RawMessage
	err      error // why there is nothing to read
}

// envelopeKeys are what an answer has one of, at least, if it is a list: "results" is absent from an empty one.
var envelopeKeys = []string{"results", "found", "limit", "start", "sortBy", "sortDirection", "facets", "matchExpr"}

// readPage reads the answer of a list call.
func readPage(body []byte, start int) (page, error) {
	p := page{found: -1}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(body, &keys); err != nil {
		return p, err
	}
	known := false
	for _, name := range envelopeKeys {
		known = known || keys[name] != nil
	}
	if !known {
		return p, errors.New("it is no list")
	}
	var results []json.RawMessage
	if raw := keys["results"]; raw != nil && json.Unmarshal(raw, &results) != nil {
		return p, errors.New("its results are no list")
	}
	for i, raw := range results {
		p.rows = append(p.rows, row{position: start + i, raw: raw})
	}
	if text, err := scalar(keys["found"]); err == nil && text != "" {
		if n, err := strconv.Atoi(text); err == nil && n >= 0 {
			p.found = n
		}
	}
	return p, nil
}

// page reads a part of a list. Where it cannot be decoded as a whole, it is read in smaller and smaller parts, until
// what cannot be read stands alone.
func (f *fetching) page(l listing, start, limit int) (page, error) {
	l = l.with("limit", strconv.Itoa(limit))
	if start > 0 {
		l = l.with("start", strconv.Itoa(start))
	}
	var p page
	_, err := f.read(f.ctx, f.request(groupList, l.path, l.query), func(body []byte) (err error) {
		p, err = readPage(body, start)
		return err
	})
	if err == nil || !partial(err) {
		return p, err
	}
	if limit > 1 {
		return f.halves(l, start, limit)
	}
	return f.unreadable(l, start, err)
}

// found asks how many assets a list has; -1 where that is not told.
func (f *fetching) found(l listing) (int, error) {
	p, err := f.page(l, 0, 1)
	if err == nil && p.found < 0 && len(p.rows) > 0 && p.rows[0].err != nil { // the one that is shown cannot be read
		p, err = f.page(l, 1, 1)
	}
	return p.found, err
}

// partial reports whether less of an answer may be readable: there is JSON that is broken somewhere, or too much.
func partial(err error) bool {
	var syntax *json.SyntaxError
	fault := remote.FaultOf(err)
	return remote.Is(err, remote.TooLarge) || (errors.As(err, &syntax) && fault != nil && fault.Said == "")
}

func (f *fetching) halves(l listing, start, limit int) (page, error) {
	first, err := f.page(l, start, limit/2)
	if err != nil {
		return page{}, err
	}
	second, err := f.page(l, start+limit/2, limit-limit/2)
	if err != nil {
		return page{}, err
	}
	return page{rows: append(first.rows, second.rows...), found: max(first.found, second.found)}, nil
}

// unreadable gives the page of one place that cannot be read.
func (f *fetching) unreadable(l listing, position int, cause error) (page, error) {
	if err := f.spoiled(l, position, cause); err != nil {
		return page{}, err
	}
	return page{rows: []row{{position: position, err: fmt.Errorf("the answer cannot be read: %w", remote.FaultOf(cause))}}, found: -1}, nil
}

// spoiled notes a place of a list that cannot be read. Too many are an error.
func (f *fetching) spoiled(l listing, position int, cause error) error {
	if f.broken[l.name] == nil {
		f.broken[l.name] = map[int]bool{}
	}
	f.broken[l.name][position] = true
	if len(f.broken[l.name]) <= maxUnreadable {
		return nil
	}
	return &semdex.Error{Code: semdex.Upstream, Message: fmt.Sprintf("more than %d places of %s cannot be read", maxUnreadable, l.name),
		Hint: "try again later; if it stays so, ask Canto's support, or look at proxies in between", Err: cause}
}

// entry is a place in a list that was looked at.
type entry struct {
	row
	list    string // the name of the list
	mark    uint64 // what tells it from others
	key     key
	known   bool // the key could be read
	foreign bool // it is nothing that this source lists
	record  object
}

// entries looks at the rows of a page. What is wrong with one is its err.
func (f *fetching) entries(l listing, rows []row) []entry {
	out := make([]entry, 0, len(rows))
	for _, r := range rows {
		out = append(out, f.entry(l, r))
	}
	return out
}

func (f *fetching) entry(l listing, r row) entry {
	e := entry{row: r, list: l.name}
	if r.err != nil {
		e.mark = f.marked("unreadable", l.name, strconv.Itoa(r.position))
		return e
	}
	if e.record, e.err = readObject(r.raw); e.err == nil && e.record == nil {
		e.err = errors.New("want an object")
	}
	if e.err == nil {
		e.key, e.err = readKey(e.record, l.scheme)
	}
	if e.err == nil {
		e.err = f.id(e.key).Check()
	}
	if e.err != nil {
		e.mark = f.marked("rejected", string(r.raw))
		return e
	}
	e.known, e.mark = true, f.marked("asset", e.key.scheme, e.key.id)
	e.foreign = f.foreign(e.key.scheme)
	return e
}

func (f *fetching) marked(parts ...string) uint64 {
	return maphash.String(f.seed, strings.Join(parts, "\x00"))
}

// offer lists an entry, unless it was listed before.
func (f *fetching) offer(e entry) error {
	if _, done := f.offered[e.mark]; done || e.foreign {
		return nil
	}
	f.offered[e.mark] = struct{}{}
	return f.yield(f.item(e))
}

// item makes of an entry what is listed.
func (f *fetching) item(e entry) indexer.Item {
	item := indexer.Item{File: e.list, Line: e.position + 1}
	err := e.err
	if err == nil {
		if item.Asset, err = build(&f.config, f.mapping, e.key.scheme, e.record); err == nil {
			item.Asset.ID = f.id(e.key)
			return item
		}
	}
	item.Asset = nil
	item.Rejected = &indexer.Rejection{File: item.File, Line: item.Line, Reason: err.Error(),
		Raw: strings.ToValidUTF8(string(e.raw[:min(len(e.raw), indexer.MaxRaw)]), "\uFFFD")}
	if e.known {
		item.Rejected.ID = f.id(e.key)
	}
	return item
}
