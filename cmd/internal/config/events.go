package config

import (
	"cmp"
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"

	"semdex"
	"semdex/analytics/intake"
)

// EventFiles are the files of events of a source: in the file a path, an EventFile, or a list of these.
type EventFiles []EventFile

// EventFile is a file of events, in our own shape or in that of another system.
type EventFile struct {
	Path       string            `yaml:"path"`
	Format     string            `yaml:"format"` // one of intake.Formats; semdex where empty
	Map        map[string]string `yaml:"map"`    // column -> our field
	Values     map[string]string `yaml:"values"` // their word -> our event type
	Constants  map[string]string `yaml:"constants"`
	Separator  string            `yaml:"separator"`
	Decimal    string            `yaml:"decimal"`
	TimeLayout string            `yaml:"time_layout"`
	TimeZone   string            `yaml:"time_zone"` // of times that do not tell theirs; where empty the library's for tables and placements, else UTC
	Encoding   string            `yaml:"encoding"`
	Prefix     string            `yaml:"prefix"` // of asset ids

	Zone *time.Location `yaml:"-"` // of TimeZone
}

// UnmarshalYAML reads each of the three forms.
func (f *EventFiles) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.SequenceNode {
		var one EventFile
		err := one.UnmarshalYAML(node)
		if *f = nil; one.Path != "" || node.Kind == yaml.MappingNode {
			*f = EventFiles{one}
		}
		return err
	}
	type plain EventFiles
	return node.Decode((*plain)(f))
}

// UnmarshalYAML reads a path, or the path with the rest.
func (f *EventFile) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&f.Path)
	}
	type plain EventFile
	return node.Decode((*plain)(f))
}

// complete checks the files, and makes their paths absolute.
func (f EventFiles) complete(dir string, zone *time.Location) error {
	seen := map[string]bool{}
	for i := range f {
		one := &f[i]
		if one.Path == "" {
			return fmt.Errorf("events: path is missing")
		}
		if err := one.complete(dir, zone); err != nil {
			hint := semdex.HintOf(err)
			return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("events: %s: %s", one.Path, err), Hint: hint}
		}
		if seen[one.Path] {
			return fmt.Errorf("events: %s is there twice", one.Path)
		}
		seen[one.Path] = true
	}
	return nil
}

func (f *EventFile) complete(dir string, zone *time.Location) error {
	f.Format = cmp.Or(f.Format, intake.Semdex)
	if f.TimeZone != "" {
		var err error
		if zone, err = time.LoadLocation(f.TimeZone); err != nil {
			return fmt.Errorf("time_zone: %q is not known; write it like Europe/Berlin", f.TimeZone)
		}
	}
	if f.TimeZone != "" || intake.Local(f.Format) {
		f.Zone = zone
	}
	if err := f.Intake().Check(); err != nil {
		return err
	}
	f.Path = absolute(dir, f.Path)
	return nil
}

// Intake gives how the file is to be read.
func (f *EventFile) Intake() intake.Options {
	return intake.Options{
		Format: f.Format, Map: f.Map, Values: f.Values, Constants: f.Constants, Separator: f.Separator, Decimal: f.Decimal,
		TimeLayout: f.TimeLayout, TimeZone: f.Zone, Encoding: f.Encoding, Prefix: f.Prefix,
	}
}
