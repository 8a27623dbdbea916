package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"semdex"
	"semdex/analytics"
)

// library is a library of assets with topics out of a vocabulary whose concepts may stand below two others. It answers
// as the real one does, from arrays.
type library struct {
	topics []analytics.Value
	above  [][]int32 // of each topic, itself and all that stands above it
	broad  [][]int32 // what stands directly above it
	assets [][]int32 // of each asset, its topics
}

func newLibrary(assets, topics int) *library {
	rnd := rand.New(rand.NewPCG(11, 12))
	l := &library{}
	for i := range topics {
		v := analytics.Value{Name: fmt.Sprintf("Topic %d", i), URI: fmt.Sprintf("https://voc.example/topics/%d", i)}
		v.Path = v.Name
		var broad []int32
		if i >= 12 { // the first ones are at the top
			broad = append(broad, int32(rnd.IntN(max(12, i/3))))
			if rnd.IntN(10) == 0 {
				broad = append(broad, int32(rnd.IntN(max(12, i/3))))
			}
			v.Path = l.topics[broad[0]].Path + " > " + v.Name
		}
		l.topics, l.broad = append(l.topics, v), append(l.broad, broad)
		l.above = append(l.above, l.closure([]int32{int32(i)}))
	}
	for range assets {
		var own []int32
		for range 1 + rnd.IntN(4) {
			own = append(own, int32(rnd.IntN(topics)))
		}
		l.assets = append(l.assets, own)
	}
	return l
}

// closure gives topics and all that stands above them, each once.
func (l *library) closure(topics []int32) (out []int32) {
	seen := map[int32]bool{}
	for next := topics; len(next) > 0; next = next[1:] {
		t := next[0]
		if !seen[t] {
			seen[t] = true
			out, next = append(out, t), append(next[:1:1], append(next[1:], l.broad[t]...)...)
		}
	}
	return out
}

func (l *library) Version() string { return "1" }

func (l *library) Names() []analytics.Dimension {
	return []analytics.Dimension{{Name: "topic", Hierarchical: true}, {Name: "region"}, {Name: "campaign"}}
}

func assetName(n int) string { return fmt.Sprintf("canto:image:%06d", n) }

func (l *library) Asset(given string) (semdex.AssetID, bool) { return semdex.AssetID(given), true }

func (l *library) OfAsset(dim string, id semdex.AssetID, direct bool) []analytics.Value {
	if dim != "topic" {
		return nil
	}
	var n int
	if _, err := fmt.Sscanf(strings.TrimPrefix(string(id), "canto:image:"), "%d", &n); err != nil || n >= len(l.assets) {
		return nil
	}
	topics := l.assets[n]
	if !direct {
		topics = l.closure(topics)
	}
	out := make([]analytics.Value, len(topics))
	for i, t := range topics {
		out[i] = l.topics[t]
	}
	return out
}

func (l *library) Past(func(*semdex.Asset, time.Time) error) error { return nil }

func (l *library) OfRecord(string, *semdex.Asset, bool) []analytics.Value { return nil }

func (l *library) OfContext(_, value string, _ bool) []analytics.Value {
	return []analytics.Value{{Name: value}}
}

func (l *library) OfConcepts(string, []string, bool) []analytics.Value { return nil }
