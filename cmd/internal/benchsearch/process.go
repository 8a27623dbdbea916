package main

import (
	"context"
	"errors"
	"fmt"

	"semdex/cmd/internal/library"
)

// asker asks a library in this process as a plain key.
func asker(l *library.Library) func(context.Context, query) error {
	return func(ctx context.Context, q query) error {
		_, err := l.Search(ctx, q.request(l.Client()))
		return err
	}
}

// inProcess measures the service itself.
func (b *bench) inProcess(ctx context.Context) error {
	b.heading("The service in this process, without HTTP")
	l, err := b.open(ctx, b.dir)
	if err != nil {
		return err
	}
	return errors.Join(b.service(ctx, l), l.Close())
}

func (b *bench) service(ctx context.Context, l *library.Library) error {
	one, _, err := b.load(ctx, 1, asker(l))
	if err != nil {
		return err
	}
	b.latencies("service, one client, quiet index", one)
	eight, rate, err := b.load(ctx, 8, asker(l))
	if err != nil {
		return err
	}
	b.note("service, 8 clients", "%.0f queries/s, %s", rate, eight)
	for _, kind := range []bool{false, true} {
		half := &bench{table: b.table, each: b.each / 2}
		for _, q := range b.mix {
			if q.concept == kind {
				half.mix = append(half.mix, q)
			}
		}
		t, _, err := half.load(ctx, 1, asker(l))
		if err != nil {
			return err
		}
		b.note(fmt.Sprintf("service, one client, %s alone", map[bool]string{false: "plain words", true: "labels"}[kind]), "%s", t)
	}
	return b.expanded(ctx, l)
}
