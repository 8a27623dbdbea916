package analytics

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"semdex"
)

// Dimensions says what values events and assets have. A report asks it once for each asset, context value
// and set of concepts that its events name, and takes its answers for one state of the library.
type Dimensions interface {
	// Version names the state: as long as it is the same, so are all answers.
	Version() string
	// Names gives the dimensions there are.
	Names() []Dimension
	// Asset gives the full id of an asset as an event names it; false where none, or more than one, fits.
	Asset(given string) (semdex.AssetID, bool)
	// OfAsset gives an asset's values, and unless direct all that stands above them. Here and below the
	// order does not matter, nor does a value that comes twice.
	OfAsset(dim string, id semdex.AssetID, direct bool) []Value
	// Past yields what assets were until a moment of change, by asset and then by time. An error of yield ends it and is returned.
	Past(yield func(a *semdex.Asset, until time.Time) error) error
	// OfRecord gives the values that an asset has by a record of it, as OfAsset does.
	OfRecord(dim string, a *semdex.Asset, direct bool) []Value
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

// ownKinds are the dimensions that events bring themselves, whatever the library knows, and what their words are. Any other
// dimension may stand in an event's context.
var ownKinds = map[string]kind{
	"region":        kindRegion,
	"campaign":      kindCampaign,
	"audience":      kindAudience,
	"channel":       kindChannel,
	"intended_use":  kindUse,
	"business_unit": kindUnit,
	"client":        kindClient,
	"integration":   kindIntegration,
	"language":      kindLang,
	"actor_type":    kindActorType,
	"event":         kindType,
	"currency":      kindCurrency,
	"provider":      kindContext,
	"project":       kindContext,
	"collection":    kindContext,
	"license_type":  kindContext,
}

// columnOf is where the number of an event's own word stands.
var columnOf = map[kind]string{
	kindRegion: "e.region", kindCampaign: "e.campaign", kindAudience: "e.audience", kindChannel: "e.channel", kindUse: "e.intended_use",
	kindUnit: "e.business_unit", kindClient: "e.client", kindIntegration: "e.integration", kindLang: "e.lang", kindActorType: "e.actor_type",
	kindAsset: "e.asset", kindType: "e.type", kindContext: "e.context", kindCurrency: "e.currency",
}

// Period is the name by which a request groups by time.
const Period = "period"

// knownDimensions gives the names that a request may group or filter by, sorted.
func knownDimensions(d Dimensions) []string {
	var out []string
	for name := range ownKinds {
		out = append(out, name)
	}
	for _, dim := range d.Names() {
		out = append(out, dim.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// findDimension gives the dimension of a name, compared exactly and then without case, and whether the library knows it too.
func findDimension(d Dimensions, name string) (dim Dimension, asked, ok bool) {
	same := func(n string) bool { return n == name }
	fold := func(n string) bool { return strings.EqualFold(n, name) }
	for _, match := range []func(string) bool{same, fold} {
		for _, dim := range d.Names() {
			if match(dim.Name) {
				return dim, true, true
			}
		}
		for own := range ownKinds {
			if match(own) {
				return Dimension{Name: own}, false, true
			}
		}
	}
	return dim, false, false
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
	key := v.key(&value)
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

// key is what tells a value from others. It brings the value into its form.
func (v *valueSets) key(value *Value) string {
	if value.Name == "" {
		value.Name = value.URI
	}
	if !v.hierarchical {
		value.URI, value.Path = "", ""
	} else if value.Path == "" {
		value.Path = value.Name
	}
	return cmp.Or(value.URI, "\x00"+value.Name)
}

// wanted says whether one of the values is what a filter names.
func wanted(filter []string, values []Value) bool {
	for _, f := range filter {
		f = strings.TrimSpace(f)
		if f == None && len(values) == 0 {
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

// wantedWord says whether a filter names the event's own word.
func wantedWord(filter []string, word string) bool {
	return slices.ContainsFunc(filter, func(f string) bool { return strings.EqualFold(strings.TrimSpace(f), word) })
}
