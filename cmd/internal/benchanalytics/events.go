package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"semdex"
)

var firstDay = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// history is when events of a run occur: within so many days.
const history = 365

var (
	regions   = []string{"DE", "AT", "CH", "FR", "GB", "US", "JP", "SE", "NL", "IT"}
	campaigns = 20
	users     = 50_000
)

// maker makes events in the order of time, the same each time. Assets, campaigns and users are used as in life: few of
// them much, most of them little.
type maker struct {
	rnd    *rand.Rand
	n, all int
	assets int
	assetZ *rand.Zipf
	userZ  *rand.Zipf
}

func newMaker(all, assets int) *maker {
	rnd := rand.New(rand.NewPCG(21, 22))
	return &maker{rnd: rnd, all: all, assets: assets, assetZ: rand.NewZipf(rnd, 1.05, 200, uint64(assets-1)), userZ: rand.NewZipf(rnd, 1.1, 300, uint64(users-1))}
}

// spread keeps what is used most from being what was made first.
func spread(n uint64, of int) int { return int(n * 7919 % uint64(of)) }

func (m *maker) event() semdex.Event {
	at := firstDay.Add(time.Duration(float64(m.n) / float64(m.all) * history * float64(24*time.Hour))).Truncate(time.Microsecond)
	m.n++
	kinds := []string{semdex.AssetView, semdex.AssetView, semdex.AssetView, semdex.AssetDownload, semdex.AssetShare, semdex.AssetPlaced}
	return semdex.Event{
		ID: fmt.Sprintf("evt_%012x", uint64(m.n)*0x9E3779B97F4A7C15>>16), Type: kinds[m.rnd.IntN(len(kinds))], OccurredAt: at,
		Asset: assetName(spread(m.assetZ.Uint64(), m.assets)), Actor: semdex.Actor{ID: fmt.Sprintf("u_%08x", spread(m.userZ.Uint64(), users)), BusinessUnit: "retail"},
		Session: fmt.Sprintf("s_%x", m.n/7), Client: semdex.Client{Name: "wordpress-main", Integration: "cms"},
		Context: map[string]string{"region": regions[m.pick(len(regions))], "campaign": fmt.Sprintf("Campaign %d", m.pick(campaigns)), "channel": "web"},
		Source:  "client",
	}
}

// pick gives the first of n more often than the last.
func (m *maker) pick(n int) int {
	return min(n-1, int(float64(n)*math.Pow(m.rnd.Float64(), 1.5)))
}

// file is a file of events, made as it is read.
type file struct {
	*maker
	rest []byte
}

func (f *file) Read(into []byte) (int, error) {
	if len(f.rest) == 0 {
		if f.n >= f.all {
			return 0, io.EOF
		}
		buf := f.rest[:0]
		for range 100 {
			if f.n >= f.all {
				break
			}
			e := f.event()
			line, err := semdex.AppendEvent(buf, &e)
			if err != nil {
				return 0, err
			}
			buf = append(line, '\n')
		}
		f.rest = buf
	}
	n := copy(into, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}
