package analytics

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"semdex"
)

// Of events that are too old to be kept, sums stay: by month, type, asset, region, campaign, source and the concepts of a search. They stand
// in the file past.jsonl beside the log, which is as much of the truth as the log is, and in the table past, from which reports take them as
// if each were one event of the first day of its month. Nobody's name is in them.

// pastHead is the first line of the file.
type pastHead struct {
	Run    int64     `json:"run"`    // how often it was written
	Before time.Time `json:"before"` // what occurred earlier is in the sums, or was never told of
	Zone   string    `json:"zone"`   // of its months
}

// pastSum is each of the others.
type pastSum struct {
	Month    string    `json:"month"`
	Type     string    `json:"type"`
	Asset    string    `json:"asset_id,omitempty"`
	Region   string    `json:"region,omitempty"`
	Campaign string    `json:"campaign,omitempty"`
	Concepts string    `json:"concepts,omitempty"` // by line feeds
	Source   string    `json:"source,omitempty"`   // "counter", or nothing
	Count    int64     `json:"count"`
	Last     time.Time `json:"last"` // when the last of them occurred
}

const pastSchema = `;
CREATE TABLE usage.past (month TIMESTAMP NOT NULL, type INTEGER NOT NULL, asset INTEGER NOT NULL, region INTEGER NOT NULL, campaign INTEGER NOT NULL,
	concepts INTEGER NOT NULL, source INTEGER NOT NULL, weight BIGINT NOT NULL, last TIMESTAMP NOT NULL)`

// retainAtOnce is about how many events are removed at once.
const retainAtOnce = 4_000_000

// pastHour is the hour, in UTC, of the first day of a month at which its sums stand: nearly everywhere it is that day then.
const pastHour = 12

func (l *Log) pastPath() string { return filepath.Join(l.dir, "past.jsonl") }

// putPast puts the new file of sums in its place, if it is not there already.
func (l *Log) putPast() error {
	err := os.Rename(l.pastPath()+besideMark, l.pastPath())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return errors.Join(err, syncDir(l.dir))
}

// readPast reads the head and gives each sum to yield; without a file the head is empty.
func (l *Log) readPast(yield func(pastSum) error) (head pastHead, err error) {
	f, err := os.Open(l.pastPath())
	if errors.Is(err, os.ErrNotExist) {
		return head, nil
	}
	if err != nil {
		return head, err
	}
	defer f.Close()
	in := json.NewDecoder(bufio.NewReaderSize(f, 256<<10))
	if err := in.Decode(&head); err != nil {
		return head, fmt.Errorf("%s: %w", l.pastPath(), err)
	}
	for yield != nil {
		var sum pastSum
		if err := in.Decode(&sum); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return head, fmt.Errorf("%s: %w", l.pastPath(), err)
		}
		if err := yield(sum); err != nil {
			return head, err
		}
	}
	return head, nil
}

// Retain removes the events that occurred before a moment, the start of a day in tz, and says how many. Reports go on to count them by the
// sums that are kept of them. Events of that time that come later are taken for known. As with Erase, all of it is done or nothing.
//
// Where very many are to go, it goes by days, so that others have their turn in between.
func (s *Store) Retain(ctx context.Context, before time.Time, tz *time.Location) (all int64, err error) {
	for {
		if err := s.Flush(ctx); err != nil {
			return all, err
		}
		until, err := s.some(ctx, before, tz)
		if err != nil {
			return all, err
		}
		n, err := s.retain(ctx, until, tz)
		all += n
		if err != nil || until.Equal(before) {
			return all, err
		}
	}
}

