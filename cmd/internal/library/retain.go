package library

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"semdex/indexer"
)

// retainAt is when a server removes the events that are too old, each day.
const retainAt = "23 2 * * *"

// retain removes the usage events that the configuration says are too old to be kept, and says how many.
func (l *Library) retain(ctx context.Context) (int64, error) {
	age := l.config.Analytics.Retention.Events
	if age.IsZero() {
		return 0, nil
	}
	if _, err := os.Stat(filepath.Join(l.dir, "usage", "events")); errors.Is(err, os.ErrNotExist) {
		return 0, nil // nothing was ever noted
	}
	store, err := l.usage.open()
	if err != nil {
		return 0, err
	}
	n, err := store.Retain(ctx, age.Before(l.now().In(l.config.Zone)), l.config.Zone)
	if err == nil && n > 0 {
		l.log.Info("old usage events were removed, and sums of them are kept", "events", n)
		l.usage.touch()
	}
	return n, err
}

// retainJob is retain by the clock; false where events are kept for ever.
func (l *Library) retainJob() (indexer.Job, bool, error) {
	if l.config.Analytics.Retention.Events.IsZero() {
		return indexer.Job{}, false, nil
	}
	schedule, err := indexer.ParseSchedule(retainAt, l.config.Zone)
	return indexer.Job{Name: l.name + ": retention", Schedule: schedule, Run: func(ctx context.Context) {
		started := time.Now()
		if _, err := l.retain(ctx); err != nil && ctx.Err() == nil {
			l.log.Error("old usage events could not be removed", "err", err, "after", time.Since(started))
		}
	}}, true, err
}
