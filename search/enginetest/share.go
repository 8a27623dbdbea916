package enginetest

import (
	"slices"

	"semdex/search"
)

// shared reports a plan for the parts of a long text.
func shared(p *search.Plan) bool {
	return slices.ContainsFunc(p.Groups, func(g search.Group) bool { return g.Share > 0 })
}

// cover counts the group that was weighed last: its share times the weight, and where scored words of it stand in the
// asset up to as much again as the share.
func (h *hit) cover(p *search.Plan, g *search.Group) {
	if h.groups == 0 && slices.Contains(p.Raised, h.asset.ID) {
		h.least++
		h.most++
	}
	share := g.Share
	if share == 0 {
		share = 1
	}
	weight := h.document.best(g).weight
	h.least += share * weight
	h.most += share * weight
	if slices.ContainsFunc(g.Texts, func(t search.TextEvidence) bool { return t.Scored && h.says(&t) }) {
		h.most += share
	}
}
