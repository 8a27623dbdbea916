package indexer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"semdex"
	"semdex/internal/mirror"
)

// Options of a Sync.
type Options struct {
	Full         bool      // list everything again, whatever the cursor says
	DryRun       bool      // plan and count, store nothing
	AllowDeletes bool      // delete even where TooManyDeletes
	At           time.Time // when it is; where it is zero, what changed assets were is not kept
	Progress     Progress
	Finish       func(Result) error // called before the cursor is stored, which an error prevents; not on a dry run
}

// Result counts what a Sync of one source did or, on a dry run, would do.
type Result struct {
	Source    string      `json:"source"`
	Added     int         `json:"added"`
	Changed   int         `json:"changed"`
	Deleted   int         `json:"deleted"`
	Unchanged int         `json:"unchanged"`
	Rejected  []Rejection `json:"rejected,omitempty"`
	Complete  bool        `json:"complete"` // the source was listed whole

	Listed []semdex.AssetID `json:"-"` // where it was not: the assets that were listed and could be read
}

// batchSize is how many records are stored in one transaction: large enough to share the price of making
// it durable, small enough that a kill repeats little.
const batchSize = 1000

// Sync brings the mirror in step with one source.
func Sync(ctx context.Context, src Source, m Mirror, o Options) (Result, error) {
	s := &syncing{ctx: ctx, src: src, mirror: m, options: o, result: Result{Source: src.Name()}}
	if s.options.Progress == nil {
		s.options.Progress = func(string, int, int) {}
	}
	err := s.run()
	if err != nil {
		err = fmt.Errorf("sync %s: %w", src.Name(), err)
	}
	return s.result, err
}

type syncing struct {
	ctx     context.Context
	src     Source
	mirror  Mirror
	options Options
	plan    *Plan
	library int // how many assets there were before, of all sources
	before  int // and of this one
	pending mirror.Batch
	listed  int
	partial bool  // the listing goes on from a cursor
	unread  int   // records in it that could not be read and that the mirror does not hold: the total may hide a deletion behind them
	failed  error // what take gave, should a source go on regardless
	result  Result
}

func (s *syncing) run() error {
	if name := s.src.Name(); name == "" || strings.Contains(name, ":") {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("%q cannot be the prefix of a source", name), Hint: "give a prefix that is not empty and has no colon"}
	}
	known, err := s.mirror.Hashes(s.src.Name())
	if err != nil {
		return err
	}
	if s.library, err = s.mirror.Count(); err != nil {
		return err
	}
	var cursor []byte
	if !s.options.Full {
		if cursor, err = s.mirror.Cursor(s.src.Name()); err != nil {
			return err
		}
	}
	s.plan, s.before = NewPlan(known), len(known)
	listing, err := s.fetch(cursor)
	if err != nil {
		return err
	}
	if !listing.Complete && listing.Cursor == nil {
		return s.incomplete()
	}
	if s.result.Complete = listing.Complete; listing.Complete {
		s.result.Listed = nil
		if err := s.deleteMissing(); err != nil {
			return err
		}
	}
	if s.options.Finish != nil && !s.options.DryRun {
		if err := s.options.Finish(s.result); err != nil {
			return err
		}
	}
	s.pending.Cursors = map[string][]byte{s.src.Name(): listing.Cursor}
	if listing.Complete {
		s.pending.Cursors[s.unheldKey()] = encodeInt(s.unheld(listing))
	}
	return s.flush()
}

// fetch lists the source. Where what changed does not lead to as many assets as the source says it holds, some
// were deleted, or changed unseen, without a word about it: then it is listed whole.
func (s *syncing) fetch(cursor []byte) (Listing, error) {
	s.partial = cursor != nil
	listing, err := s.src.Fetch(s.ctx, cursor, s.take)
	if err = cmp.Or(err, s.failed); err != nil || listing.Complete || listing.Total == 0 {
		return listing, err
	}
	before, err := s.mirror.Cursor(s.unheldKey())
	if err != nil || s.unread == 0 && s.unheld(listing) == decodeInt(before) {
		return listing, err
	}
	if err := s.flush(); err != nil {
		return listing, err
	}
	s.plan.Restart()
	s.partial = false
	s.result.Unchanged, s.result.Rejected = 0, nil
	listing, err = s.src.Fetch(s.ctx, nil, s.take)
	return listing, cmp.Or(err, s.failed)
}

// incomplete is the error of a source that was neither listed whole nor up to a point to go on from.
func (s *syncing) incomplete() error {
	if err := s.flush(); err != nil {
		return err
	}
	return &semdex.Error{Code: semdex.Upstream, Message: fmt.Sprintf("fewer assets could be listed than %s says it holds; what was listed is in, and nothing was deleted", s.src.Name()),
		Hint: "run again when fewer people work in it; if it stays so, look at the rights of the account"}
}

