package analytics

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"semdex/internal/plot"
)

// heatmap shows two dimensions, or one and the periods. The flatter of two is across: the one of fewer levels, then of fewer values.
func (s *sheet) heatmap(m int) (plot.Data, error) {
	if len(s.dims) == 1 && s.period >= 0 {
		periods, place := s.periods()
		rows := s.valuesOf(s.dims[0])
		h := emptyHeatmap(rows.labels, periods, s.nothing(m))
		for row := range s.Rows() {
			h.Values[rows.place[s.dims[0].label(row)]][place[cellText(row[s.period])]] = drawn(row[m])
		}
		return h, nil
	}
	if len(s.dims) != 2 || s.period >= 0 {
		return nil, invalid("group by two, such as region and topic, or by one with an interval", "a heat map shows two dimensions")
	}
	down, across := s.valuesOf(s.dims[0]), s.valuesOf(s.dims[1])
	if cmp.Or(cmp.Compare(down.depth, across.depth), cmp.Compare(len(down.labels), len(across.labels))) < 0 {
		down, across = across, down
	}
	h := emptyHeatmap(down.labels, across.labels, s.nothing(m))
	for row := range s.Rows() {
		h.Values[down.place[down.of.label(row)]][across.place[across.of.label(row)]] = drawn(row[m])
	}
	return h, nil
}

// nothing is what a cell without a row stands for.
func (s *sheet) nothing(m int) float64 {
	if s.adds(m) {
		return 0
	}
	return math.NaN()
}

func emptyHeatmap(rows, columns []string, value float64) plot.Heatmap {
	h := plot.Heatmap{Rows: rows, Columns: columns}
	for range rows {
		h.Values = append(h.Values, slices.Repeat([]float64{value}, len(columns)))
	}
	return h
}

// values are the values of a dimension in the order in which they are drawn.
type values struct {
	of     *keyColumn
	labels []string
	place  map[string]int // of a label
	depth  int            // levels of the hierarchy, 1 where there is none
}

// valuesOf gives the values of a dimension: parts below their whole where it has a hierarchy, else as they come in the report. None is the last.
func (s *sheet) valuesOf(d *keyColumn) values {
	v, paths := values{of: d, place: map[string]int{}, depth: 1}, map[string]string{}
	for row := range s.Rows() {
		name := d.label(row)
		if _, known := v.place[name]; known {
			continue
		}
		v.place[name] = 0
		v.labels = append(v.labels, name)
		if d.path >= 0 {
			paths[name] = cellText(row[d.path])
			v.depth = max(v.depth, 1+strings.Count(paths[name], pathJoint))
		}
	}
	slices.SortStableFunc(v.labels, func(a, b string) int {
		return cmp.Or(cmp.Compare(last(a), last(b)), slices.Compare(strings.Split(paths[a], pathJoint), strings.Split(paths[b], pathJoint)))
	})
	for i, name := range v.labels {
		v.place[name] = i
	}
	return v
}

func last(name string) int {
	if name == None {
		return 1
	}
	return 0
}

// pathJoint stands between the names of a path.
const pathJoint = " > "

// branch is a value with what stands below it.
type branch struct {
	name     string
	value    float64 // what the report says of it, NaN where it says nothing
	children []*branch
}

// treemap shows a dimension's values as parts of a whole. What stands above others is as large as they are together with what is its own.
func (s *sheet) treemap(m int) (plot.Data, error) {
	if s.period >= 0 || len(s.dims) != 1 {
		return nil, invalid("group by one, such as topic, and leave out interval", "a treemap shows one dimension")
	}
	if !s.adds(m) {
		return nil, invalid("draw a count", "%s is no sum, so it has no parts", s.Columns[m].Name)
	}
	root, places := &branch{}, map[string]*branch{}
	for row := range s.Rows() {
		name, path := s.dims[0].label(row), ""
		if s.dims[0].path >= 0 {
			name, path = cellText(row[s.dims[0].at]), cellText(row[s.dims[0].path])
		}
		b := branchOf(root, places, name, cmp.Or(path, name))
		if v := drawn(row[m]); !math.IsNaN(v) {
			b.value = zeroed(b.value) + v
		}
	}
	return plot.Treemap{Nodes: root.nodes(s.Direct)}, nil
}

// branchOf finds the place of a path, and makes it and what is above where there is none yet. The last part of the path is the name.
func branchOf(root *branch, places map[string]*branch, name, path string) *branch {
	if b := places[path]; b != nil {
		return b
	}
	b := &branch{name: name, value: math.NaN()}
	places[path] = b
	above, found := strings.CutSuffix(path, pathJoint+name)
	if !found || above == "" {
		root.children = append(root.children, b)
		return b
	}
	parts := strings.Split(above, pathJoint)
	parent := branchOf(root, places, parts[len(parts)-1], above)
	parent.children = append(parent.children, b)
	return b
}

func zeroed(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// nodes gives what stands below. direct says that values are those of a value itself; else they hold what is below it, and what is its
// own is the rest.
func (b *branch) nodes(direct bool) []plot.Node {
	var out []plot.Node
	for _, c := range b.children {
		n := plot.Node{Name: c.name, Value: zeroed(c.value), Children: c.nodes(direct)}
		own := n.Value
		if !direct {
			for _, part := range c.children {
				own -= zeroed(part.value)
			}
		}
		if len(n.Children) > 0 && own > 0 {
			n.Children = append(n.Children, plot.Node{Name: c.name + " itself", Value: own})
		}
		out = append(out, n)
	}
	return out
}
