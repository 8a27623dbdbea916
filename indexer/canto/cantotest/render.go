package cantotest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// appendRecord writes an asset as Canto gives it: in lists without metadata and versions, else whole.
func (s *Server) appendRecord(b []byte, e *entry, whole bool) []byte {
	begin := len(b)
	zone := s.options.TimeZone
	timeStamp := e.uploaded
	if s.options.Behaviour.TimeIsModified {
		timeStamp = e.modified
	}
	b = append(append(b, '{'), e.front()...)
	if e.leaves("storageClass") {
		b = append(b, `,"storageClass":"standard"`...)
	}
	b = e.appendStampKey(b, "", "time", timeStamp, zone)
	b = e.appendStampKey(b, "", "created", e.created, zone)
	b = e.appendStampKey(b, "", "lastUploaded", e.uploaded, zone)
	if e.leaves("default") {
		b = append(append(b, `,"default":{`...), e.standard()...)
		b = e.appendStampKey(b, "default.", "Date uploaded", e.uploaded, zone)
		b = e.appendStampKey(b, "default.", "Date modified", e.modified, zone)
		b = append(b, '}')
	}
	if len(e.albums) > 0 && e.leaves("relatedAlbums") {
		b = s.appendAlbums(append(b, `,"relatedAlbums":`...), e.albums)
	}
	if e.leaves("url") {
		b = s.appendAddresses(append(b, `,"url":`...), e)
	}
	if whole && e.leaves("versionHistory") {
		b = s.appendVersions(append(b, `,"versionHistory":`...), e)
	}
	if whole && e.leaves("metadata") {
		b = append(append(append(b, `,"metadata":{`...), e.metadata()...), '}')
	}
	b = append(b, '}')
	if damage := s.faults.Malformed[e.scheme+"/"+e.id]; damage != 0 {
		b = append(b[:begin], damage.apply(b[begin:])...)
	}
	return b
}

// leaves reports whether the record leaves a key to the server.
func (c *content) leaves(key string) bool { return !slices.Contains(c.taken, key) }

func (c *content) appendStampKey(b []byte, in, name string, milliseconds int64, zone *time.Location) []byte {
	if !c.leaves(in + name) {
		return b
	}
	return appendStampKey(b, name, milliseconds, zone)
}