// unheld is how many assets the source says it holds and the mirror has not: records that could not be read.
func (s *syncing) unheld(l Listing) int {
	if l.Total == 0 {
		return 0
	}
	return l.Total - s.plan.Held()
}

// unheldKey is the cursor that keeps unheld from one complete listing to the next.
func (s *syncing) unheldKey() string { return s.src.Name() + " unheld" }

func encodeInt(n int) []byte { return strconv.AppendInt(nil, int64(n), 10) }

func decodeInt(b []byte) int {
	n, err := strconv.Atoi(string(b))
	if err != nil {
		return 0 // none is kept
	}
	return n
}

func (s *syncing) take(item Item) error {
	if s.failed == nil {
		s.failed = s.handle(item)
	}
	return s.failed
}

func (s *syncing) handle(item Item) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	s.listed++
	if s.listed%500 == 0 {
		s.options.Progress("read "+s.src.Name(), s.listed, 0)
	}
	switch {
	case item.Rejected != nil:
		s.reject(*item.Rejected)
	case item.Deleted != "":
		if s.plan.Delete(item.Deleted) {
			s.result.Deleted++
			s.pending.Delete = append(s.pending.Delete, item.Deleted)
		}
	case item.Asset == nil:
		return errors.New("the source listed nothing at all as an item")
	default:
		if err := s.asset(item); err != nil {
			return err
		}
	}
	if len(s.pending.Put)+len(s.pending.Delete) >= batchSize {
		return s.flush()
	}
	return nil
}

func (s *syncing) reject(r Rejection) {
	r.Source = s.src.Name()
	if len(r.Raw) > MaxRaw {
		r.Raw = strings.ToValidUTF8(r.Raw[:MaxRaw], "")
	}
	if s.partial && !s.plan.Holds(r.ID) {
		s.unread++
	}
	if r.ID != "" {
		s.plan.Keep(r.ID)
	}
	s.result.Rejected = append(s.result.Rejected, r)
}

func (s *syncing) asset(item Item) error {
	a := item.Asset
	err := s.checkID(a.ID)
	record := semdex.Record{}
	if err == nil {
		record, err = semdex.NewRecord(a)
	}
	if err != nil {
		s.reject(Rejection{File: item.File, Line: item.Line, ID: a.ID, Reason: err.Error()})
		return nil
	}
	if s.plan.seen[a.ID] == gone { // deleted and listed again: one batch would delete it last
		if err := s.flush(); err != nil {
			return err
		}
	}
	if s.partial {
		s.result.Listed = append(s.result.Listed, a.ID)
	}
	switch s.plan.Next(a.ID, record.Hash) {
	case Unchanged:
		s.result.Unchanged++
		return nil
	case Add:
		s.result.Added++
	case Change:
		s.result.Changed++
	case Duplicate:
		s.reject(Rejection{File: item.File, Line: item.Line, ID: a.ID, Raw: string(record.Body),
			Reason: "duplicate id: listed before in the same run, where the first one counts"})
		return nil
	}
	s.pending.Put = append(s.pending.Put, record)
	return nil
}

// checkID says what is wrong with an id under which the record could not be found or read again.
func (s *syncing) checkID(id semdex.AssetID) error {
	if prefix := s.src.Name() + ":"; !strings.HasPrefix(string(id), prefix) || len(id) == len(prefix) {
		return fmt.Errorf("id: %q is not %s and an id", id, prefix)
	}
	if err := id.Check(); err != nil {
		return fmt.Errorf("id: with its prefix, %w", err)
	}
	return nil
}

func (s *syncing) deleteMissing() error {
	missing := s.plan.Missing()
	emptied := len(missing) > 1 && len(missing) == s.before // a source of many that lists none of its assets
	if (emptied || TooManyDeletes(len(missing), s.library)) && !s.options.AllowDeletes {
		if err := s.flush(); err != nil {
			return err
		}
		return &semdex.Error{Code: semdex.Conflict,
			Message: fmt.Sprintf("%s no longer lists %d of its %d assets (the library has %d); nothing was deleted", s.src.Name(), len(missing), s.before, s.library),
			Hint:    "if they are really gone, run again with --allow-deletes; if not, look at the source's credentials and paths"}
	}
	if source, ok := s.src.(Confirmer); ok && len(missing) > 0 {
		var err error
		missing, err = source.Confirm(s.ctx, missing, s.take)
		if err = cmp.Or(err, s.failed); err != nil {
			return err
		}
	}
	for _, id := range missing {
		s.plan.Delete(id)
	}
	s.result.Deleted += len(missing)
	s.pending.Delete = append(s.pending.Delete, missing...)
	return nil
}

func (s *syncing) flush() error {
	batch := s.pending
	s.pending = mirror.Batch{}
	if s.options.DryRun || batch.Empty() {
		return nil
	}
	batch.At = s.options.At
	_, err := s.mirror.Apply(batch)
	return err
}
