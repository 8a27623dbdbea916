package analytics

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/cespare/xxhash/v2"

	"semdex"
)

// kind says which texts a number stands for: each kind has numbers of its own.
type kind uint8

// The kinds, as the table names has them. Their order is part of the format.
const (
	kindType kind = iota
	kindAsset
	kindRendition
	kindQuery
	kindLang
	kindConcepts
	kindActor
	kindActorType
	kindUnit
	kindClient
	kindIntegration
	kindRegion
	kindCampaign
	kindAudience
	kindChannel
	kindUse
	kindContext
	kindCurrency
	kindSource
	kindFilters
	kinds
)

// names numbers the texts of events: equal texts of a kind have one number, ascending from 1; 0 is the empty text. The numbers
// stand in the tables in place of the texts, which are in the table names. Texts are told apart by 64 bits of XXH64, so that a
// million different ones take 16 MB; two of a million are mistaken for each other once in 40 million libraries.
type names struct {
	mu      sync.RWMutex
	numbers [kinds]map[uint64]int32
	texts   [kinds][]string // of those that were asked for
	fresh   []newName       // numbered since the last settle
	last    [kinds]lastName // that was asked for
}

type lastName struct {
	text   string
	number int32
}

type newName struct {
	kind   kind
	number int32
	hash   uint64
	text   string
}

func newNames() *names {
	n := &names{}
	for k := range n.numbers {
		n.numbers[k] = make(map[uint64]int32)
	}
	for _, t := range semdex.EventTypes {
		n.of(kindType, t)
	}
	return n
}

// hashText is what texts and ids are told apart by.
func hashText(s string) uint64 { return xxhash.Sum64String(s) }

// of gives the number of a text, a new one where it has none yet. One goroutine calls it at a time.
func (n *names) of(k kind, text string) int32 {
	if text == "" {
		return 0
	}
	if last := &n.last[k]; last.text == text { // as many are that do not change from event to event
		return last.number
	}
	h := hashText(text)
	number, known := n.numbers[k][h]
	if known {
		n.last[k] = lastName{text, number}
		return number
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	number = int32(len(n.numbers[k]) + 1)
	n.numbers[k][h] = number
	n.fresh = append(n.fresh, newName{k, number, h, strings.Clone(text)})
	return number
}

// find gives the number of a text that may have none: then 0.
func (n *names) find(k kind, text string) int32 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.numbers[k][hashText(text)]
}

// count gives the highest number of a kind.
func (n *names) count(k kind) int32 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return int32(len(n.numbers[k]))
}

// save appends what is new to the table, within the transaction that conn is in.
func (n *names) save(conn *sql.Conn) error {
	return fill(conn, "usage", "names", func(add func(...driver.Value) error) error {
		for _, f := range n.fresh {
			if err := add(uint8(f.kind), f.number, f.hash, f.text); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle says that what was saved is committed.
func (n *names) settle() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fresh = nil
}

// forget takes back the numbers that were given since the last settle, whose transaction has failed.
func (n *names) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range n.fresh {
		delete(n.numbers[f.kind], f.hash)
	}
	n.last = [kinds]lastName{}
	n.fresh = nil
}

// load reads the numbers that the table has.
func (n *names) load(ctx context.Context, db *sql.DB) (err error) {
	rows, err := db.QueryContext(ctx, "SELECT kind, number, hash FROM usage.names")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	n.fresh = nil
	for k := range n.numbers {
		clear(n.numbers[k])
	}
	for rows.Next() {
		var k kind
		var number int32
		var hash uint64
		if err := rows.Scan(&k, &number, &hash); err != nil {
			return err
		}
		n.numbers[k][hash] = number
	}
	return rows.Err()
}

// querier is what gives the rows of a query: a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// all gives the texts of a kind by their numbers, that of 0 being empty. They are kept for the next to ask. The slice is not to be changed.
func (n *names) all(ctx context.Context, q querier, k kind) ([]string, error) {
	n.mu.RLock()
	texts := slices.Clip(n.texts[k]) // two that ask at once must not append to the same array
	n.mu.RUnlock()
	if texts == nil {
		texts = []string{""}
	}
	rows, err := q.QueryContext(ctx, "SELECT number, text FROM usage.names WHERE kind = ? AND number >= ? ORDER BY number", uint8(k), len(texts))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var number int
		var text string
		if err := rows.Scan(&number, &text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(texts) > len(n.texts[k]) {
		n.texts[k] = texts
	}
	return texts, nil
}
