package library

import (
	"context"

	"semdex"
	"semdex/indexer"
)

// Jobs gives what a server does by the clock: bring in what changed, source by source where one has a schedule
// of its own, and compare with all that the sources hold. Syncs of one library wait for one another.
func (l *Library) Jobs() ([]indexer.Job, error) {
	var jobs []indexer.Job
	add := func(name, expression string, o SyncOptions) error {
		if expression == "" {
			return nil
		}
		schedule, err := indexer.ParseSchedule(expression, l.config.Zone)
		if err == nil {
			jobs = append(jobs, indexer.Job{Name: l.name + ": " + name, Schedule: schedule, Run: func(ctx context.Context) { l.syncByClock(ctx, name, o) }})
		}
		return err
	}
	var common, apart []string
	for _, s := range l.config.Sources {
		if s.Schedule == "" {
			common = append(common, s.Prefix)
			continue
		}
		apart = append(apart, s.Prefix)
		if err := add("source "+s.Prefix, s.Schedule, SyncOptions{Only: []string{s.Prefix}}); err != nil {
			return nil, err
		}
	}
	regular := SyncOptions{}
	if len(apart) > 0 {
		regular = SyncOptions{Only: append([]string{}, common...), Vocabularies: true}
	}
	if err := add("schedule", l.config.Schedule, regular); err != nil {
		return nil, err
	}
	if err := add("reconcile", l.config.Reconcile, SyncOptions{Full: true}); err != nil {
		return nil, err
	}
	job, wanted, err := l.retainJob()
	if wanted {
		jobs = append(jobs, job)
	}
	return jobs, err
}

// unscheduled names the systems that no schedule covers, files left aside.
func (l *Library) unscheduled() []string {
	var idle []string
	if l.config.Schedule != "" {
		return nil
	}
	for _, s := range l.config.Sources {
		if s.Type != "files" && s.Schedule == "" {
			idle = append(idle, s.Prefix)
		}
	}
	for i, v := range l.config.Vocabularies {
		if v.Type != "file" {
			idle = append(idle, l.vocabularies[i].Name())
		}
	}
	return idle
}

// syncByClock runs a sync that nobody waits for, and logs what came of it.
func (l *Library) syncByClock(ctx context.Context, job string, o SyncOptions) {
	r, err := l.Sync(ctx, o)
	if ctx.Err() != nil {
		return
	}
	log := l.log.With("job", job)
	for _, s := range r.Sources {
		if s.Added+s.Changed+s.Deleted+len(s.Rejected) == 0 {
			continue
		}
		log.Info("synced", "source", s.Source, "added", s.Added, "changed", s.Changed, "deleted", s.Deleted, "rejected", len(s.Rejected))
		for _, rejected := range s.Rejected[:min(len(s.Rejected), maxLogged)] {
			log.Warn("record rejected", "source", s.Source, "id", rejected.ID, "at", rejected.Place(), "reason", rejected.Reason)
		}
	}
	if err != nil {
		log.Error("sync failed", "err", err, "hint", semdex.Public(err).Hint)
	}
}

// maxLogged bounds how many rejected records of a run are logged; rejected.jsonl has them all.
const maxLogged = 20
