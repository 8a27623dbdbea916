package search

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"semdex"
)

// OnlyWhere gives the canonical form of filters, for Access.Only: field to values, as in Request.Filters. It is
// "" for none.
func OnlyWhere(filters map[string][]string) string {
	if len(filters) == 0 {
		return ""
	}
	canonical := make(map[string][]string, len(filters))
	for name, values := range filters {
		sorted := slices.Clone(values)
		slices.Sort(sorted)
		canonical[name] = slices.Compact(sorted)
	}
	body, err := json.Marshal(canonical) // by name
	if err != nil {
		return "{" // a map of strings always marshals; this lets nothing be seen
	}
	return string(body)
}

// Restriction is what Access.Only comes to in one state of vocabulary and index: raw values, no names. Engines
// and Visible go by it alike. It never changes, and is told apart by its identity.
type Restriction struct {
	Filters []Filter // all must hold; they belong to no facet

	values []map[string]map[string]bool // of each filter, by field
}

// NewRestriction makes a Restriction of filters.
func NewRestriction(filters []Filter) *Restriction {
	r := &Restriction{Filters: filters}
	for i := range filters {
		filters[i].Name = ""
		values := map[string]map[string]bool{}
		for _, v := range filters[i].Values {
			if values[v.Field] == nil {
				values[v.Field] = map[string]bool{}
			}
			values[v.Field][v.Value] = true
		}
		r.values = append(r.values, values)
	}
	return r
}

// permits reports whether all filters hold for an asset. The nil Restriction permits nothing.
func (r *Restriction) permits(a *semdex.Asset) bool {
	if r == nil {
		return false
	}
	for i := range r.Filters {
		if r.holds(i, a) == r.Filters[i].Not {
			return false
		}
	}
	return true
}

func (r *Restriction) holds(i int, a *semdex.Asset) bool {
	if bounds := r.Filters[i].Range; bounds != nil {
		if n, ok := assetNumber(a, bounds.Field); ok && n >= bounds.From && n <= bounds.To {
			return true
		}
	}
	for field, wanted := range r.values[i] {
		if slices.ContainsFunc(assetValues(a, field), func(v string) bool { return wanted[v] }) {
			return true
		}
	}
	return false
}

// assetNumber gives one of NumberFields of an asset, in its unit.
func assetNumber(a *semdex.Asset, field string) (n int64, ok bool) {
	switch field {
	case "created":
		return a.Created.Unix(), !a.Created.IsZero()
	case "modified":
		return a.Modified.Unix(), !a.Modified.IsZero()
	case "size":
		n = a.Size
	case "width":
		n = a.Width
	case "height":
		n = a.Height
	case "duration":
		n = int64(a.Duration * 1000)
	}
	return n, n != 0
}

// Whole reports whether the access lets everything be seen.
func (access Access) Whole() bool { return access.All && !access.Rights && access.Only == "" }

// Visible reports whether the access lets an asset be seen: the same decision as the engine's. Where Only is set
// and no Service resolved it, nothing may be seen.
func (access Access) Visible(a *semdex.Asset) bool {
	if access.Only != "" && !access.Restriction.permits(a) {
		return false
	}
	if access.All && !access.Rights {
		return true
	}
	return (access.All || a.Approval == semdex.Approved) && a.Rights.Refuses(access.Use, access.DenyMissing) == semdex.Allowed
}

// Restrict resolves what the access is restricted to, in the state of now.
func (s *Service) Restrict(access Access) Access {
	if access.Only == "" {
		return access
	}
	q := s.begin(&Request{Access: access})
	defer q.view.Release()
	return q.request.Access
}

// restricting keeps the restrictions of the newest state of the index.
type restricting struct {
	mu         sync.Mutex
	generation uint64
	by         map[string]*Restriction
}

// maxRestrictions bounds how many are kept; each kind of key has one.
const maxRestrictions = 64

// restriction resolves Access.Only; the same one for the same filters as long as the state is the same.
func (q *querying) restriction(only string) *Restriction {
	if only == "" {
		return nil
	}
	k, generation := &q.st.restricting, q.view.Generation()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.generation != generation || len(k.by) >= maxRestrictions {
		k.generation, k.by = generation, map[string]*Restriction{}
	}
	if k.by[only] == nil {
		k.by[only] = NewRestriction(q.onlyFilters(only))
	}
	return k.by[only]
}

// onlyFilters reads the canonical form, alike for all who ask. What cannot be read, or names what is not there, lets
// nothing be seen.
func (q *querying) onlyFilters(only string) []Filter {
	q = q.again(&Request{Access: Access{All: true}})
	var named map[string][]string
	if json.Unmarshal([]byte(only), &named) != nil {
		return []Filter{{}}
	}
	var out []Filter
	for _, name := range sortedKeys(named) {
		filters, err := q.filters(map[string][]string{name: named[name]})
		if err != nil {
			filters = []Filter{{}}
		}
		out = append(out, filters...)
	}
	return out
}

// CheckOnly reports filters that could never hold: those without a field or a value, and ranges that are none.
func CheckOnly(filters map[string][]string) error {
	for _, name := range sortedKeys(filters) {
		values := filters[name]
		if name == "" || len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) == "" }) {
			return &semdex.Error{Code: semdex.Invalid, Message: "a filter lacks its field or a value", Hint: "write FIELD=VALUE[,VALUE]"}
		}
		for _, v := range values {
			if _, ok := readRange(name, v); isTimeField(name) && !ok {
				return badRange(name, v)
			}
		}
	}
	return nil
}
