package analytics

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"semdex"
)

// Dimensions says what values events and assets have. A report asks it once for each asset, context value
// and set of concepts that its events name, and takes its answers for one state of the library.
type Dimensions interface {
	// Names gives the dimensions there are.
	Names() []Dimension
	// Asset gives the full id of an asset as an event names it; false where none, or more than one, fits.
	Asset(given string) (semdex.AssetID, bool)
	// OfAsset gives an asset's values, and unless direct all that stands above them. Here and below the
	// order does not matter, nor does a value that comes twice.
	OfAsset(dim string, id semdex.AssetID, direct bool) []Value
	// OfContext gives the values that a word of an event's context names, none where it is not known.
	OfContext(dim, value string, direct bool) []Value
	// OfConcepts gives the values that the concepts named by a search stand for.
	OfConcepts(dim string, uris []string, direct bool) []Value
}

// Dimension is something to group by. Hierarchical means that values stand above others.
type Dimension struct {
	Name         string
	Hierarchical bool
}

// Value is one value of a dimension. Path is the names from the top down to it, joined by " > ".
type Value struct {
	Name, URI, Path string
}

// None is the value of what has none.
const None = "(none)"

// ownColumns are the dimensions that events bring themselves, whatever the library knows, and where they
// stand. Any other dimension may stand in an event's context.
var ownColumns = map[string]string{
	"region":        "e.region",
	"campaign":      "e.campaign",
	"audience":      "e.audience",
	"channel":       "e.channel",
	"intended_use":  "e.intended_use",
	"business_unit": "e.business_unit",
	"client":        "e.client",
	"integration":   "e.integration",
	"language":      "e.lang",
	"actor_type":    "e.actor_type",
	"event":         "e.type",
}

// Period is the name by which a request groups by time.
const Period = "period"

// knownDimensions gives the names that a request may group or filter by, sorted.
func knownDimensions(d Dimensions) []string {
	var out []string
	for name := range ownColumns {
		out = append(out, name)
	}
	for _, dim := range d.Names() {
		out = append(out, dim.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// axis is a dimension within one report, grouped by or filtered by. It gives each set of values that some
// event has a number, 0 being no value.
type axis struct {
	Dimension
	own    string // SQL: the event's own word for it, '' where it has none
	asked  bool   // the library knows it too, by asset and concept
	d      Dimensions
	direct bool
	set    func(values []Value, word string) int32 // numbers a set
	values *valueSets
}

// ownValues gives what an event's own word stands for: at the least itself.
func (a *axis) ownValues(word string) []Value {
	if a.asked {
		if values := a.d.OfContext(a.Name, word, a.direct); len(values) > 0 {
			return values
		}
	}
	return []Value{{Name: word}}
}

// findAxis gives the dimension of a name, compared exactly and then without case.
func findAxis(d Dimensions, name string, direct bool) (*axis, bool) {
	same := func(n string) bool { return n == name }
	fold := func(n string) bool { return strings.EqualFold(n, name) }
	for _, match := range []func(string) bool{same, fold} {
		for _, dim := range d.Names() {
			if match(dim.Name) {
				return &axis{Dimension: dim, own: ownColumn(dim.Name), asked: true, d: d, direct: direct}, true
			}
		}
		for own := range ownColumns {
			if match(own) {
				return &axis{Dimension: Dimension{Name: own}, own: ownColumn(own), d: d, direct: direct}, true
			}
		}
	}
	return nil, false
}

func ownColumn(name string) string {
	if column, ok := ownColumns[name]; ok {
		return column
	}
	return "coalesce(e.context[" + quote(name) + "], '')"
}

// valueSets numbers the values of a dimension, and the sets of values that occur. Many assets share a set,
// so a report groups by sets first and spreads the groups over their values after.
type valueSets struct {
	hierarchical bool
	values       []Value
	number       map[string]int32 // of a value, by what tells it from others
	sets         [][]int32        // numbers of values, ascending; set 0 is None alone
	numberOfSet  map[string]int32
}

func newValueSets(hierarchical bool) *valueSets {
	v := &valueSets{hierarchical: hierarchical, number: make(map[string]int32), numberOfSet: make(map[string]int32)}
	v.values, v.sets = []Value{{Name: None}}, [][]int32{{0}}
	return v
}

// add numbers a set of values.
func (v *valueSets) add(values []Value) int32 {
	if len(values) == 0 {
		return 0
	}
	set := make([]int32, len(values))
	for i, value := range values {
		set[i] = v.addValue(value)
	}
	slices.Sort(set)
	set = slices.Compact(set)
	key := make([]byte, 0, 4*len(set))
	for _, n := range set {
		key = binary.LittleEndian.AppendUint32(key, uint32(n))
	}
	n, known := v.numberOfSet[string(key)]
	if !known {
		n = int32(len(v.sets))
		v.sets, v.numberOfSet[string(key)] = append(v.sets, set), n
	}
	return n
}

// addValue numbers a value. In a hierarchy its URI tells it from others, for a report shows it; elsewhere
// only the name is shown, so what has the same name is the same. Of several paths the first by name stays.
func (v *valueSets) addValue(value Value) int32 {
	if value.Name == "" {
		value.Name = value.URI
	}
	if !v.hierarchical {
		value.URI, value.Path = "", ""
	} else if value.Path == "" {
		value.Path = value.Name
	}
	key := cmp.Or(value.URI, "\x00"+value.Name)
	n, known := v.number[key]
	if !known {
		n = int32(len(v.values))
		v.values, v.number[key] = append(v.values, value), n
		return n
	}
	if was := &v.values[n]; value.Path < was.Path || value.Path == was.Path && value.Name < was.Name {
		*was = value
	}
	return n
}

// cells gives the value as a row of a report shows it.
func (v *valueSets) cells(n int32) []any {
	value := v.values[n]
	if !v.hierarchical {
		return []any{value.Name}
	}
	return []any{value.Name, value.URI, value.Path}
}

// wanted says whether one of the values, or the event's own word, is what a filter names.
func wanted(filter []string, values []Value, word string) bool {
	for _, f := range filter {
		f = strings.TrimSpace(f)
		if f == None && len(values) == 0 || word != "" && strings.EqualFold(f, word) {
			return true
		}
		for _, v := range values {
			if strings.EqualFold(f, v.Name) || v.URI != "" && strings.EqualFold(f, v.URI) {
				return true
			}
		}
	}
	return false
}
