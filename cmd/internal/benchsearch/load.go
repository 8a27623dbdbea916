package main

import (
	"context"
	"sync"
	"time"
)

// load has clients ask the mix, each beginning elsewhere in it, and gives the times of their requests, and how many
// there were a second. What comes first warms up and is not counted.
func (b *bench) load(ctx context.Context, clients int, ask func(context.Context, query) error) (times, float64, error) {
	for i := range 100 {
		if err := ask(ctx, b.mix[(i*17)%len(b.mix)]); err != nil {
			return nil, 0, err
		}
	}
	var mu sync.Mutex
	var all times
	var failed error
	var clientsDone sync.WaitGroup
	began := time.Now()
	for c := range clients {
		clientsDone.Go(func() {
			var own times
			var err error
			for i := c * len(b.mix) / clients; err == nil && time.Since(began) < b.each; i++ {
				start := time.Now()
				err = ask(ctx, b.mix[i%len(b.mix)])
				own = append(own, time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
			if err != nil {
				failed = err
			}
		})
	}
	clientsDone.Wait()
	return all, float64(len(all)) / time.Since(began).Seconds(), failed
}
