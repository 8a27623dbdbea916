package cantotest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"semdex"
)

// tree is the folders and albums. Assets are in albums only.
type tree struct {
	root  *node
	byID  map[string]*node
	paths map[string]*node // albums by path, as far as they were asked for

	before map[string]string // scheme and path -> id that it had, while a tree is made anew
}

// node is a folder or an album. The root has no name, no id and no parent.
type node struct {
	id, name string
	album    bool
	parent   *node
	children []*node
}

func newTree() tree {
	return tree{root: &node{}, byID: map[string]*node{}, paths: map[string]*node{}}
}

func (n *node) path() string   { return n.joined(func(n *node) string { return n.name }) }
func (n *node) idPath() string { return n.joined(func(n *node) string { return n.id }) }

func (n *node) joined(part func(*node) string) string {
	if n.parent == nil || n.parent.parent == nil {
		return part(n)
	}
	return n.parent.joined(part) + "/" + part(n)
}

func (n *node) scheme() string {
	if n.album {
		return "album"
	}
	return "folder"
}

// under reports whether a node is that folder itself, or below it.
func (n *node) under(folder *node) bool {
	for ; n != nil; n = n.parent {
		if n == folder {
			return true
		}
	}
	return false
}

func (n *node) child(name string, album bool) *node {
	at := slices.IndexFunc(n.children, func(c *node) bool { return c.name == name && c.album == album })
	if at < 0 {
		return nil
	}
	return n.children[at]
}

func (n *node) leave() {
	n.parent.children = slices.DeleteFunc(n.parent.children, func(c *node) bool { return c == n })
}

// albums finds or makes the albums of these paths.
func (t *tree) albums(paths []string) []*node {
	var albums []*node
	for _, path := range paths {
		album := t.paths[path]
		if album == nil {
			names := strings.Split(path, "/")
			last := len(names) - 1
			album = t.make(t.folder(names[:last]), names[last], true)
			t.paths[path] = album
		}
		if !slices.Contains(albums, album) {
			albums = append(albums, album)
		}
	}
	return albums
}

// folder finds or makes the folder of that path.
func (t *tree) folder(names []string) *node {
	at := t.root
	for _, name := range names {
		at = t.make(at, name, false)
	}
	return at
}

// make finds or makes a folder or album in a folder.
func (t *tree) make(in *node, name string, album bool) *node {
	if n := in.child(name, album); n != nil {
		return n
	}
	n := &node{name: name, album: album, parent: in}
	n.id = t.newID(n)
	t.byID[n.id] = n
	in.children = append(in.children, n)
	return n
}

// newID makes up five characters out of the path, so that a tenant filled alike has the same ids.
func (t *tree) newID(n *node) string {
	if id := t.before[n.scheme()+" "+n.path()]; id != "" && t.byID[id] == nil {
		return id
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	for salt := 0; ; salt++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", salt, n.scheme(), n.path()))
		id := make([]byte, 5)
		for i := range id {
			id[i] = letters[sum[i]%32]
		}
		if t.byID[string(id)] == nil {
			return string(id)
		}
	}
}

// at finds an album of that path, else a folder.
func (t *tree) at(path string) *node {
	var folder *node
	for _, n := range t.byID {
		switch {
		case n.path() != path:
		case n.album:
			return n
		default:
			folder = n
		}
	}
	return folder
}

// RenameAlbum gives an album, or a folder where no album has that path, another path. Its id stays, and what is in
// it; its assets are not modified.
func (s *Server) RenameAlbum(from, to string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.content.tree
	n := t.at(from)
	if n == nil {
		return unknown("album or folder", from)
	}
	names := strings.Split(to, "/")
	name := names[len(names)-1]
	above := t.folder(names[:len(names)-1])
	if above.under(n) || above.child(name, n.album) != nil {
		return invalid("%s %q cannot become %q", n.scheme(), from, to)
	}
	n.leave()
	n.name, n.parent = name, above
	above.children = append(above.children, n)
	clear(t.paths)
	for _, e := range s.content.entries {
		if slices.ContainsFunc(e.albums, func(a *node) bool { return a.under(n) }) {
			e.hash = semdex.Hash{}
		}
	}
	s.content.changed()
	return nil
}

// DeleteAlbum removes an album. The assets in it stay, and are not modified.
func (s *Server) DeleteAlbum(path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.content.tree
	n := t.at(path)
	if n == nil || !n.album {
		return unknown("album", path)
	}
	n.leave()
	delete(t.byID, n.id)
	clear(t.paths)
	for _, e := range s.content.entries {
		if slices.Contains(e.albums, n) {
			e.hash = semdex.Hash{}
			e.albums = slices.DeleteFunc(slices.Clone(e.albums), func(a *node) bool { return a == n })
		}
	}
	s.content.changed()
	return nil
}
