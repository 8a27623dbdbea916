package indexer

import (
	"context"
	"fmt"

	"semdex/internal/mirror"
)

// Log is what a projection is fed from. *mirror.Mirror satisfies it.
type Log interface {
	Sequence() (uint64, error)
	ChangedAssets(after uint64, limit int) ([]mirror.ChangedAsset, uint64, error)
}

// Projection is a store that is built from the change log. *local.Index satisfies it through its caller.
type Projection interface {
	// Applied is the number of the last change that is stored.
	Applied() (uint64, error)
	// Apply stores the changes and, in the same transaction, the number through which they reach.
	Apply(ctx context.Context, changes []mirror.ChangedAsset, through uint64) error
}

// Project brings p up to the end of the log, in batches, and gives how many changes it applied. Where there
// is nothing after the number that p has, p is not touched.
func Project(ctx context.Context, log Log, p Projection, progress Progress) (int, error) {
	after, err := p.Applied()
	if err != nil {
		return 0, err
	}
	last, err := log.Sequence()
	if err != nil {
		return 0, err
	}
	if after > last {
		return 0, fmt.Errorf("the projection is at change %d, the mirror at %d: it belongs to another mirror; rebuild it", after, last)
	}
	done, total := 0, int(last-after)
	for after < last {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		changes, through, err := log.ChangedAssets(after, batchSize)
		if err != nil {
			return done, err
		}
		if through == after {
			return done, nil
		}
		if len(changes) > 0 || through >= last { // the log may have grown since
			if err := p.Apply(ctx, changes, through); err != nil {
				return done, err
			}
		}
		after = through
		done += len(changes)
		if progress != nil {
			progress("index", done, total)
		}
	}
	return done, nil
}
