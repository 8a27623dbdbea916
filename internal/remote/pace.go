package remote

import (
	"context"
	"sync"
	"time"
)

// Pace lets no more than a number of calls through in any window of time, as seen by the other side: a call
// counts from when it is sent until a whole window after its answer came, so that no delay on the way can
// push two windows' calls into one. A nil Pace lets everything through.
type Pace struct {
	limit  int
	window time.Duration

	mu      sync.Mutex
	running int
	ended   []time.Time // of the calls within the window, oldest first
	freed   chan struct{}
}

// NewPace lets limit calls through in any window.
func NewPace(limit int, window time.Duration) *Pace {
	return &Pace{limit: max(1, limit), window: window, freed: make(chan struct{}, 1)}
}

// Enter waits until one more call may be sent. done is called when its answer is there.
func (p *Pace) Enter(ctx context.Context) (done func(), err error) {
	if p == nil {
		return func() {}, ctx.Err()
	}
	for {
		wait, ok := p.enter(time.Now())
		if ok {
			return p.leave, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-p.freed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// enter takes a place if there is one, else says when to look again.
func (p *Pace) enter(now time.Time) (wait time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.ended) > 0 && now.Sub(p.ended[0]) > p.window {
		p.ended = p.ended[1:]
	}
	switch {
	case p.running+len(p.ended) < p.limit:
		p.running++
		return 0, true
	case len(p.ended) > 0:
		return p.window - now.Sub(p.ended[0]) + time.Millisecond, false
	}
	return p.window, false // all are under way; one that ends wakes whoever waits
}

func (p *Pace) leave() {
	p.mu.Lock()
	p.running--
	p.ended = append(p.ended, time.Now())
	p.mu.Unlock()
	select {
	case p.freed <- struct{}{}:
	default:
	}
}
