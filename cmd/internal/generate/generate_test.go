package generate_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"semdex"
	"semdex/cmd/internal/generate"
)

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	sum := func(seed uint64, assets int) [32]byte {
		l := generate.New(generate.Options{Seed: seed, Assets: assets, Concepts: 300})
		var b bytes.Buffer
		if err := l.WriteAssets(&b); err != nil {
			t.Fatal(err)
		}
		if err := l.Vocabulary.Write(&b); err != nil {
			t.Fatal(err)
		}
		if err := l.WriteEvents(&b, 100); err != nil {
			t.Fatal(err)
		}
		return sha256.Sum256(b.Bytes())
	}
	if first, again := sum(1, 500), sum(1, 500); first != again {
		t.Error("two libraries of one seed differ")
	}
	if sum(1, 500) == sum(2, 500) {
		t.Error("libraries of two seeds are the same")
	}
}

func TestAnAssetIsMadeOfItsNumberAlone(t *testing.T) {
	t.Parallel()
	l := generate.New(generate.Options{Seed: 1, Assets: 1000, Concepts: 300})
	var b bytes.Buffer
	if err := l.WriteAssets(&b); err != nil {
		t.Fatal(err)
	}
	var line semdex.Asset
	if err := json.Unmarshal(bytes.Split(b.Bytes(), []byte("\n"))[777], &line); err != nil {
		t.Fatal(err)
	}
	alone := generate.New(generate.Options{Seed: 1, Assets: 1000, Concepts: 300}).Asset(777)
	if d := cmp.Diff(&line, alone, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("alone it is another than in the file (-file +alone)\n%s", d)
	}
	if later := l.Revision(777, 1); later.ID != l.Asset(777).ID || later.Title["en"] == l.Asset(777).Title["en"] {
		t.Errorf("got %s %q, want the same asset with another title", later.ID, later.Title)
	}
}

// TestStatistics holds a small library to the figures of a real one, within what chance does to them.
func TestStatistics(t *testing.T) {
	t.Parallel()
	l := generate.New(generate.Options{Seed: 3, Assets: 20_000, Concepts: 16_632})
	s, err := generate.Measure(l.Vocabulary.Tree(), func(yield func(*semdex.Asset) error) error {
		for n := range l.Assets {
			if err := yield(l.Asset(n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Compare() {
		if math.Abs(f.Got-f.Want) > f.Within {
			t.Errorf("%s: got %.6f, want %.6f within %.6f", f.Name, f.Got, f.Want, f.Within)
		}
	}
}

func TestEveryLineIsAnAsset(t *testing.T) {
	t.Parallel()
	l := generate.New(generate.Options{Seed: 1, Assets: 300, Concepts: 300})
	seen := map[semdex.AssetID]bool{}
	for n := range l.Assets {
		body, err := json.Marshal(l.Asset(n))
		if err != nil {
			t.Fatal(err)
		}
		var a semdex.Asset
		if err := json.Unmarshal(body, &a); err != nil {
			t.Fatalf("asset %d: %v", n, err)
		}
		if seen[a.ID] {
			t.Errorf("two assets are %s", a.ID)
		}
		seen[a.ID] = true
	}
}
