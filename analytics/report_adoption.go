package analytics

import (
	"database/sql"
	"fmt"

	"semdex"
)

// adoptionReport is the report on who uses the library.
var adoptionReport = Definition{
	Name: "adoption", Title: "Adoption", About: "how many people use the library, how many of them are new, and how much they do",
	Formula: "Counts events of all types that have an actor, by period, month unless another interval is asked for; beside the window before, the window is the one period. active_users are the different actors of a row's events. new_users are those of them whose first event of all, whatever the window and the " +
		"filters, falls into the row's period; returning_users are the others. events, searches (search.executed) and downloads (asset.download) sum count; events_per_user is events by active_users. In the totals each actor counts once, as new where one of the " +
		"periods was new to them. Events without an actor, and those whose count is 0, are left out.",
	Groups:   true,
	Interval: "month",
	Columns:  adoptionColumns,
	make:     adoption,
}

var adoptionColumns = []Figure{
	{"active_users", Count, "", "different actors"}, {"new_users", Count, "", "actors whose first event falls into the period"}, {"returning_users", Count, "", "active users who are not new"},
	{"events", Count, "", "events of all types"}, {"searches", Count, "", "search.executed"}, {"downloads", Count, "", "asset.download"}, {"events_per_user", Number, "", "events by active users"},
}

func adoption(q *run) (*Report, error) {
	slot := "CASE e.type" + q.s.whenType(1, semdex.SearchExecuted) + q.s.whenType(2, semdex.AssetDownload) + " ELSE 0 END"
	what := counted{slot: slot, slots: 3, members: true, newUser: "CASE WHEN e.newcomer THEN e.actor ELSE 0 END", ready: func(c *counting, _ *sql.Conn) error {
		some := fmt.Sprintf("seq <= %d AND weight > 0 AND actor > 0", c.last)
		c.what.where = "e.actor > 0 AND e.weight > 0"
		period := c.time.period()
		if c.r.Interval == "" {
			period = "CASE WHEN " + c.time.window() + " THEN 0 ELSE 1 END"
		}
		c.what.from = fmt.Sprintf(`(SELECT e.*, f.period = %[1]s AS newcomer FROM counted e JOIN (SELECT actor, %[1]s AS period
			FROM (SELECT actor, min(occurred_at) AS occurred_at FROM counted WHERE %[2]s GROUP BY actor) e) f ON f.actor = e.actor) e`, period, some)
		return nil
	}}
	c, t, err := q.s.count(q.ctx, q.l, q.r, what)
	if err != nil {
		return nil, err
	}
	return c.table("adoption", t, figured(adoptionColumns, adoptionCells), 0), nil
}

// adoptionCells gives the figures of a line, which counts new users in the place of assets.
func adoptionCells(l *line) []any {
	fresh, events := l.assets, addBounded(l.sums[0], addBounded(l.sums[1], l.sums[2]))
	return []any{l.users, fresh, l.users - fresh, events, l.sums[1], l.sums[2], ratioOf(events, l.users)}
}
