package analytics

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/internal/text"
)

// applyBatch is about how many events DuckDB takes in one transaction at most: a row group of its tables.
const applyBatch = 122_880

// Flush returns when DuckDB has all events that were acknowledged before the call.
func (s *Store) Flush(ctx context.Context) error {
	select {
	case <-s.quit:
		return errClosed
	default:
	}
	if s.Stats().Pending == 0 {
		return nil
	}
	done := make(chan error, 1)
	select {
	case s.flushes <- done:
	case <-s.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// applyAlways is the one goroutine that writes to DuckDB, until the Store is closed.
func (s *Store) applyAlways() {
	defer close(s.applied)
	tick := time.NewTicker(s.o.ApplyEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.quit:
			return
		case done := <-s.flushes:
			done <- s.apply(context.Background())
			continue
		case <-tick.C:
		case <-s.logged:
			if s.Stats().Pending < int64(s.o.ApplyAfter) {
				continue
			}
		}
		if err := s.apply(context.Background()); err != nil {
			s.o.Logger.Error("usage store: events wait in the log", slog.Any("err", err))
		}
	}
}

// apply brings DuckDB up to the end of the log.
func (s *Store) apply(ctx context.Context) error {
	s.tables.Lock()
	defer s.tables.Unlock()
	for {
		st := *s.stats.Load()
		if !st.Applied.before(s.log.End()) {
			return nil
		}
		t := &taking{Store: s, to: st.Applied, seq: st.Events}
		err := s.db.inTx(ctx, func(tx *sql.Tx, conn *sql.Conn) error {
			if err := t.take(conn); err != nil || t.to == st.Applied {
				return err
			}
			_, err := tx.ExecContext(ctx, "UPDATE usage.applied SET file = ?, bytes = ?, count = ?", t.to.File, t.to.Offset, t.seq)
			return err
		})
		if err != nil {
			s.names.forget()
			return fmt.Errorf("apply events from file %d, byte %d: %w", st.Applied.File, st.Applied.Offset, err)
		}
		s.names.settle()
		if t.to == st.Applied { // the log's last file is new and empty
			return nil
		}
		st.Applied, st.Events = t.to, t.seq
		s.stats.Store(&st)
	}
}

// taking is one transaction's worth of events on their way from the log into the tables.
type taking struct {
	*Store
	add   func(...driver.Value) error
	to    Position // behind what was taken
	seq   int64    // of the last one
	taken int
	row   []driver.Value
	found [][2]driver.Value // rows of the table expanded
}

// take appends the next events of the log to the tables, those that wait in memory without reading them again.
func (t *taking) take(conn *sql.Conn) error {
	err := fill(conn, "usage", "events", func(add func(...driver.Value) error) error {
		t.add = add
		for t.taken < applyBatch {
			next, waits := t.queue.take(t.to)
			end := next.from
			if !waits {
				if end = t.queue.end(); end == (Position{}) { // of the process before
					end = t.log.End()
				}
			}
			if err := t.read(end); err != nil || t.to.before(end) && t.taken >= applyBatch {
				return err
			}
			if !waits {
				if t.taken == 0 || !t.more() {
					return nil
				}
				continue
			}
			if err := t.batch(next); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := t.names.save(conn); err != nil || len(t.found) == 0 {
		return err
	}
	return fill(conn, "usage", "expanded", func(add func(...driver.Value) error) error {
		for _, row := range t.found {
			if err := add(row[:]...); err != nil {
				return err
			}
		}
		return nil
	})
}

// moreWait is how long a transaction is held open for the next events of a file: larger ones cost DuckDB less.
const moreWait = 100 * time.Millisecond

// more waits for further events while a file comes in, and says whether to look for them.
func (t *taking) more() bool {
	if t.importing.Load() == 0 {
		return false
	}
	wait := time.NewTimer(moreWait)
	defer wait.Stop()
	select {
	case <-t.logged:
		return true
	case <-wait.C:
	case <-t.quit:
	}
	return false
}

var errEnough = errors.New("enough for one transaction")

// read takes events from the log, up to a place or until it is enough.
func (t *taking) read(end Position) error {
	if !t.to.before(end) {
		return nil
	}
	err := t.log.scan(t.to, end, func(line []byte, at, next Position) error {
		if t.taken >= applyBatch {
			return errEnough
		}
		t.to = next
		e, ok := t.log.decode(line, at)
		if !ok {
			return nil
		}
		return t.event(&e, hashText(e.ID), at, int(next.Offset-at.Offset))
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

func (t *taking) batch(b queued) error {
	at := b.from
	for i := range b.events {
		size := len(b.line(i))
		if err := t.event(&b.events[i], b.hashes[i], at, size); err != nil {
			return err
		}
		at.Offset += int64(size)
	}
	t.to = b.end
	return nil
}

// event appends an event in the order of the table's columns.
func (t *taking) event(e *semdex.Event, id uint64, at Position, size int) error {
	t.seq++
	t.taken++
	n := t.names
	var total, amount driver.Value
	if e.Total != nil {
		total = int64(*e.Total)
	}
	var currency string
	if e.Value != nil {
		amount, currency = tenThousandths(e.Value.Amount), strings.ToUpper(strings.TrimSpace(e.Value.Currency))
	}
	var added, filters string
	told, rest := partsOfContext(e.Context)
	query := hashOrNone(e.QueryID)
	asset := n.of(kindAsset, e.Asset)
	if e.Search != nil {
		added, filters = conceptSet(e.Search.Added), jsonOf(e.Search.Filters)
		for _, hit := range e.Search.ExpansionHits {
			t.found = append(t.found, [2]driver.Value{query, n.of(kindAsset, hit)})
		}
	}
	t.row = append(t.row[:0],
		t.seq, id, int32(at.File), at.Offset, int32(size),
		n.of(kindType, e.Type), e.OccurredAt.UTC(), e.ReceivedAt.UTC(),
		asset, n.of(kindRendition, e.Rendition), query, int32(min(max(e.Position, 0), math.MaxInt32)),
		n.of(kindQuery, e.Query), n.of(kindQuery, text.Exact(e.Query)), n.of(kindLang, e.Lang), total, n.of(kindConcepts, conceptSet(e.Concepts)),
		n.of(kindActor, e.Actor.ID), n.of(kindActorType, e.Actor.Type), n.of(kindUnit, e.Actor.BusinessUnit), hashOrNone(e.Session),
		n.of(kindClient, e.Client.Name), n.of(kindIntegration, e.Client.Integration),
		n.of(kindRegion, told[0]), n.of(kindCampaign, told[1]), n.of(kindAudience, told[2]), n.of(kindChannel, told[3]), n.of(kindUse, told[4]), n.of(kindContext, rest),
		amount, n.of(kindCurrency, currency), e.Weight(), n.of(kindSource, e.Source),
		foundNumber(e.Found), toldExpansion(e.Search), n.of(kindConcepts, added), n.of(kindFilters, filters))
	return t.add(t.row...)
}

func hashOrNone(s string) uint64 {
	if s == "" {
		return 0
	}
	return hashText(s)
}

// What found a hit, as the column found has it.
const (
	foundByText      = 1
	foundByExpansion = 2
)

func foundNumber(by string) uint8 {
	switch by {
	case semdex.FoundByText:
		return foundByText
	case semdex.FoundByExpansion:
		return foundByExpansion
	}
	return 0
}

// What a search told of its expansion, as the column told has it.
const (
	toldMode     = 1 // whether and how it was expanded
	toldExpanded = 2 // that expansion added concepts or found hits
)

func toldExpansion(d *semdex.SearchDetail) uint8 {
	switch {
	case d == nil:
		return 0
	case len(d.Added)+len(d.ExpansionHits) > 0:
		return toldExpanded
	case d.Expand != "":
		return toldMode
	}
	return 0
}

// tenThousandths makes an amount a whole number, which sums without error. What does not fit stops at the largest.
func tenThousandths(amount float64) int64 {
	const most = 1 << 53
	return int64(min(max(math.Round(amount*10_000), -most), most))
}

// partsOfContext gives the values of contextColumns, and the other keys of a context as JSON, none as the empty text.
func partsOfContext(context map[string]string) (told [5]string, rest string) {
	others := 0
	for key, value := range context {
		if i := slices.Index(contextColumns[:], key); i >= 0 {
			told[i] = value
		} else {
			others++
		}
	}
	if others == 0 {
		return told, ""
	}
	other := make(map[string]string, others)
	for key, value := range context {
		if !slices.Contains(contextColumns[:], key) {
			other[key] = value
		}
	}
	return told, jsonOf(other)
}

// contextColumns are the keys of a context that have a column each.
var contextColumns = [5]string{"region", "campaign", "audience", "channel", "intended_use"}

// jsonOf gives a map of texts as JSON, the empty text for an empty one.
func jsonOf[V string | []string](m map[string]V) string {
	if len(m) == 0 {
		return ""
	}
	text, _ := json.Marshal(m) // texts have a form in JSON
	return string(text)
}

// conceptSet joins URIs to one text, the same for the same set.
func conceptSet(uris []string) string {
	if len(uris) == 0 {
		return ""
	}
	clean := make([]string, 0, len(uris))
	for _, u := range uris {
		if u = strings.TrimSpace(strings.ReplaceAll(u, "\n", " ")); u != "" {
			clean = append(clean, u)
		}
	}
	slices.Sort(clean)
	return strings.Join(slices.Compact(clean), "\n")
}
