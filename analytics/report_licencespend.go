package analytics

import (
	"cmp"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"

	"semdex"
)

var licenceSpendColumns = []Figure{
	{"purchases", Count, "", "license.purchase"}, {"reuses", Count, "", "license.reuse"},
	{"spend", Number, "", "in the row's currency"}, {"spend_on_record", Number, "", "the part of spend that rights records tell, and no event"},
	{"licensed_assets", Count, "", "different assets that were paid for"}, {"uses", Count, "", "downloads, placements and embeds of the licensed assets in the window"},
	{"cost_per_use", Number, "", "spend to uses, in the row's currency"}, {"unused_assets", Count, "", "licensed assets that nobody has used up to the end of the window"},
	{"spend_unused", Number, "", "the part of spend that was for them"},
}

var spendConverted = Figure{"spend_converted", Number, "", "spend in the currency of the configuration, where it names one"}

// licenceSpendReport is the report on what licences cost.
var licenceSpendReport = Definition{
	Name: "licence-spend", Title: "Licence spend", About: "what licences cost, by currency and any dimensions, what a use of the licensed assets came to, and which licences nobody has used",
	Formula: "purchases and reuses sum the counts of license.purchase and license.reuse, spend the value.amount of both; an event's amount is for all of its count, an event of count 0 did not happen, and " +
		"one without value costs nothing. An asset whose rights record has a cost above 0, and of which there was never an event of these two types, adds that cost to spend and spend_on_record, never both: on the " +
		"day its rights begin, else the day it was created, with the asset's own values; one that has neither day counts only where neither window nor interval is asked for. The row's currency is always " +
		"told; amounts of different currencies are not added. licensed_assets are the different assets of the row's events and records. uses are all events of asset.download, asset.placed and asset.embed of " +
		"these assets in the window, by their counts, whatever their own values and periods are; cost_per_use is spend to uses, and empty without any. unused_assets have no such event from ever up to the end of " +
		"the window. Amounts are exact to four decimals. Where the configuration names a currency, spend_converted is spend at its rate, rounded to four decimals, and empty where there is no rate; it is the " +
		"one column that may be added across currencies. Totals count each event once. Rows come by spend, the largest first, then by their dimensions.",
	Groups:  true,
	Columns: append(slices.Clone(licenceSpendColumns), spendConverted),
	make:    licenceSpend,
}

// The sums of licence-spend, and the slots of its facts.
const (
	spendPurchases = iota
	spendReuses
	spendAmount
	spendRecord
	spendLicensed
	spendUses
	spendUnused
	spendUnusedAmount
	spendSums

	slotPurchase = 0
	slotReuse    = 1
	slotRecord   = 2
)

// spending is the report in the making.
type spending struct {
	*run
	g          *gathering
	used, ever map[int32]int64 // uses of assets in the window, and up to its end
	bought     map[int32]int64 // licence events of assets
	currencies []string        // what the facts are in, by the second of what else they tell
}

func licenceSpend(q *run) (*Report, error) {
	s := &spending{run: q, used: map[int32]int64{}, ever: map[int32]int64{}, bought: map[int32]int64{}}
	licences := happened + " AND " + q.s.isType("e.type", semdex.LicensePurchase, semdex.LicenseReuse)
	if !slices.ContainsFunc(q.r.By, func(by string) bool { return strings.EqualFold(by, "currency") }) {
		q.r.By = append(slices.Clip(q.r.By), "currency")
	}
	var err error
	s.g, err = q.s.gathered(q.ctx, q.l, q.r, counted{
		slot: "CASE e.type" + q.s.whenType(slotReuse, semdex.LicenseReuse) + " ELSE 0 END", slots: 3, amount: "coalesce(e.amount, 0)", where: licences, members: true, apart: true,
		need: []kind{kindCurrency}, more: func(c *counting) []field {
			return []field{{"e.weight", c.heavy}, {"e.currency", int64(len(c.texts[kindCurrency]))}}
		},
		prepare: func(c *counting, conn *sql.Conn) error { return s.uses(c, conn, licences) },
	})
	if err != nil {
		return nil, err
	}
	s.currencies = slices.Clone(s.g.texts[kindCurrency])
	if err := s.records(); err != nil {
		return nil, err
	}
	t, err := s.g.byAsset(spendSums, s.asset)
	if err != nil {
		return nil, err
	}
	return s.report(t), nil
}

// uses learns how often assets were used, and of which there are licence events.
func (s *spending) uses(c *counting, conn *sql.Conn, licences string) error {
	used := happened + " AND " + s.s.isType("e.type", semdex.AssetDownload, semdex.AssetPlaced, semdex.AssetEmbed)
	figures := []string{"sum(CASE WHEN " + c.time.window() + " THEN e.weight ELSE 0 END)", "sum(e.weight)"}
	err := c.perAsset(conn, c.time.until(), used, figures, func(n int32, sums []int64) {
		s.used[n], s.ever[n] = s.used[n]+sums[0], s.ever[n]+sums[1]
	})
	if err != nil {
		return err
	}
	return c.perAsset(conn, c.time.ever(), licences, []string{"count(*)"}, func(n int32, sums []int64) { s.bought[n] += sums[0] })
}

