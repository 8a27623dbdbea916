package config

import (
	"encoding"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"semdex/internal/text"
)

// Secret is a string that may be given as KEY_file, and that never shows itself.
type Secret string

func (Secret) String() string { return "(secret)" }

func typeOf(v any) reflect.Type { return reflect.TypeOf(v) }

var (
	secretType     = typeOf(Secret(""))
	dimensionsType = typeOf(Dimensions{})
	dimensionType  = typeOf(Dimension{})
	eventFilesType = typeOf(EventFiles{})
	eventFileType  = typeOf(EventFile{})
	textType       = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// walker goes through the YAML beside the type it is for: it finds unknown keys, and puts environment
// variables and the content of secret files in their places.
type walker struct {
	dir  string
	done map[*yaml.Node]bool // expanded: what an alias stands for comes by again, and a value may itself hold ${
}

var composite = []reflect.Kind{reflect.Map, reflect.Slice, reflect.Struct}

func (w *walker) check(node *yaml.Node, t reflect.Type, path string) error {
	switch {
	case node.Kind == yaml.AliasNode:
		return w.check(node.Alias, t, path)
	case node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null":
		return nil
	case t == eventFilesType && node.Kind != yaml.SequenceNode:
		return w.check(node, eventFileType, path)
	case node.Kind == yaml.ScalarNode && (t == eventFileType || reflect.PointerTo(t).Implements(textType)):
		return w.expand(node)
	case node.Kind == yaml.ScalarNode && !slices.Contains(composite, t.Kind()):
		if t.Kind() != reflect.String {
			node.Tag = "" // what it is, a number perhaps, shows when it is expanded
		}
		return w.expand(node)
	case t == dimensionsType:
		return w.checkMap(node, dimensionType, path)
	case t.Kind() == reflect.Map:
		return w.checkMap(node, t.Elem(), path)
	case t.Kind() == reflect.Slice:
		return w.checkList(node, t.Elem(), path)
	case t.Kind() == reflect.Struct:
		return w.checkStruct(node, t, path)
	}
	return fmt.Errorf("line %d: %s: want a plain value", node.Line, path)
}

func (w *walker) checkMap(node *yaml.Node, elem reflect.Type, path string) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: %s: want names with values", node.Line, path)
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if err := w.check(node.Content[i+1], elem, join(path, node.Content[i].Value)); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) checkList(node *yaml.Node, elem reflect.Type, path string) error {
	if node.Kind != yaml.SequenceNode {
		return fmt.Errorf("line %d: %s: want a list", node.Line, path)
	}
	for _, item := range node.Content {
		if err := w.check(item, elem, path); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) checkStruct(node *yaml.Node, t reflect.Type, path string) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: %s: want names with values", node.Line, path)
	}
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "-" && name != "" {
			fields[name] = t.Field(i).Type
		}
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if read, err := w.secretFile(key, value, fields, path); err != nil {
			return err
		} else if read {
			continue
		}
		field, known := fields[key.Value]
		if !known {
			return unknownKey(key, path, fields)
		}
		if err := w.check(value, field, join(path, key.Value)); err != nil {
			return err
		}
	}
	return nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + ": " + key
}

// secretFile turns NAME_file into NAME with the content of the file, and says whether there was such a key.
func (w *walker) secretFile(key, value *yaml.Node, fields map[string]reflect.Type, path string) (bool, error) {
	name, isFile := strings.CutSuffix(key.Value, "_file")
	if !isFile || fields[name] != secretType {
		return false, nil
	}
	if err := w.check(value, secretType, join(path, key.Value)); err != nil {
		return false, err
	}
	file := value
	if value.Kind == yaml.AliasNode {
		file = value.Alias
	}
	body, err := os.ReadFile(filepath.Clean(absolute(w.dir, file.Value)))
	if err != nil {
		return false, fmt.Errorf("line %d: %s: cannot read the file of the secret: %w", key.Line, join(path, key.Value), err)
	}
	key.Value = name
	*value = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: strings.TrimSpace(string(body)), Line: value.Line, Column: value.Column}
	w.done[value] = true
	return true, nil
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand puts environment variables into a string.
func (w *walker) expand(node *yaml.Node) error {
	if w.done[node] {
		return nil
	}
	w.done[node] = true
	var missing string
	node.Value = variable.ReplaceAllStringFunc(node.Value, func(m string) string {
		name := m[2 : len(m)-1]
		value, set := os.LookupEnv(name)
		if !set && missing == "" {
			missing = name
		}
		return value
	})
	if missing != "" {
		return fmt.Errorf("line %d: the environment variable %s is not set", node.Line, missing)
	}
	return nil
}

func unknownKey(key *yaml.Node, path string, fields map[string]reflect.Type) error {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	where := ""
	if path != "" {
		where = " in " + path
	}
	if near := nearest(key.Value, names); near != "" {
		return fmt.Errorf("line %d: unknown key %s%s; did you mean %s?", key.Line, key.Value, where, near)
	}
	return fmt.Errorf("line %d: unknown key %s%s; known are: %s", key.Line, key.Value, where, strings.Join(names, ", "))
}

// nearest gives the name that takes the fewest edits to reach from s, "" where that is more than a third.
func nearest(s string, names []string) string {
	best, name := len(s)/3+2, ""
	for _, n := range names {
		if d := text.Edits(strings.ToLower(s), n); d < best {
			best, name = d, n
		}
	}
	return name
}
