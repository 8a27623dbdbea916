package local

// shareSuits is how much the words of a group add to the weight of its evidence where they suit best.
const shareSuits = 0.35

// shared reports whether groups of the plan are parts of a long text.
func (r *run) shared() bool {
	for i := range r.plan.Groups {
		if r.plan.Groups[i].Share > 0 {
			return true
		}
	}
	return false
}

// cover gives the score of a document in a plan with shares: how much of the whole it covers. What is raised covers
// one part more.
func (r *run) cover(f *found, doc uint32) float64 {
	total := 0.0
	for i, g := range r.groups {
		l := f.evidence[i].at(doc)
		if l == 0 || g.plan.Excluded {
			continue
		}
		covered := g.levels[l-1].weight
		if f.scores[i] != nil {
			s := float64(f.scores[i][doc])
			covered += shareSuits * s / (s + halfText)
		}
		total += g.share() * covered
	}
	if f.raised != nil && r.ranked > 0 && f.raised.has(doc) {
		total += scoreRaised
	}
	return total + min(maxSignals, f.signals.of(doc))
}

func (g *group) share() float64 {
	if g.plan.Share == 0 {
		return 1
	}
	return g.plan.Share
}
