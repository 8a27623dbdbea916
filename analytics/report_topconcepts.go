package analytics

import "slices"

// topConceptsReport is the report on which concepts are used most.
var topConceptsReport = Definition{
	Name: "top-concepts", Title: "Top concepts", About: "which concepts are used most, with all that is narrower",
	Formula: "The counters are those of the report usage, by concept: an event counts for the concepts of its asset, and a search for those it named, and for all that stands above them (not with direct), once each. share is events by the events of all that the window and " +
		"the filters let pass, with a concept or without; as events count for several concepts, shares add up to more than 100. Rows without a value in the first dimension are left out, though the totals count their events.",
	Groups:  true,
	By:      []string{"topic"},
	Columns: append(slices.Clone(usageColumns), Figure{"share", Number, "%", "events by all events"}),
	make: func(q *run) (*Report, error) {
		c, t, err := q.s.count(q.ctx, q.l, q.r, counted{slot: q.s.usageSlots(), slots: usageSlotCount, members: !q.r.Counters})
		if err != nil {
			return nil, err
		}
		c.leaveOutNone(t)
		events := usageCount(0)
		all := events(&t.totals)
		share := measure{Figure: Figure{"share", Number, "%", "events by all events"}, of: func(l *line) any { return percentOf(events(l), all) }}
		return c.table("top-concepts", t, append(c.usageMeasures(), share), 0), nil
	},
}
