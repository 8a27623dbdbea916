package cantotest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"semdex"
)

// key names an asset.
type key struct{ scheme, id string }

// entry is one asset as it is kept. Stamps are milliseconds since 1970.
type entry struct {
	key
	content
	uploaded, created, modified int64
	albums                      []*node
	hash                        semdex.Hash // of the asset that Fill made it of; empty once it was changed since
}

// tenant is what the library holds. revision grows with every change, so that what was computed is known to be stale.
type tenant struct {
	entries  []*entry // in the order in which they came
	byKey    map[key]*entry
	fields   []field
	defined  map[string]bool // names of fields
	tree     tree
	last     int64 // the newest stamp that was given
	born     int64 // stamp of folders and albums
	kept     map[key]kept
	revision int
	listed   map[string]listed
}

// field is a custom field.
type field struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

func newTenant(o Options) (tenant, error) {
	t := tenant{byKey: map[key]*entry{}, defined: map[string]bool{}, tree: newTree(), listed: map[string]listed{}}
	if err := t.restore(o.State); err != nil {
		return t, err
	}
	if t.born == 0 {
		t.born = o.Now().UnixMilli()
	}
	return t, nil
}

// stamps gives n stamps in a row, a millisecond apart and later than all before; the last is now where it can be.
func (t *tenant) stamps(now time.Time, n int) (first int64) {
	if n == 0 {
		return t.last
	}
	first = max(t.last+1, now.UnixMilli()-int64(n-1))
	t.last = first + int64(n-1)
	return first
}

func (t *tenant) changed() {
	t.revision++
	clear(t.listed)
}

// Put adds records, or replaces those that are there, which is a modification. Stamps that a record gives are taken
// as they are. Custom fields that are not defined yet get defined.
func (s *Server) Put(records ...Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.content.changed()
	stamp := s.content.stamps(s.now(), len(records))
	for i := range records {
		if err := s.content.put(&records[i], stamp+int64(i)); err != nil {
			return err
		}
	}
	return nil
}

// put stores a record with its stamps, or with the given one where it has none.
func (t *tenant) put(r *Record, stamp int64) error {
	if r.Scheme == "" || r.ID == "" {
		return invalid("a record needs a scheme and an id, got %q and %q", r.Scheme, r.ID)
	}
	c, err := r.encode()
	if err != nil {
		return invalid("record %s/%s: %v", r.Scheme, r.ID, err)
	}
	k := key{r.Scheme, r.ID}
	e, known := t.byKey[k]
	if !known {
		e = &entry{key: k, uploaded: stamp}
		t.byKey[k] = e
		t.entries = append(t.entries, e)
	}
	e.content, e.modified, e.hash = c, stamp, semdex.Hash{}
	if !r.Uploaded.IsZero() {
		e.uploaded = r.Uploaded.UnixMilli()
	}
	if e.created = e.uploaded; !r.Created.IsZero() {
		e.created = r.Created.UnixMilli()
	}
	if !r.Modified.IsZero() {
		e.modified = r.Modified.UnixMilli()
	}
	e.albums = t.tree.albums(r.Albums)
	t.define(r.Additional)
	return nil
}

func invalid(format string, args ...any) error {
	return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf(format, args...)}
}

func unknown(what, name string) error {
	return &semdex.Error{Code: semdex.NotFound, Message: fmt.Sprintf("the imitation of Canto has no %s %q", what, name)}
}

// Edit changes a record as a curator would: it gets a new "Date modified", unless change sets one. change must not
// call the server.
func (s *Server) Edit(scheme, id string, change func(*Record)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.lookUp(scheme, id)
	if err != nil {
		return err
	}
	r, err := e.record()
	if err != nil {
		return err
	}
	before := r.Modified
	change(&r)
	if r.Scheme != scheme || r.ID != id {
		return invalid("an edit of %s/%s cannot make it %s/%s", scheme, id, r.Scheme, r.ID)
	}
	if r.Modified.Equal(before) {
		r.Modified = time.Time{}
	}
	defer s.content.changed()
	return s.content.put(&r, s.content.stamps(s.now(), 1))
}

func (s *Server) lookUp(scheme, id string) (*entry, error) {
	e, known := s.content.byKey[key{scheme, id}]
	if !known {
		return nil, unknown("asset", scheme+"/"+id)
	}
	return e, nil
}

// record gives back what was put, with the stamps it has.
func (e *entry) record() (Record, error) {
	r, err := e.decode()
	r.Uploaded, r.Created, r.Modified = time.UnixMilli(e.uploaded), time.UnixMilli(e.created), time.UnixMilli(e.modified)
	if e.created == e.uploaded {
		r.Created = time.Time{}
	}
	for _, album := range e.albums {
		r.Albums = append(r.Albums, album.path())
	}
	return r, err
}

// Record gives an asset as it is now.
func (s *Server) Record(scheme, id string) (Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.lookUp(scheme, id)
	if err != nil {
		return Record{}, err
	}
	return e.record()
}

// Move puts an asset into these albums and no others, given by their paths. Whether that touches its "Date modified"
// is not known of Canto; here it does so where Behaviour.MoveTouches says it.
func (s *Server) Move(scheme, id string, albums ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.lookUp(scheme, id)
	if err != nil {
		return err
	}
	e.albums, e.hash = s.content.tree.albums(albums), semdex.Hash{}
	if s.options.Behaviour.MoveTouches {
		e.modified = s.content.stamps(s.now(), 1)
	}
	s.content.changed()
	return nil
}

// Delete removes an asset, without a word to anyone.
func (s *Server) Delete(scheme, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, known := s.content.byKey[key{scheme, id}]
	if !known {
		return
	}
	delete(s.content.byKey, e.key)
	s.content.entries = slices.DeleteFunc(s.content.entries, func(o *entry) bool { return o == e })
	s.content.changed()
}

// Len is how many assets there are.
func (s *Server) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.content.entries)
}

// version stands in the address of a picture that needs no token. It is the same on every run.
func (k key) version() string {
	sum := sha256.Sum256([]byte("direct " + k.scheme + "/" + k.id))
	return hex.EncodeToString(sum[:12])
}