// some gives a moment up to which not many more events than retainAtOnce are to go: the start of a day, or before.
func (s *Store) some(ctx context.Context, before time.Time, tz *time.Location) (until time.Time, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT max(occurred_at), count(*) FROM usage.events WHERE occurred_at < "+timestamp(before)+
		" GROUP BY occurred_at::DATE ORDER BY 1")
	if err != nil {
		return before, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for sum := int64(0); rows.Next(); {
		var last time.Time
		var n int64
		if err := rows.Scan(&last, &n); err != nil {
			return before, err
		}
		if sum += n; sum >= s.retainAtOnce {
			last = last.In(tz)
			if next := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, tz); next.Before(before) {
				return next, nil
			}
			break
		}
	}
	return before, rows.Err()
}

// retain removes the events that occurred before a moment.
func (s *Store) retain(ctx context.Context, before time.Time, tz *time.Location) (int64, error) {
	s.erasing.Lock()
	defer s.erasing.Unlock()
	s.lines.Lock()
	defer s.lines.Unlock()
	if err := s.resume(ctx); err != nil {
		return 0, err
	}
	if err := s.Flush(ctx); err != nil {
		return 0, err
	}
	where := fmt.Sprintf("occurred_at < %s AND seq <= %d", timestamp(before), s.Stats().Events)
	b, n, err := s.rangesOf(ctx, where)
	if err != nil || n == 0 {
		return 0, err
	}
	if err := s.writePast(ctx, where, before, tz); err != nil {
		return 0, fmt.Errorf("sums of old events: %w", err)
	}
	b.Past = true
	if err := s.log.begin(b); err != nil {
		return 0, err
	}
	s.before.Store(max(s.before.Load(), before.UnixMicro()))
	return n, s.finish(context.WithoutCancel(ctx), b)
}

// writePast writes the sums there are, with those of events for which a condition holds, beside the old file.
func (s *Store) writePast(ctx context.Context, where string, before time.Time, tz *time.Location) (err error) {
	head, err := s.log.readPast(nil)
	if err != nil {
		return err
	}
	head.Run++
	head.Zone = tz.String()
	if head.Before.Before(before) {
		head.Before = before.UTC()
	}
	f, err := os.OpenFile(s.log.pastPath()+besideMark, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 256<<10)
	out := json.NewEncoder(w)
	if err := out.Encode(head); err != nil {
		return err
	}
	if err := s.sumPast(ctx, where, tz, func(sum pastSum) error { return out.Encode(sum) }); err != nil {
		return err
	}
	return errors.Join(w.Flush(), f.Sync())
}

// sumPast gives the sums there are together with those of events for which a condition holds.
func (s *Store) sumPast(ctx context.Context, where string, tz *time.Location, yield func(pastSum) error) (err error) {
	var first, last time.Time
	if err := s.db.QueryRowContext(ctx, "SELECT min(occurred_at), max(occurred_at) FROM usage.events WHERE "+where).Scan(&first, &last); err != nil {
		return err
	}
	for _, l := range s.leavings("true") {
		if l.what != countersLeft {
			where += " AND NOT " + l.sql
		}
	}
	t := newTimeline(Request{TZ: tz, Interval: "month"}, first, last)
	texts := make(map[kind][]string)
	for _, k := range []kind{kindType, kindAsset, kindRegion, kindCampaign, kindConcepts, kindSource} {
		if texts[k], err = s.names.all(ctx, s.db.DB, k); err != nil {
			return err
		}
	}
	rows, err := s.db.QueryContext(ctx, fmt.Sprintf(`SELECT month, type, asset, region, campaign, concepts, source, least(sum(weight), 9223372036854775807)::BIGINT, max(last) FROM (
			SELECT * FROM usage.past UNION ALL
			SELECT make_timestamp((%s + %d * 3600) * 1000000), type, asset, region, campaign, CASE WHEN %s THEN concepts ELSE 0 END,
				CASE WHEN source = %d THEN source ELSE 0 END, weight, occurred_at FROM usage.events e WHERE %s)
		GROUP BY ALL ORDER BY ALL`, t.period(), pastHour, s.isType("type", searchTypes...), s.names.find(kindSource, counterSource), where))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var month time.Time
		var sum pastSum
		var n [6]int32
		if err := rows.Scan(&month, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &sum.Count, &sum.Last); err != nil {
			return err
		}
		sum.Month = month.Format("2006-01")
		sum.Type, sum.Asset, sum.Region = texts[kindType][n[0]], texts[kindAsset][n[1]], texts[kindRegion][n[2]]
		sum.Campaign, sum.Concepts, sum.Source = texts[kindCampaign][n[3]], texts[kindConcepts][n[4]], texts[kindSource][n[5]]
		if err := yield(sum); err != nil {
			return err
		}
	}
	return rows.Err()
}

