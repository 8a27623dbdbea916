package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"semdex"
	"semdex/cmd/internal/config"
	"semdex/cmd/internal/generate"
	"semdex/cmd/internal/library"
)

// name is what the generated configuration calls the library.
const name = "generated"

// kept says what the library in a folder was made of, and the answer that a new process has to give first.
type kept struct {
	Format  int
	Options generate.Options
	Concept semdex.ConceptID    // a leaf
	Until   map[semdex.Date]int // the approved assets that bear it, by the last day they may be used; "" for no end
}

const keptFile = "kept.json"

// expected is how many assets a plain key finds for the concept on a day.
func (k *kept) expected(on semdex.Date) int {
	n := 0
	for until, count := range k.Until {
		if until == "" || on <= until {
			n += count
		}
	}
	return n
}

// build makes the library by an ordinary sync, unless it is there.
func (b *bench) build(ctx context.Context) error {
	b.heading("Library of %d assets, %d concepts, seed %d, in %s", b.library.Assets, len(b.library.Vocabulary.Concepts), b.library.Seed, b.dir)
	body, err := os.ReadFile(filepath.Join(b.dir, keptFile))
	if err == nil && json.Unmarshal(body, &b.kept) == nil && b.kept.Format == generate.Format && b.kept.Options == b.library.Options {
		b.note("kept from an earlier run", "")
		return b.warm(ctx)
	}
	if err := os.RemoveAll(b.dir); err != nil {
		return err
	}
	start := time.Now()
	if err := b.library.WriteFiles(b.dir); err != nil {
		return err
	}
	b.note("written", "%.0f assets/s", float64(b.library.Assets)/time.Since(start).Seconds())
	l, err := b.open(ctx, b.dir)
	if err != nil {
		return err
	}
	start = time.Now()
	_, err = l.Sync(ctx, library.SyncOptions{})
	if err := errors.Join(err, l.Close()); err != nil {
		return err
	}
	b.note("synced: read, compared, mirrored, indexed", "%.0f assets/s", float64(b.library.Assets)/time.Since(start).Seconds())
	b.kept = b.keep()
	if body, err = json.Marshal(b.kept); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.dir, keptFile), body, 0o600)
}

// warm opens the library once, which builds an index of another format again.
func (b *bench) warm(ctx context.Context) error {
	start := time.Now()
	l, err := b.open(ctx, b.dir)
	if err != nil {
		return err
	}
	if took := time.Since(start); took > 20*time.Second {
		b.note("its index was built again", "%.0f assets/s", float64(b.library.Assets)/took.Seconds())
	}
	return l.Close()
}

// settle lets the disk write what it still has to, and reads a folder once, as it has been after a while of serving: what
// is measured next waits for neither.
func settle(ctx context.Context, dir string) error {
	if out, err := exec.CommandContext(ctx, "sync", "-f", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("sync %s: %w: %s", dir, err, out)
	}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, f)
		return errors.Join(err, f.Close())
	})
}

// open opens the library of a folder in this process.
func (b *bench) open(ctx context.Context, dir string) (*library.Library, error) {
	return b.openLogged(ctx, dir, slog.New(slog.DiscardHandler))
}

func (b *bench) openLogged(ctx context.Context, dir string, log *slog.Logger) (*library.Library, error) {
	c, err := config.Load(filepath.Join(dir, generate.ConfigFile))
	if err != nil {
		return nil, err
	}
	return library.Open(ctx, name, filepath.Join(c.Data, name), c.Libraries[name], log)
}

// keep counts the assets of one leaf by reading what was generated: no code of the search has a part in it.
func (b *bench) keep() kept {
	v := b.library.Vocabulary
	from, to := v.Leaves()
	taken := map[string]int{}
	for i := range v.Concepts {
		for _, l := range v.Concepts[i].Labels {
			taken[fold(l.Text)]++
		}
	}
	var leaf *generate.Concept // one whose labels are its own, so that tags and URIs name the same
	counts := map[string]int{}
	for n := range min(b.library.Assets, 5000) {
		for _, c := range b.library.Asset(n).Concepts {
			counts[c]++
		}
	}
	most := 0
	for i := from; i < to; i++ {
		c := &v.Concepts[i]
		own := !slices.ContainsFunc(c.Labels, func(l semdex.Label) bool { return taken[fold(l.Text)] > 1 })
		if n := counts[string(c.URI)]; own && n > most {
			leaf, most = c, n
		}
	}
	k := kept{Format: generate.Format, Options: b.library.Options, Until: map[semdex.Date]int{}}
	if leaf == nil {
		return k
	}
	k.Concept = leaf.URI
	for n := range b.library.Assets {
		a := b.library.Asset(n)
		if a.Approval != semdex.Approved || !bears(a, leaf) {
			continue
		}
		until := semdex.Date("")
		if a.Rights != nil {
			until = a.Rights.ValidUntil
		}
		k.Until[until]++
	}
	return k
}

func bears(a *semdex.Asset, c *generate.Concept) bool {
	return slices.Contains(a.Concepts, string(c.URI)) || slices.ContainsFunc(slices.Concat(a.Tags, a.Keywords), func(tag string) bool {
		return slices.ContainsFunc(c.Labels, func(l semdex.Label) bool { return fold(l.Text) == fold(tag) })
	})
}

var errFirst = errors.New("the first answer is wrong")

// right checks an answer to the concept of keep.
func (k *kept) right(total int, on semdex.Date) error {
	if want := k.expected(on); total != want {
		return fmt.Errorf("%w: %d assets bear %s, want %d", errFirst, total, k.Concept, want)
	}
	return nil
}
