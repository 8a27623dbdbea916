package library

import "context"

// EraseEvents removes the usage events of a person, named by id or pseudonym, and says how many there were. With dryRun it only counts.
func (l *Library) EraseEvents(ctx context.Context, user string, dryRun bool) (int64, error) {
	store, err := l.usage.open()
	if err != nil {
		return 0, err
	}
	n, err := store.Erase(ctx, user, dryRun)
	if err == nil && n > 0 && !dryRun {
		l.log.Info("usage events of a person were erased", "events", n)
		l.usage.touch()
	}
	return n, err
}
