package local

import (
	"cmp"
	"context"
	"slices"

	"semdex"
	"semdex/search"
)

// Overlap compares one asset with all that share a group with it.
func (v *view) Overlap(ctx context.Context, o *search.Overlap) ([]search.Overlapping, error) {
	partIndex, doc, ok := v.find(string(o.ID))
	if !ok {
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "no asset " + string(o.ID)}
	}
	c := &comparison{weights: o.Weights, own: map[int32]bool{}}
	by := v.grouped(o.By)
	newWalker(by, v.parts[partIndex].arrays).each(doc, func(group int32) {
		c.own[group] = true
		c.sum += c.weight(group)
	})
	if c.sum == 0 {
		return nil, nil
	}
	memory := scratches.Get().(*scratch)
	defer scratches.Put(memory)
	var all []scoredDoc
	for i := range v.parts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		w := newWalker(by, v.parts[i].arrays)
		memory.reset()
		permitted, err := v.parts[i].permitted(o.Access, v.dictionary, memory)
		if err != nil {
			return nil, err
		}
		permitted.each(func(d uint32) {
			if i == partIndex && d == doc {
				return
			}
			if s := c.likeness(w, d); s > 0 && s >= o.MinScore {
				all = append(all, scoredDoc{i, d, s, v.parts[i].arrays.ties[d]})
			}
		})
	}
	slices.SortFunc(all, func(a, b scoredDoc) int {
		return cmp.Or(-cmp.Compare(a.score, b.score), cmp.Compare(a.tie, b.tie))
	})
	return v.overlapping(all[:min(len(all), max(0, o.Limit))], c, by)
}

type scoredDoc struct {
	part  int
	doc   uint32
	score float64
	tie   uint64
}

type comparison struct {
	weights []float64
	own     map[int32]bool
	sum     float64
}

func (c *comparison) weight(group int32) float64 {
	if int(group) < len(c.weights) {
		return c.weights[group]
	}
	return 0
}

// likeness is Lin's measure over sets of groups.
func (c *comparison) likeness(w *walker, doc uint32) float64 {
	shared, sum := 0.0, 0.0
	w.each(doc, func(group int32) {
		weight := c.weight(group)
		sum += weight
		if c.own[group] {
			shared += weight
		}
	})
	if shared == 0 {
		return 0
	}
	return min(1, 2*shared/(sum+c.sum))
}

func (v *view) overlapping(best []scoredDoc, c *comparison, by *grouped) ([]search.Overlapping, error) {
	out := make([]search.Overlapping, 0, len(best))
	for _, s := range best {
		id, err := v.id(s.part, s.doc)
		if err != nil {
			return nil, err
		}
		like := search.Overlapping{ID: id, Score: s.score}
		newWalker(by, v.parts[s.part].arrays).each(s.doc, func(group int32) {
			if c.own[group] && c.weight(group) > 0 {
				like.Shared = append(like.Shared, group)
			}
		})
		slices.SortFunc(like.Shared, func(a, b int32) int {
			return cmp.Or(-cmp.Compare(c.weight(a), c.weight(b)), cmp.Compare(a, b))
		})
		out = append(out, like)
	}
	return out, nil
}
