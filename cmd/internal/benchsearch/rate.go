package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"semdex"
	"semdex/search/local"
	"semdex/search/local/baretest"
)

// batch is what a sync applies at once.
const batch = 1000

// sampleSize is how many assets are indexed again in each run.
func (b *bench) sampleSize() int { return min(b.library.Assets, 100_000) }

// sample makes the first assets, as the mirror holds them.
func (b *bench) sample(n int) []*semdex.Asset {
	assets := make([]*semdex.Asset, n)
	for i := range assets {
		assets[i] = b.library.Asset(i)
		assets[i].ID = "files:" + assets[i].ID
	}
	return assets
}

// indexRate indexes the first assets into an empty index and into a bare bleve index, which is kept, by turns of 10
// batches.
func (b *bench) indexRate(ctx context.Context) error {
	assets := b.sample(b.sampleSize())
	b.heading("Index rate, the first %d assets in batches of %d, by turns", len(assets), batch)
	dir := filepath.Join(b.dir, "rate") // run removes it
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
		return err
	}
	ours, err := local.Open(filepath.Join(dir, "index"), []string{"en", "de"})
	if err != nil {
		return err
	}
	b.bare, err = baretest.Open(filepath.Join(dir, "bare"))
	if err != nil {
		return errors.Join(err, ours.Close())
	}
	var took, tookBare time.Duration
	for part := range slices.Chunk(assets, 10*batch) {
		start := time.Now()
		for some := range slices.Chunk(part, batch) {
			changes := make([]local.Change, len(some))
			for i, a := range some {
				changes[i].Asset = a
			}
			err = errors.Join(err, ours.Apply(ctx, changes, 1))
		}
		took += time.Since(start)
		start = time.Now()
		for some := range slices.Chunk(part, batch) {
			err = errors.Join(err, b.bare.Put(some))
		}
		tookBare += time.Since(start)
	}
	if err := errors.Join(err, ours.Close()); err != nil {
		return err
	}
	n := float64(len(assets))
	b.note("our index, bare bleve", "%.0f, %.0f assets/s", n/took.Seconds(), n/tookBare.Seconds())
	b.atLeast("index rate by that of a bare bleve batch of the same fields", tookBare.Seconds()/took.Seconds(), .7, "x")
	return nil
}