// apply damages a record that was written.
func (m Malformation) apply(record []byte) []byte {
	if m == BadJSON {
		return bytes.Replace(record, []byte(`:`), nil, 1)
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(record, &keys) != nil {
		return record
	}
	keys["size"] = json.RawMessage(`{"bytes":{}}`)
	damaged, err := json.Marshal(keys)
	if err != nil {
		return record
	}
	return damaged
}

// appendStamp writes a stamp as Canto does: 17 digits of the tenant's time, without a zone.
func appendStamp(b []byte, milliseconds int64, zone *time.Location) []byte {
	b = time.UnixMilli(milliseconds).In(zone).AppendFormat(b, "20060102150405.000")
	dot := len(b) - 4
	return append(b[:dot], b[dot+1:]...)
}

func appendStampKey(b []byte, name string, milliseconds int64, zone *time.Location) []byte {
	b = append(append(append(b, `,"`...), name...), `":"`...)
	return append(appendStamp(b, milliseconds, zone), '"')
}

func (s *Server) appendAlbums(b []byte, albums []*node) []byte {
	b = append(b, '[')
	first := true
	for _, a := range albums {
		b = append(s.appendNode(comma(b, &first), a, 0), `,"width":"0","height":"0","dpi":"72","url":{"detail":`...)
		b = append(appendString(b, s.URL()+"/album/"+a.id), "}}"...)
	}
	return append(b, ']')
}

// appendNode writes the keys of a folder or album that all places have, and leaves the object open.
func (s *Server) appendNode(b []byte, n *node, size int) []byte {
	b = append(append(append(b, `{"id":"`...), n.id...), `","name":`...)
	b = append(append(append(appendString(b, n.name), `,"scheme":"`...), n.scheme()...), `","idPath":"`...)
	b = append(append(append(b, n.idPath()...), `","namePath":`...), appendString(nil, n.path())...)
	b = append(b, `,"size":"`...)
	return append(strconv.AppendInt(b, int64(size), 10), '"')
}

// appendAddresses writes where the pictures of an asset are.
func (s *Server) appendAddresses(b []byte, e *entry) []byte {
	id := url.PathEscape(e.id)
	binary := s.URL() + "/api_binary/v1/" + url.PathEscape(e.scheme) + "/" + id
	direct := s.URL() + "/direct/" + url.PathEscape(e.scheme) + "/" + id + "/" + e.version()
	b = append(append(b, `{"preview":`...), appendString(nil, binary+"/preview")...)
	for _, address := range [][2]string{
		{"download", binary}, {"metadata", binary + "/metadata"}, {"PNG", binary + "/PNG"},
		{"detail", s.URL() + "/smartalbum/" + url.PathEscape(e.scheme) + "?column=" + url.QueryEscape(e.scheme) + "&id=" + url.QueryEscape(e.id)},
		{"directUrlPreview", direct + "/m800/800"},
		{"directUrlOriginal", direct + "/original?name=" + url.QueryEscape(e.name)},
	} {
		b = append(append(append(b, `,"`...), address[0]...), `":`...)
		b = appendString(b, address[1])
	}
	if e.scheme == "video" || e.scheme == "audio" {
		b = append(b, `,"directUrlPreviewPlay":null`...)
	}
	return append(b, '}')
}

func (s *Server) appendVersions(b []byte, e *entry) []byte {
	zone := s.options.TimeZone
	b = append(b, `[{"no":"1","versionId":"bGF0ZXN0","comment":null,"currentVersion":true`...)
	b = appendStampKey(b, "created", 0, zone) // Canto's own says 1970 there
	b = appendStampKey(b, "time", e.uploaded, zone)
	return append(b, "}]"...)
}

// serveTree answers /tree and /tree/{folder}. layer says how deep; -1, or nothing, is all.
func (s *Server) serveTree(r *http.Request, below []string) answer {
	layers := -1
	if text := r.URL.Query().Get("layer"); text != "" {
		var err error
		if layers, err = strconv.Atoi(text); err != nil {
			return problem(http.StatusBadRequest, "layer is no number")
		}
	}
	direction := "ascending"
	if r.URL.Query().Get("sortDirection") == "descending" {
		direction = "descending"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	from := s.content.tree.root
	if len(below) > 0 {
		if from = s.content.tree.byID[below[0]]; from == nil || from.album {
			return problem(http.StatusNotFound, "there is no such folder")
		}
	}
	b := []byte(`{"results":`)
	if s.faults.Blind {
		b = append(b, "[]"...)
	} else {
		b = s.appendChildren(b, from, layers, direction == "descending", s.content.sizes())
	}
	return answer{status: http.StatusOK, body: fmt.Appendf(b, `,"sortBy":"name","sortDirection":%q}`, direction)}
}

// sizes counts the assets of each album.
func (t *tenant) sizes() map[*node]int {
	sizes := map[*node]int{}
	for _, e := range t.entries {
		for _, a := range e.albums {
			sizes[a]++
		}
	}
	return sizes
}

func (n *node) size(sizes map[*node]int) int {
	if n.album {
		return sizes[n]
	}
	return len(n.children)
}

func (s *Server) appendChildren(b []byte, n *node, layers int, descending bool, sizes map[*node]int) []byte {
	children := slices.Clone(n.children)
	slices.SortFunc(children, func(x, y *node) int { return strings.Compare(x.name+x.scheme(), y.name+y.scheme()) })
	if descending {
		slices.Reverse(children)
	}
	b = append(b, '[')
	first := true
	for _, c := range children {
		b = s.appendDates(s.appendNode(comma(b, &first), c, c.size(sizes)))
		if !c.album && layers != 1 {
			b = s.appendChildren(append(b, `,"children":`...), c, layers-1, descending, sizes)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

func (s *Server) appendDates(b []byte) []byte {
	b = appendStampKey(b, "time", s.content.born, s.options.TimeZone)
	return appendStampKey(b, "created", s.content.born, s.options.TimeZone)
}

// info answers /info/folder/{id} and /info/album/{id}.
func (s *Server) info(scheme, id string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.content.tree.byID[id]
	if n == nil || n.scheme() != scheme {
		return problem(http.StatusNotFound, "there is no such album or folder")
	}
	b := s.appendNode(nil, n, n.size(s.content.sizes()))
	return answer{status: http.StatusOK, body: append(s.appendDates(b), '}')}
}