// records adds what rights records say licences cost, of which there are no events.
func (s *spending) records() error {
	assets, err := s.stored(func(a *semdex.Asset, _ semdex.Date) bool {
		return a.Rights != nil && a.Rights.Cost != nil && tenThousandths(a.Rights.Cost.Amount) > 0
	})
	if err != nil {
		return err
	}
	numbers, next := s.g.numbers(), int32(len(s.g.texts[kindAsset]))
	for _, a := range assets {
		number, named := numbers[a.id]
		if !named {
			number = next // no event names it
			next++
		}
		if s.bought[number] > 0 || !s.dated(a.began) {
			continue
		}
		currency := currencyOf(a.cost)
		at := slices.Index(s.currencies, currency)
		if at < 0 {
			at, s.currencies = len(s.currencies), append(s.currencies, currency)
		}
		period := int64(0)
		if a.began != "" {
			period = s.g.time.periodOf(a.began)
		}
		s.g.own(a.id, number, map[string]string{"currency": currency}, period, tenThousandths(a.cost.Amount), slotRecord, 1, int32(at))
	}
	return nil
}

// dated says whether a day is in the window, and, where there is none, whether that does not matter.
func (s *spending) dated(day semdex.Date) bool {
	if day == "" {
		return s.r.From == "" && s.r.To == "" && s.r.Interval == ""
	}
	return (s.r.From == "" || day >= s.r.From) && (s.r.To == "" || day <= s.r.To)
}

// asset adds what one asset cost to the sums of a line.
func (s *spending) asset(sums []int64, facts []int32) {
	f, spend := &s.g.facts, int64(0)
	for _, i := range facts {
		switch f.slot[i] {
		case slotRecord:
			sums[spendRecord] += f.amount[i]
		case slotReuse:
			sums[spendReuses] += int64(s.g.more[0][i])
		default:
			sums[spendPurchases] += int64(s.g.more[0][i])
		}
		spend += f.amount[i]
	}
	sums[spendAmount] += spend
	asset := f.first[facts[0]]
	if asset < 0 {
		return
	}
	sums[spendLicensed]++
	sums[spendUses] = addBounded(sums[spendUses], s.used[asset])
	if s.ever[asset] == 0 {
		sums[spendUnused]++
		sums[spendUnusedAmount] += spend
	}
}

// report makes the report of a tally.
func (s *spending) report(t *tally) *Report {
	sum := func(slot int) func(*line) any { return func(l *line) any { return l.sums[slot] } }
	amount := func(slot int) func(*line) any { return func(l *line) any { return amountOf(l.sums[slot]) } }
	all := measures(licenceSpendColumns, []func(*line) any{
		sum(spendPurchases), sum(spendReuses), amount(spendAmount), amount(spendRecord), sum(spendLicensed), sum(spendUses),
		func(l *line) any { return costPerUse(l.sums[spendAmount], l.sums[spendUses]) }, sum(spendUnused), amount(spendUnusedAmount),
	})
	rules := s.l.Rules()
	if rules.Currency != "" {
		currencyOf := s.g.valuesOf(t, "currency")
		head := spendConverted
		head.Unit = rules.Currency
		all = append(all, measure{Figure: head, of: func(l *line) any { return rules.convert(l.sums[spendAmount], currencyOf(l)) }})
	}
	r := s.g.table("licence-spend", t, all, spendAmount)
	r.Totals = nil
	for _, m := range []int{0, 1, 4, 5, 7} {
		r.Totals = append(r.Totals, Total{all[m].Name, all[m].cell(&t.totals)})
	}
	s.totals(r, rules)
	return r
}

// totals adds what was spent in each currency, and in all of them where they are converted.
func (s *spending) totals(r *Report, rules Rules) {
	type sum struct{ spent, unused int64 }
	sums := make(map[string]*sum)
	f := &s.g.facts
	for i := range f.len() {
		name := cmp.Or(s.currencies[s.g.more[1][i]], None)
		if sums[name] == nil {
			sums[name] = &sum{}
		}
		sums[name].spent += f.amount[i]
		if asset := f.first[i]; asset >= 0 && s.ever[asset] == 0 {
			sums[name].unused += f.amount[i]
		}
	}
	converted, whole := int64(0), true
	for _, name := range sortedKeys(sums) {
		r.Totals = append(r.Totals, Total{"spend_" + name, amountOf(sums[name].spent)}, Total{"spend_unused_" + name, amountOf(sums[name].unused)})
		rate, known := rules.rate(name)
		converted += int64(math.Round(float64(sums[name].spent) * rate))
		if whole = whole && known; rules.Currency != "" && !known {
			r.Notes = append(r.Notes, missingRate(name, rules.Currency))
		}
	}
	if rules.Currency == "" {
		return
	}
	total := Total{"spend_converted", nil}
	if whole {
		total.Value = amountOf(converted)
	}
	r.Totals = append(r.Totals, total)
}

// costPerUse divides an amount by uses, to four decimals; nil without uses.
func costPerUse(amount, uses int64) any {
	if uses == 0 {
		return nil
	}
	return rounded(float64(amount) / float64(uses) / 10_000)
}

// rate gives what one unit of a currency is worth in the currency of the configuration.
func (r *Rules) rate(currency string) (float64, bool) {
	if currency == r.Currency {
		return 1, true
	}
	rate, known := r.Rates[currency]
	return rate, known
}

// convert gives ten-thousandths of a currency as an amount of that of the configuration, nil where there is no rate.
func (r *Rules) convert(n int64, currency string) any {
	rate, known := r.rate(currency)
	if !known {
		return nil
	}
	return amountOf(int64(math.Round(float64(n) * rate)))
}

func missingRate(currency, to string) string {
	if currency == None {
		return "amounts without a currency are not converted to " + to
	}
	return fmt.Sprintf("there is no rate of %s in %s: amounts in it are not converted; set one under analytics.reports.rates", currency, to)
}
