package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"semdex"
)

// heaviest is the report that takes longest: uniques by three dimensions over everything.
const heaviest = "/v1/reports/usage?by=topic,region,campaign&format=csv"

// besideReports measures what usage and search do to one another: events that come in, and search beside the heaviest report.
func (b *bench) besideReports(ctx context.Context) error {
	b.heading("semdex serve with %d events of use", b.library.Use)
	if err := settle(ctx, b.dir); err != nil {
		return err
	}
	key, err := b.newKey(ctx, "search")
	if err != nil {
		return err
	}
	reports, err := b.newKey(ctx, "reports,events")
	if err != nil {
		return err
	}
	s, _, err := b.start(ctx, key)
	if err != nil {
		return err
	}
	s.reports = reports
	return errors.Join(b.besideReport(ctx, s), b.takeIn(ctx, s), s.stop())
}

func (b *bench) besideReport(ctx context.Context, s *server) error {
	took, err := s.report(ctx)
	if err != nil {
		return err
	}
	b.note("the heaviest report, the first of the process", "%.1f s", took.Seconds())
	time.Sleep(warming)
	idle, _, err := b.load(ctx, 1, s.ask)
	if err != nil {
		return err
	}
	b.note("HTTP search, one client, idle", "%s", idle)
	reporting, stop := context.WithCancel(ctx)
	var made atomic.Int64
	ended := make(chan error, 1)
	go func() {
		for reporting.Err() == nil {
			if _, err := s.report(reporting); err != nil && reporting.Err() == nil {
				ended <- err
				return
			}
			made.Add(1)
		}
		ended <- nil
	}()
	began := time.Now()
	beside, _, err := b.load(ctx, 1, s.ask)
	seconds := time.Since(began).Seconds()
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		return err
	}
	b.note("HTTP search, one client, while that report runs again and again", "%s", beside)
	b.note("reports made meanwhile", "%d in %.0f s", made.Load(), seconds)
	b.note("p99 beside the report, by that of idle", "%.1f", beside.quantile(.99)/idle.quantile(.99))
	_, anonymous, peak, err := s.memory()
	b.note("anonymous memory, and the peak of all", "%.0f MiB, %.0f MiB", anonymous, peak)
	return err
}

// report asks for the heaviest report and reads it to its end.
func (s *server) report(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+heaviest, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("X-API-Key", s.reports)
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("report: %s", answer.Status)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return time.Since(began), err
}

const (
	senders   = 4
	batchSize = 1000
)

// takeIn sends events as clients do, batches of a thousand, each of which is answered when it is on disk.
func (b *bench) takeIn(ctx context.Context, s *server) error {
	var sent atomic.Int64
	var clients sync.WaitGroup
	failures := make([]error, senders)
	began := time.Now()
	for c := range senders {
		clients.Go(func() {
			for n := 0; time.Since(began) < b.each && failures[c] == nil; n++ {
				failures[c] = s.send(ctx, fmt.Sprintf("c%d-%d", c, n), b.library.Assets)
				sent.Add(batchSize)
			}
		})
	}
	clients.Wait()
	rate := float64(sent.Load()) / time.Since(began).Seconds()
	b.atLeast(fmt.Sprintf("events a second by POST /v1/events, %d clients, each acknowledged on disk", senders), rate, 20_000, "/s")
	return errors.Join(failures...)
}

func (s *server) send(ctx context.Context, batch string, assets int) error {
	var events []semdex.Event
	now := time.Now().UTC()
	for i := range batchSize {
		events = append(events, semdex.Event{ID: fmt.Sprintf("%s-%d-%d", batch, now.UnixNano(), i), Type: semdex.AssetView, OccurredAt: now, Asset: fmt.Sprintf("files:a%d", i*7919%assets),
			Actor: semdex.Actor{ID: fmt.Sprintf("u_%08x", i)}, Context: map[string]string{"region": "DE", "channel": "web"}})
	}
	body, err := json.Marshal(map[string]any{"events": events})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v1/events", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("X-API-Key", s.reports)
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var receipt struct{ Accepted int }
	if err := json.NewDecoder(answer.Body).Decode(&receipt); err != nil || receipt.Accepted != batchSize {
		return fmt.Errorf("events: %s, %d accepted: %w", answer.Status, receipt.Accepted, err)
	}
	return nil
}
