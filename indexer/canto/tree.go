package canto

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
)

// node is a folder or an album in the tree.
type node struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Scheme   string          `json:"scheme"`
	IDPath   string          `json:"idPath"`
	NamePath string          `json:"namePath"`
	Size     json.RawMessage `json:"size"`
	Children []node          `json:"children"`
}

// tree gives the albums by id.
func (s *Source) tree(ctx context.Context) (map[string]album, error) {
	albums := map[string]album{}
	r := s.request(groupTree, "/tree", url.Values{"layer": {"-1"}})
	_, err := s.read(ctx, r, func(body []byte) error {
		var reply struct {
			Results *[]node `json:"results"`
			SortBy  *string `json:"sortBy"`
		}
		if err := json.Unmarshal(body, &reply); err != nil {
			return err
		}
		switch {
		case reply.Results != nil:
			collect(albums, *reply.Results, "")
		case reply.SortBy == nil:
			return errors.New("it is no tree")
		}
		return nil
	})
	return albums, err
}

// collect finds the albums below a folder.
func collect(albums map[string]album, nodes []node, above string) {
	for _, n := range nodes {
		path := above + "/" + n.Name
		if n.Scheme == "album" {
			albums[n.ID] = album{Path: digest(n.Name, n.IDPath, n.NamePath, path), Size: n.size()}
		}
		collect(albums, n.Children, path)
	}
}

// size is how many assets are in an album, -1 where it is not told.
func (n *node) size() int {
	text, err := scalar(n.Size)
	if err != nil {
		return -1
	}
	size, err := strconv.Atoi(text)
	if err != nil || size < 0 {
		return -1
	}
	return size
}

// defined gives the custom fields that there are.
func (s *Source) defined(ctx context.Context) ([]customField, error) {
	var fields []customField
	_, err := s.read(ctx, s.request(groupField, "/custom/field", nil), func(body []byte) error {
		fields = nil
		if err := json.Unmarshal(body, &fields); err != nil {
			return err
		}
		if fields == nil {
			return errors.New("it is no list of custom fields")
		}
		return nil
	})
	return fields, err
}
