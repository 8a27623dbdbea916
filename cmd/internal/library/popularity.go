package library

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// How often the popularity of assets is measured, at most and, while the usage store is open, at least.
const (
	popularityPause = 30 * time.Second
	popularityEvery = 5 * time.Minute
)

// keepPopularity measures how much assets are used, in the background: soon after the usage store was opened, after
// events came, and now and then, for old uses count less by the day. It never opens the store: a process that has no
// other need of it, such as a single search on the command line, does not wait for DuckDB, and ranks without it.
func (l *Library) keepPopularity(ctx context.Context) {
	tick := time.NewTicker(popularityEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-l.usage.used:
		}
		if err := l.MeasurePopularity(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("the popularity of assets could not be measured", "err", err)
		}
		if err := l.keepSums(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("the sums of usage could not be kept", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(popularityPause):
		}
	}
}

// MeasurePopularity measures how much assets are used by now, if the usage store is open.
func (l *Library) MeasurePopularity(ctx context.Context) error {
	store := l.usage.opened()
	if store == nil {
		return nil
	}
	return l.search.MeasurePopularity(ctx, store)
}

const secretBytes = 32

// readSecret gives the secret at path and makes one where there is none.
func readSecret(path string) ([]byte, error) {
	secret, err := os.ReadFile(path)
	if err == nil && len(secret) == secretBytes {
		return secret, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the library's secret: %w", err)
	}
	secret = make([]byte, secretBytes)
	rand.Read(secret)
	beside := filepath.Join(filepath.Dir(path), ".secret.new")
	if err := os.WriteFile(beside, secret, 0o600); err != nil {
		return nil, fmt.Errorf("the library's secret: %w", err)
	}
	return secret, os.Rename(beside, path)
}
