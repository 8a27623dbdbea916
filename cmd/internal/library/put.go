package library

import (
	"context"

	"semdex"
	"semdex/indexer"
	"semdex/internal/mirror"
)

// Put stores assets as a sync of their sources would, their ids whole, and brings the index up to them. It waits
// for a sync that is under way.
func (l *Library) Put(ctx context.Context, assets []*semdex.Asset) error {
	batch := mirror.Batch{At: l.now()}
	for _, a := range assets {
		record, err := semdex.NewRecord(a)
		if err != nil {
			return err
		}
		batch.Put = append(batch.Put, record)
	}
	if err := l.turn(ctx, SyncOptions{Say: func(string, ...any) {}}); err != nil {
		return err
	}
	defer func() { <-l.syncing }()
	if _, err := l.mirror.Apply(batch); err != nil {
		return err
	}
	_, err := indexer.Project(ctx, l.mirror, l.index, nil)
	return err
}
