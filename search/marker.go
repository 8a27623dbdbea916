package search

import "slices"

// marker finds where any of the words and labels that were searched for stand in a text. Each text is walked once,
// however many labels there are.
type marker struct {
	first    map[string][]*TextEvidence // by each form of its first word
	prefixes []*TextEvidence            // those whose first word may go on
	begins   [256]bool                  // with which byte any of all these first words begins
}

// newMarker takes the evidence of all groups but those that are left out.
func newMarker(groups []Group) *marker {
	m := &marker{first: map[string][]*TextEvidence{}}
	for i := range groups {
		if groups[i].Excluded {
			continue
		}
		for j := range groups[i].Texts {
			e := &groups[i].Texts[j]
			if len(e.Terms) == 0 {
				continue
			}
			if e.Prefix && len(e.Terms) == 1 {
				m.prefixes = append(m.prefixes, e)
			}
			for _, form := range e.Terms[0] {
				m.first[form] = append(m.first[form], e)
				if form != "" {
					m.begins[form[0]] = true
				}
			}
		}
	}
	return m
}

// spans gives the stretches of a text in which evidence stands, in no order; some may overlap.
func (m *marker) spans(t *assetText) []span {
	t.read()
	var out []span
	add := func(i int, found []*TextEvidence) {
		for _, e := range found {
			if end := i + len(e.Terms); end <= len(t.words) && t.counts(e) && t.standsAt(i, e) {
				out = append(out, span{t.words[i].Start, t.words[end-1].End})
			}
		}
	}
	for i := range t.words {
		if !m.begins[t.words[i].First()] {
			continue
		}
		for _, form := range t.words[i].Forms() {
			add(i, m.first[form])
		}
		add(i, m.prefixes)
	}
	slices.SortFunc(out, compareSpans)
	return slices.Compact(out)
}
