package poolparty

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"semdex"
)

// project is what the list of projects says of one.
type project struct {
	ID         string
	Title      string
	Supplement string // its short name in the URIs of concepts
	Languages  []string
}

func (p project) String() string {
	if p.Title == "" {
		return p.ID
	}
	return p.Title
}

// maxNamed bounds how many projects an error names.
const maxNamed = 20

// project finds the project that is configured, and tells the time of the server.
func (s *Source) project(ctx context.Context) (project, time.Time, error) {
	var list []project
	response, err := s.read(ctx, s.request("/PoolParty/api/projects", nil), func(body []byte) (err error) {
		list, err = decodeProjects(body)
		return err
	})
	if err != nil {
		return project{}, time.Time{}, err
	}
	p, err := findProject(list, s.config.Project)
	return p, s.serverTime(response.Header), err
}

// serverTime is the time that an answer says it was sent at: the dates of the history are by that clock.
func (s *Source) serverTime(h http.Header) time.Time {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		return at
	}
	return s.config.Now()
}

func decodeProjects(body []byte) ([]project, error) {
	items, err := decodeList(body, "projects")
	if err != nil {
		return nil, err
	}
	var list []project
	for _, item := range items {
		p := project{ID: item.text("id", "uuid"), Title: item.text("title", "label", "name"), Supplement: item.text("urisupplement", "projectidentifier"),
			Languages: item.texts("availablelanguages", "languages", "defaultlanguage")}
		if p.ID != "" {
			list = append(list, p)
		}
	}
	if len(list) == 0 && len(items) > 0 {
		return nil, fmt.Errorf("none of %d projects has an id", len(items))
	}
	return list, nil
}

// findProject finds the one project of that id, else of that URI supplement, else of that title.
func findProject(list []project, name string) (project, error) {
	for _, same := range []func(project) bool{
		func(p project) bool { return plainID(p.ID) == plainID(name) },
		func(p project) bool { return strings.EqualFold(p.Supplement, name) },
		func(p project) bool { return strings.EqualFold(strings.TrimSpace(p.Title), name) },
	} {
		var found []project
		for _, p := range list {
			if same(p) {
				found = append(found, p)
			}
		}
		switch {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			return project{}, &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("more than one PoolParty project is called %q", name), Hint: "set project to one of the ids: " + named(found)}
		}
	}
	return project{}, noProject(list, name)
}

func noProject(list []project, name string) error {
	e := &semdex.Error{Code: semdex.NotFound, Message: fmt.Sprintf("the PoolParty account sees no project %q", name)}
	if len(list) == 0 {
		e.Message += ", nor any other"
		e.Hint = "ask the administrator of PoolParty to give the account a user group of the project"
		return e
	}
	e.Hint = "it sees " + named(list) + "; if the project is none of these, the account lacks a user group of it"
	return e
}

func named(list []project) string {
	var names []string
	for _, p := range list[:min(len(list), maxNamed)] {
		names = append(names, fmt.Sprintf("%q (%s)", p.Title, p.ID))
	}
	if len(list) > maxNamed {
		names = append(names, fmt.Sprintf("and %d more", len(list)-maxNamed))
	}
	return strings.Join(names, ", ")
}

// plainID brings the dresses of a UUID to one.
func plainID(id string) string {
	id = strings.TrimPrefix(strings.ToLower(id), "urn:uuid:")
	return strings.NewReplacer("{", "", "}", "", "-", "").Replace(id)
}