// counterSource is the source of events that another system has counted.
const counterSource = "counter"

// loadPast brings the table of sums up to the file, where it is another one.
func (s *Store) loadPast(ctx context.Context) error {
	head, err := s.log.readPast(nil)
	if err != nil {
		return err
	}
	var run int64
	if err := s.db.QueryRowContext(ctx, "SELECT past FROM usage.applied").Scan(&run); err != nil {
		return err
	}
	if run != head.Run {
		err = s.db.inTx(ctx, func(tx *sql.Tx, conn *sql.Conn) error { return s.fillPast(ctx, tx, conn) })
		if err != nil {
			s.names.forget()
			return fmt.Errorf("sums of old events: %w", err)
		}
		s.names.settle()
	}
	s.knowPast(head)
	return nil
}

func (s *Store) knowPast(head pastHead) {
	if head.Run > 0 {
		s.before.Store(head.Before.UnixMicro())
	}
}

// fillPast reads the file into the table, in a transaction.
func (s *Store) fillPast(ctx context.Context, tx *sql.Tx, conn *sql.Conn) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM usage.past"); err != nil {
		return err
	}
	var head pastHead
	n := s.names
	err := fill(conn, "usage", "past", func(add func(...driver.Value) error) (err error) {
		head, err = s.log.readPast(func(p pastSum) error {
			month, err := time.Parse("2006-01", p.Month)
			if err != nil {
				return err
			}
			return add(month.Add(pastHour*time.Hour), n.of(kindType, p.Type), n.of(kindAsset, p.Asset), n.of(kindRegion, p.Region), n.of(kindCampaign, p.Campaign),
				n.of(kindConcepts, p.Concepts), n.of(kindSource, p.Source), p.Count, p.Last.UTC())
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := n.save(conn); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE usage.applied SET past = ?", head.Run)
	return err
}

// pastEvents is SQL for the sums of old events in the form of events.
var pastEvents = func() string {
	own := map[string]string{"occurred_at": "month", "received_at": "last"}
	for _, name := range []string{"type", "asset", "region", "campaign", "concepts", "source", "weight"} {
		own[name] = name
	}
	var list []string
	for _, name := range eventColumns {
		value, has := own[name]
		switch {
		case has:
		case name == "total" || name == "amount":
			value = "NULL"
		default:
			value = "0"
		}
		list = append(list, value+" AS "+name)
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM usage.past"
}()

// eventColumns are those of the table events, in order.
var eventColumns = func() (names []string) {
	_, columns, _ := strings.Cut(schema, "CREATE TABLE usage.events (")
	columns, _, _ = strings.Cut(columns, ");")
	for column := range strings.SplitSeq(columns, ",") {
		names = append(names, strings.Fields(column)[0])
	}
	return names
}()

// pastNote says what a report can tell of the time of which only sums are kept; "" where it does not reach back to it.
func (s *Store) pastNote(r Request) string {
	before := s.before.Load()
	if before == 0 {
		return ""
	}
	first := semdex.DateOf(time.UnixMicro(before).In(r.TZ)) // the first day that is there whole or in part
	if r.From != "" && r.From >= first {
		return ""
	}
	return fmt.Sprintf("before %s single events are no longer kept, only sums by month, asset, region, campaign and concepts: they count on the first day of their month, "+
		"without users and without any other dimension of events", first)
}
