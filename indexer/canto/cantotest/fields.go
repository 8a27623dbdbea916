package cantotest

import (
	"fmt"
	"slices"

	"semdex"
)

// DefineField defines a custom field, or gives the one of that name another id and other values. An empty id is made up.
func (s *Server) DefineField(name, id string, values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.content
	t.fields = slices.DeleteFunc(t.fields, func(f field) bool { return f.Name == name })
	t.defined[name] = true
	if id == "" {
		id = t.newFieldID("text")
	}
	t.addField(field{ID: id, Name: name, Values: append([]string{}, values...)})
	t.changed()
}

func (t *tenant) addField(f field) {
	t.fields = append(t.fields, f)
	t.defined[f.Name] = true
}

// RenameField gives a custom field another name. Its id stays; the assets have it under the new name, unmodified.
func (s *Server) RenameField(from, to string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.content
	at := slices.IndexFunc(t.fields, func(f field) bool { return f.Name == from })
	switch {
	case at < 0:
		return unknown("custom field", from)
	case t.defined[to]:
		return invalid("there is a custom field %q already", to)
	}
	t.fields[at].Name = to
	delete(t.defined, from)
	t.defined[to] = true
	defer t.changed()
	for _, e := range t.entries {
		if err := e.renameField(from, to); err != nil {
			return err
		}
	}
	return nil
}

func (e *entry) renameField(from, to string) error {
	r, err := e.decode()
	if err != nil {
		return err
	}
	value, has := r.Additional[from]
	if !has {
		return nil
	}
	delete(r.Additional, from)
	r.Additional[to] = value
	e.content, err = r.encode()
	e.hash = semdex.Hash{}
	return err
}

// define makes sure that these custom fields are defined.
func (t *tenant) define(additional map[string]any) {
	var missing []string
	for name := range additional {
		if !t.defined[name] {
			missing = append(missing, name)
			t.defined[name] = true // so that no id is the name of a field
		}
	}
	slices.Sort(missing)
	for _, name := range missing {
		t.addField(field{ID: t.newFieldID(kindOf(additional[name])), Name: name, Values: []string{}})
	}
}

func kindOf(value any) string {
	if _, several := value.([]string); several {
		return "multichoice"
	}
	return "text"
}

// newFieldID makes up an id that is neither that of a field nor the name of one.
func (t *tenant) newFieldID(kind string) string {
	for n := 0; ; n++ {
		id := fmt.Sprintf("meta_%s_%d", kind, n)
		if !t.defined[id] && !slices.ContainsFunc(t.fields, func(f field) bool { return f.ID == id }) {
			return id
		}
	}
}
