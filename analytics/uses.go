package analytics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"semdex"
)

// How much a use counts, and for how long. A use counts half after usesHalfLife; after usesWindow, nothing.
const (
	usesHalfLife = 90.0 // days
	usesWindow   = 3 * 365 * 24 * time.Hour
)

// usesWeights is SQL for what each kind of use of an asset counts: to look at one is less than to take it, to take it less
// than to put it somewhere.
func (s *Store) usesWeights() string {
	return "CASE type" + s.whenType(1, semdex.AssetView) + s.whenType(2, semdex.AssetShare) + s.whenType(3, semdex.AssetDownload) +
		s.whenType(5, semdex.AssetPlaced, semdex.AssetEmbed) + " ELSE 0 END"
}

// Uses gives how much each asset was used up to now, old uses counting less: the sum of the weights of its views,
// shares, downloads and placements. Assets have the names that the events gave them.
func (s *Store) Uses(ctx context.Context, now time.Time) (uses map[string]float64, err error) {
	if err := s.Flush(ctx); err != nil {
		return nil, err
	}
	rows, err := s.db.QueryContext(ctx, fmt.Sprintf(`SELECT text, score FROM (SELECT asset, sum(score)::DOUBLE AS score FROM (
			SELECT asset, least(weight, 1000000) * %s * pow(0.5, greatest(0, epoch(?::TIMESTAMP) - epoch(occurred_at)) / 86400 / %g) AS score
			FROM %s WHERE asset > 0 AND occurred_at > ?::TIMESTAMP)
		WHERE score > 0 GROUP BY asset) JOIN usage.names ON number = asset AND kind = %d`, s.usesWeights(), usesHalfLife, s.counted("true"), kindAsset), now.UTC(), now.UTC().Add(-usesWindow))
	if err != nil {
		return nil, fmt.Errorf("uses of assets: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	uses = map[string]float64{}
	for rows.Next() {
		var asset string
		var score float64
		if err := rows.Scan(&asset, &score); err != nil {
			return nil, err
		}
		uses[asset] = score
	}
	return uses, rows.Err()
}
