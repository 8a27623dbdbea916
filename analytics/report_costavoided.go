package analytics

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
)

var costAvoidedColumns = []Figure{
	{"reuses", Count, "", "times that an asset went to a new place"}, {"assets", Count, "", "different assets that did"},
	{"cost_avoided", Number, "", "reuses by the unit cost"}, {"currency", Text, "", "of cost_avoided"},
}

// costAvoidedReport is the report on what making assets anew would have cost.
var costAvoidedReport = Definition{
	Name: "cost-avoided", Title: "Cost avoided", About: "what it would have cost to make an asset anew for each place that one was used again in",
	Formula: "A use is an event of asset.download, asset.placed, asset.embed or asset.order of an asset, with a count above 0. Its place is what it went to: the campaign that its context names, else the page (context.uri), " +
		"else the integration of its client; all uses that tell none of these are one place. Words that the library takes for the same campaign are one. The first use of an asset in each place, over all time up " +
		"to the end of the window, by time and then by the order in which events came, is a reuse, but for the first place of all, which the asset was made for: many uses in one place are none. " +
		"A reuse counts once, whatever its event's count, in the period and with the values of its event, if that lies in the window and passes the filters; so rows add up, and no reuse is told twice " +
		"in two windows. cost_avoided is reuses by unit_cost of the configuration, and empty where there is none. Rows come by reuses, most first, then by their dimensions.",
	Groups:  true,
	Columns: costAvoidedColumns,
	make:    costAvoided,
}

// reuses is SQL in the place of events: those that are the first use of an asset in a place but its first place.
// The tables named and placed are those of canonical.
const reuses = `(SELECT e.* FROM counted e WHERE e.seq IN (SELECT seq FROM (
	SELECT seq, row_number() OVER (PARTITION BY asset ORDER BY since, seq) AS nth FROM (
		SELECT n.own AS asset, min(e.occurred_at) AS since, arg_min(e.seq, (e.occurred_at, e.seq)) AS seq
		FROM counted e JOIN named n ON n.number = e.asset LEFT JOIN campaigns c ON c.number = e.campaign LEFT JOIN pages p ON p.number = e.context
		WHERE %s GROUP BY n.own, CASE WHEN c.own > 0 THEN c.own::BIGINT WHEN p.own > 0 THEN (1::BIGINT << 40) + p.own WHEN e.integration > 0 THEN (2::BIGINT << 40) + e.integration ELSE 0 END))
	WHERE nth > 1)) e`

func costAvoided(q *run) (*Report, error) {
	var where string
	what := counted{slot: "0", slots: 1, amount: "1", members: true, need: []kind{kindCampaign, kindContext, kindIntegration}}
	what.prepare = func(c *counting, conn *sql.Conn) error {
		where = fmt.Sprintf("e.seq <= %d AND e.asset > 0 AND %s AND %s AND %s", c.last, happened, q.s.isType("e.type", useTypes...), c.time.until().window())
		c.what.from = fmt.Sprintf(reuses, where)
		return c.places(conn)
	}
	c, t, err := q.s.count(q.ctx, q.l, q.r, what)
	if err != nil {
		return nil, err
	}
	unit := q.l.Rules().UnitCost
	columns := slices.Clone(costAvoidedColumns)
	avoided, currency := func(*line) any { return nil }, func(*line) any { return nil }
	if unit != nil {
		columns[2].Unit = currencyOf(unit)
		avoided = func(l *line) any { return amountOf(multiplyBounded(l.sums[0], tenThousandths(unit.Amount))) }
		currency = func(*line) any { return currencyOf(unit) }
	}
	r := c.table("cost-avoided", t, measures(columns, []func(*line) any{
		func(l *line) any { return l.sums[0] }, func(l *line) any { return l.assets }, avoided, currency}), 0)
	r.Totals = r.Totals[:3]
	if unit == nil {
		r.Notes = append(r.Notes, "what an asset made anew would cost is not known: set analytics.reports.unit_cost, such as {amount: 450, currency: EUR}, for cost_avoided")
	}
	return r, nil
}

// places makes the temporary tables that tell which assets, campaigns and pages numbers of events stand for.
func (c *counting) places(conn *sql.Conn) error {
	uri, pages := contextOf("uri", c.texts[kindContext]), make(map[string]int32)
	campaigns := c.meanings(kindCampaign, "campaign")
	for _, t := range []struct {
		name  string
		texts []string
		own   func(n int32) int32
	}{
		{"named", c.texts[kindAsset], c.counted},
		{"campaigns", c.texts[kindCampaign], func(n int32) int32 { return campaigns[n] }},
		{"pages", c.texts[kindContext], func(n int32) int32 { return numberOf(pages, uri(n)) }},
	} {
		if _, err := conn.ExecContext(c.ctx, "CREATE TEMP TABLE "+t.name+" (number INTEGER, own INTEGER)"); err != nil {
			return err
		}
		err := fill(conn, "temp", t.name, func(add func(...driver.Value) error) error {
			for n := int32(1); int(n) < len(t.texts); n++ {
				if err := add(n, t.own(n)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("table of %s: %w", t.name, err)
		}
	}
	return nil
}

// numberOf numbers texts from 1 in the order in which they come; the empty one is 0.
func numberOf(numbers map[string]int32, text string) int32 {
	if text == "" {
		return 0
	}
	n, known := numbers[text]
	if !known {
		n = int32(len(numbers) + 1)
		numbers[text] = n
	}
	return n
}

// multiplyBounded multiplies a count with an amount. What is too large for an int64 stops at the largest.
func multiplyBounded(n, amount int64) int64 {
	if p := n * amount; n == 0 || p/n == amount {
		return p
	}
	return 1<<63 - 1
}
