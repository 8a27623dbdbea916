package analytics

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"semdex"
)

// LeaveOut says which events are kept but not counted. The zero value leaves out what counters tell, and nothing else.
type LeaveOut struct {
	BotTypes   []string      // types of actors that are no people; case does not matter
	BotClients []string      // names of clients that are none; * stands for any text and ? for one letter, and case does not matter
	PerMinute  int           // events of one actor, or of one session where no actor is told, in a minute: where there are more, none of them count; 0 is no bound
	Repeats    time.Duration // a view by an actor of an asset is not counted so soon after another view of it by the same one; 0 counts all
	Counters   bool          // what counters tell is counted along with single events
}

// acrossEvents reports whether it takes other events to tell whether one counts. Then one that comes late may change whether others do.
func (o *LeaveOut) acrossEvents() bool { return o.PerMinute > 0 || o.Repeats > 0 }

// print tells rules apart.
func (o *LeaveOut) print() string {
	return fmt.Sprintf("%q %q %d %s %v", o.BotTypes, o.BotClients, o.PerMinute, o.Repeats, o.Counters)
}

// leaving is a reason to leave events out.
type leaving struct {
	what string // the events, for people
	sql  string // whether the reason holds for a row of events
}

// countersLeft is the reason to leave counters out.
const countersLeft = "of counters, which may tell of the same acts as single events (analytics: {counters: true} counts them)"

// leavings gives the reasons there are. within is SQL for the events that may count, and for those that tell of others whether they do; it need not be
// exact.
func (s *Store) leavings(within string) (out []leaving) {
	o := &s.o.LeaveOut
	counter := s.names.find(kindSource, counterSource)
	if counter > 0 && !o.Counters {
		out = append(out, leaving{countersLeft, fmt.Sprintf("source = %d", counter)})
	}
	if bots := s.bots(within, counter); len(bots) > 0 {
		out = append(out, leaving{"of bots", "(" + strings.Join(bots, " OR ") + ")"})
	}
	if o.Repeats > 0 {
		out = append(out, leaving{fmt.Sprintf("of assets viewed again within %s", o.Repeats), fmt.Sprintf(`seq IN (SELECT seq FROM
			(SELECT seq, epoch_us(occurred_at) - lag(epoch_us(occurred_at)) OVER (PARTITION BY actor, asset ORDER BY occurred_at, id_hash) AS gap
				FROM usage.events WHERE %s AND actor > 0 AND asset > 0 AND %s AND %s)
			WHERE gap <= %d)`, s.isType("type", semdex.AssetView), single(counter), within, o.Repeats.Microseconds())})
	}
	return out
}

// bots gives the signs by which events are of bots.
func (s *Store) bots(within string, counter int32) (signs []string) {
	o := &s.o.LeaveOut
	named := func(column string, k kind, how string, names []string) {
		if len(names) == 0 {
			return
		}
		tests := make([]string, len(names))
		for i, name := range names {
			tests[i] = fmt.Sprintf(how, quote(strings.ToLower(name)))
		}
		signs = append(signs, fmt.Sprintf("%s IN (SELECT number FROM usage.names WHERE kind = %d AND (%s))", column, k, strings.Join(tests, " OR ")))
	}
	named("actor_type", kindActorType, "lower(text) = %s", o.BotTypes)
	patterns := make([]string, len(o.BotClients))
	for i, p := range o.BotClients {
		patterns[i] = likePattern(p)
	}
	named("client", kindClient, `lower(text) LIKE %s ESCAPE '\'`, patterns)
	if o.PerMinute > 0 {
		signs = append(signs, fmt.Sprintf(`seq IN (SELECT seq FROM usage.events WHERE (actor > 0 OR session > 0) AND %s AND %s
			QUALIFY count(*) OVER (PARTITION BY actor, CASE WHEN actor > 0 THEN 0 ELSE session END, epoch_us(occurred_at) // 60000000) > %d)`,
			single(counter), within, o.PerMinute))
	}
	return signs
}

// single is SQL for events that are no counters'; counter is the number of their source, 0 where there is none.
func single(counter int32) string {
	if counter == 0 {
		return "true"
	}
	return fmt.Sprintf("source <> %d", counter)
}

// likePattern turns a pattern of * and ? into one of LIKE.
func likePattern(p string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`, "*", "%", "?", "_").Replace(p)
}

// counted is SQL for the events that reports count, as e: those of the table events that nothing leaves out, and the sums of those that are no longer
// kept, which have the number 0. within is SQL that holds for all events of interest, and for those that tell of others whether they
// count: "true" for all. received_at of a sum is when the last of its events occurred.
func (s *Store) counted(within string) string {
	leavings, past := s.leavings(within), s.before.Load() != 0
	if len(leavings) == 0 && !past {
		return "usage.events e"
	}
	events := "SELECT * FROM usage.events"
	for i, l := range leavings {
		events += []string{" WHERE ", " AND "}[min(i, 1)] + "NOT " + l.sql
	}
	if past {
		events += " UNION ALL " + pastEvents
		if counter := s.names.find(kindSource, counterSource); counter > 0 && !s.o.LeaveOut.Counters {
			events += fmt.Sprintf(" WHERE source <> %d", counter)
		}
	}
	return "(" + events + ") e"
}

// leftOut tells how many of the events for which a condition holds are left out, by reason; nil where none are.
func (s *Store) leftOut(ctx context.Context, conn *sql.Conn, within, where string) (notes []string, err error) {
	leavings := s.leavings(within)
	if len(leavings) == 0 {
		return nil, nil
	}
	counts, into, before := make([]int64, len(leavings)), make([]any, len(leavings)), ""
	var list []string
	for i, l := range leavings {
		list = append(list, fmt.Sprintf("count(*) FILTER (%s%s)", before, l.sql))
		before += "NOT " + l.sql + " AND "
		into[i] = &counts[i]
	}
	row := conn.QueryRowContext(ctx, "SELECT "+strings.Join(list, ", ")+" FROM usage.events e WHERE "+where)
	if err := row.Scan(into...); err != nil {
		return nil, fmt.Errorf("count what is left out: %w", err)
	}
	for i, l := range leavings {
		if counts[i] > 0 {
			notes = append(notes, fmt.Sprintf("left out: %d events %s", counts[i], l.what))
		}
	}
	return notes, nil
}

// around is SQL that holds for all events of the days asked for and for those shortly before and after; "true" where no days are asked for.
func (t *timeline) around(back time.Duration) string {
	and := "true"
	if t.from != "" {
		and = "occurred_at >= " + timestamp(midnight(t.from).AddDate(0, 0, -2).Add(-back))
	}
	if t.to != "" {
		and += " AND occurred_at < " + timestamp(midnight(t.to).AddDate(0, 0, 4))
	}
	return and
}
