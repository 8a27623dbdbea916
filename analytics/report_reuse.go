package analytics

var reuseColumns = []Figure{
	{"assets_used", Count, "", "assets that were used"}, {"reused", Count, "", "assets that were used twice or more"},
	{"reuse_rate", Number, "", "reused to assets_used"}, {"reuse_rate_library", Number, "", "reused to all assets of the library"},
	{"in_two_campaigns", Count, "", "assets used in two campaigns or more"}, {"in_two_integrations", Count, "", "assets used by two integrations or more"},
	{"uses", Count, "", "uses of them all"},
}

// reuseReport is the report on how many assets are used again.
var reuseReport = Definition{
	Name: "reuse", Title: "Reuse", About: "how many of the assets that are used are used again, in other campaigns and integrations",
	Formula: "A use is an event of asset.download, asset.placed, asset.embed or asset.order with a count above 0; it counts as often as its count says, once where it has none. Of each row: assets_used are " +
		"the different assets of its uses, the known and the unknown; reused are those of them whose uses in the row are 2 or more; in_two_campaigns those whose uses name two different campaigns or more in " +
		"their context, in_two_integrations those used through two different integrations or more. Only the event's own word for the campaign counts, not the asset's field; words that the " +
		"library takes for the same campaign are one, and a use without a word is in none. Uses are of the row's values and period, so an asset that is used once in each of two months " +
		"is reused in the year and in neither month. reuse_rate is reused to assets_used, reuse_rate_library reused to all assets of the library. Rows come by assets_used, most first.",
	Groups:  true,
	Columns: reuseColumns,
	make:    reuse,
}

// The sums of reuse.
const (
	reuseUsed = iota
	reuseReused
	reuseCampaigns
	reuseIntegrations
	reuseUses
	reuseSums
)

func reuse(q *run) (*Report, error) {
	library, err := q.libraryAssets()
	if err != nil {
		return nil, err
	}
	g, err := q.s.gathered(q.ctx, q.l, q.r, counted{slot: "0", slots: 1, where: happened + " AND " + q.s.isType("e.type", useTypes...) + " AND e.asset > 0", members: true,
		need: []kind{kindCampaign, kindIntegration}, more: func(c *counting) []field {
			return []field{{"e.campaign", int64(len(c.texts[kindCampaign]))}, {"e.integration", int64(len(c.texts[kindIntegration]))}}
		}})
	if err != nil {
		return nil, err
	}
	for k, of := range [][]int32{g.meanings(kindCampaign, "campaign"), g.meanings(kindIntegration, "integration")} {
		for i, word := range g.more[k] {
			g.more[k][i] = of[word]
		}
	}
	t, err := g.byAsset(reuseSums, g.reused)
	if err != nil {
		return nil, err
	}
	of := []func(*line) any{
		func(l *line) any { return l.sums[reuseUsed] }, func(l *line) any { return l.sums[reuseReused] },
		func(l *line) any { return share(l.sums[reuseReused], l.sums[reuseUsed]) },
		func(l *line) any { return share(l.sums[reuseReused], library) },
		func(l *line) any { return l.sums[reuseCampaigns] }, func(l *line) any { return l.sums[reuseIntegrations] },
		func(l *line) any { return l.sums[reuseUses] },
	}
	return g.table("reuse", t, measures(reuseColumns, of), 0), nil
}

// reused adds to sums what the uses of one asset make of it.
func (g *gathering) reused(sums []int64, facts []int32) {
	uses := int64(0)
	for _, i := range facts {
		uses = addBounded(uses, g.facts.add(int(i)))
	}
	sums[reuseUsed]++
	sums[reuseUses] = addBounded(sums[reuseUses], uses)
	if uses >= 2 {
		sums[reuseReused]++
	}
	for k, slot := range []int{reuseCampaigns, reuseIntegrations} {
		if severalOf(g.more[k], facts) {
			sums[slot]++
		}
	}
}

// severalOf says whether facts have two different words or more.
func severalOf(words, facts []int32) bool {
	first := int32(0)
	for _, i := range facts {
		switch w := words[i]; {
		case w == 0 || w == first:
		case first == 0:
			first = w
		default:
			return true
		}
	}
	return false
}
