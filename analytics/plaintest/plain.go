// Package plaintest is what a database alone would do with usage events, to compare with: one table of events, the assets' topics and the
// vocabulary beside it, and the closure of the vocabulary found anew by each query.
package plaintest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// DB is an in-memory DuckDB.
type DB struct{ *sql.DB }

// Topics is what there is to roll up over.
type Topics struct {
	Asset  func(n int) string // the name of an asset, as events have it
	Assets [][]int32          // of each asset, its own topics
	Broad  [][]int32          // of each topic, what stands directly above it
}

// Open copies the events of a usage store's DuckDB file, which no one else has open.
func Open(usage string, topics Topics) (_ *DB, err error) {
	db, err := sql.Open("duckdb", "?threads=2&memory_limit=4GB")
	if err != nil {
		return nil, err
	}
	p := &DB{db}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	for _, q := range []string{
		"ATTACH '" + usage + "' AS usage (READ_ONLY)",
		`CREATE TABLE events AS SELECT e.occurred_at, a.text AS asset_id, e.asset, e.actor, r.text AS region, c.text AS campaign, t.text AS type, e.weight
			FROM usage.events e JOIN usage.names a ON a.kind = 1 AND a.number = e.asset JOIN usage.names r ON r.kind = 11 AND r.number = e.region
			JOIN usage.names c ON c.kind = 12 AND c.number = e.campaign JOIN usage.names t ON t.kind = 0 AND t.number = e.type`,
		"CREATE TABLE asset_topics (name VARCHAR, topic INTEGER)", "CREATE TABLE broader (topic INTEGER, broad INTEGER)",
	} {
		if _, err = conn.ExecContext(context.Background(), q); err != nil {
			return nil, err
		}
	}
	err = p.fill(conn, "asset_topics", func(add func(...driver.Value) error) error {
		for n, own := range topics.Assets {
			for _, t := range own {
				if err := add(topics.Asset(n), t); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = p.fill(conn, "broader", func(add func(...driver.Value) error) error {
		for t, broad := range topics.Broad {
			for _, b := range broad {
				if err := add(int32(t), b); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	_, err = conn.ExecContext(context.Background(), `CREATE TABLE topics_of AS SELECT DISTINCT asset, topic FROM asset_topics JOIN (SELECT DISTINCT asset, asset_id FROM events) ON name = asset_id`)
	return p, err
}

func (p *DB) fill(conn *sql.Conn, table string, feed func(add func(...driver.Value) error) error) error {
	return conn.Raw(func(dc any) error {
		a, err := duckdb.NewAppenderFromConn(dc.(driver.Conn), "", table)
		if err != nil {
			return err
		}
		return errors.Join(feed(a.AppendRow), a.Close())
	})
}

// Sums are what a report adds up to, to compare reports by.
type Sums struct{ Rows, Events, Members int64 }

// Usage counts by topic, region and campaign, with different assets and users (Members) or without.
func (p *DB) Usage(members bool) (sums Sums, took time.Duration, err error) {
	distinct := "0"
	if members {
		distinct = "count(DISTINCT e.asset) + count(DISTINCT e.actor)"
	}
	began := time.Now()
	row := p.QueryRow(`WITH RECURSIVE closure(topic, top) AS (
			SELECT DISTINCT topic, topic FROM topics_of UNION SELECT c.topic, b.broad FROM closure c JOIN broader b ON b.topic = c.top),
		bridge AS (SELECT DISTINCT asset, top FROM topics_of JOIN closure USING (topic))
		SELECT count(*), sum(n)::BIGINT, sum(people)::BIGINT, sum(views), sum(downloads), sum(shares), sum(placements), sum(searches) FROM (SELECT b.top, e.region, e.campaign, sum(e.weight) AS n, sum(e.weight) FILTER (e.type = 'asset.view') AS views,
			sum(e.weight) FILTER (e.type = 'asset.download') AS downloads, sum(e.weight) FILTER (e.type = 'asset.share') AS shares,
			sum(e.weight) FILTER (e.type IN ('asset.placed', 'asset.embed')) AS placements, sum(e.weight) FILTER (e.type = 'search.executed') AS searches, ` + distinct + ` AS people
			FROM events e JOIN bridge b USING (asset) GROUP BY ALL)`)
	var rest [5]sql.NullFloat64
	err = row.Scan(&sums.Rows, &sums.Events, &sums.Members, &rest[0], &rest[1], &rest[2], &rest[3], &rest[4])
	return sums, time.Since(began), err
}
