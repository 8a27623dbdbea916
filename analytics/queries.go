package analytics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"semdex"
)

// QueryRequest says which logged queries are wanted.
type QueryRequest struct {
	From, To semdex.Date    // first and last day in TZ; empty is open
	TZ       *time.Location // nil is UTC
	Limit    int
}

// LoggedQuery is what was searched for, in one language, and how often. Case and blanks around do not tell queries
// apart; of several ways of writing one, the first by bytes is given.
type LoggedQuery struct {
	Query    string
	Lang     string // "" where it was not told
	Searches int64
}

// Queries gives the words of the search.executed events, the most frequent first, then by words and language. all is how many
// different queries there are, and searches how often they were searched for together.
func (s *Store) Queries(ctx context.Context, r QueryRequest) (top []LoggedQuery, all int, searches int64, err error) {
	from, to, err := r.span()
	if err != nil {
		return nil, 0, 0, err
	}
	if err := s.Flush(ctx); err != nil {
		return nil, 0, 0, err
	}
	grouped := fmt.Sprintf(`SELECT min(trim(w.text)) AS words, coalesce(min(l.text), '') AS lang, sum(weight)::BIGINT AS n FROM %s
			JOIN usage.names w ON w.kind = %d AND w.number = e.q LEFT JOIN usage.names l ON l.kind = %d AND l.number = e.lang
		WHERE %s AND trim(w.text) <> '' AND occurred_at >= ? AND occurred_at < ? GROUP BY lower(trim(w.text)), e.lang`,
		s.counted("true"), kindQuery, kindLang, s.isType("e.type", semdex.SearchExecuted))
	args := []any{from, to}
	row := s.db.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(n), 0)::BIGINT FROM ("+grouped+")", args...)
	if err := row.Scan(&all, &searches); err != nil {
		return nil, 0, 0, fmt.Errorf("count logged queries: %w", err)
	}
	rows, err := s.db.QueryContext(ctx, grouped+" ORDER BY n DESC, words, lang LIMIT ?", append(args, r.Limit)...)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("read logged queries: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var q LoggedQuery
		if err := rows.Scan(&q.Query, &q.Lang, &q.Searches); err != nil {
			return nil, 0, 0, err
		}
		top = append(top, q)
	}
	return top, all, searches, rows.Err()
}

// span gives the moments at which the days asked for begin and end.
func (r QueryRequest) span() (from, to time.Time, err error) {
	if r.TZ == nil {
		r.TZ = time.UTC
	}
	from, to = time.Unix(0, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	if r.From != "" {
		if from, err = time.ParseInLocation(time.DateOnly, string(r.From), r.TZ); err != nil {
			return from, to, invalid("write it as 2026-01-31", "from is no day: %s", r.From)
		}
	}
	if r.To != "" {
		if to, err = time.ParseInLocation(time.DateOnly, string(r.To), r.TZ); err != nil {
			return from, to, invalid("write it as 2026-01-31", "to is no day: %s", r.To)
		}
		to = to.AddDate(0, 0, 1)
	}
	if !from.Before(to) {
		return from, to, invalid("exchange the two", "from %s is after to %s", r.From, r.To)
	}
	return from.UTC(), to.UTC(), nil
}

// InWindow counts the events that occurred from one day to another in a time zone, each once whatever its count; days that are empty are
// open. It grows by what comes late.
func (s *Store) InWindow(ctx context.Context, from, to semdex.Date, tz *time.Location) (n int64, err error) {
	first, end, err := QueryRequest{From: from, To: to, TZ: tz}.span()
	if err != nil {
		return 0, err
	}
	if err := s.Flush(ctx); err != nil {
		return 0, err
	}
	row := s.db.QueryRowContext(ctx, "SELECT count(*) FROM usage.events WHERE occurred_at >= ? AND occurred_at < ?", first, end)
	if err := row.Scan(&n); err != nil {
		return 0, fmt.Errorf("count the events of a window: %w", err)
	}
	return n, nil
}
