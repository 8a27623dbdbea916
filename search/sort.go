package search

import (
	"slices"
)

// sortKeys puts what a request is sorted by into the terms of the engine: SortFields as they are, a dimension or
// a custom field by the field of Value that it is borne in. SortFields go before others of the same name.
func (q *querying) sortKeys() ([]SortKey, error) {
	var out []SortKey
	for _, k := range q.request.Sort {
		if !slices.Contains(SortFields, k.Field) {
			d, known := q.st.dimension(k.Field, q.view.Fields())
			if !known || d.Field == "" {
				return nil, unknownField("sort field", k.Field, append(slices.Clone(SortFields), q.knownNames()...))
			}
			k.Field = d.Field
		}
		out = append(out, k)
	}
	return out, nil
}
