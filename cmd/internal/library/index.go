package library

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"semdex/indexer"
	"semdex/internal/mirror"
	"semdex/search"
	"semdex/search/local"
)

// indexRef is the index in use. A rebuilt one takes its place while queries go on. Each has a folder of its own, named by a
// number; the file current says which one is in use. So nothing is ever moved that somebody reads.
type indexRef struct {
	path      string
	languages []string
	mu        sync.RWMutex
	current   *local.Index
	number    int           // of current
	shown     atomic.Uint64 // number of the last change that all Views taken from now on have
}

// currentFile holds the number of the index in use.
const currentFile = "current"

// openIndex opens the index below path. One of another format, or that cannot be opened, is dropped and made
// anew: it is filled again from the mirror.
func openIndex(path string, languages []string, log *slog.Logger) (*indexRef, error) {
	r := &indexRef{path: path, languages: languages, number: 1}
	if b, err := os.ReadFile(filepath.Join(path, currentFile)); err == nil {
		if n, err := strconv.Atoi(string(b)); err == nil && n > 0 {
			r.number = n
		}
	}
	if err := r.tidy(); err != nil {
		return nil, err
	}
	x, err := local.Open(r.folder(r.number), languages)
	if err != nil {
		log.Warn("the search index is built again from the mirror", "err", err)
		if err := os.RemoveAll(r.folder(r.number)); err != nil {
			return nil, err
		}
		x, err = local.Open(r.folder(r.number), languages)
	}
	if err != nil {
		return nil, err
	}
	r.current = x
	return r, r.showAll()
}

func (r *indexRef) folder(number int) string { return filepath.Join(r.path, strconv.Itoa(number)) }

// tidy removes what is of no index in use, as a kill may leave it.
func (r *indexRef) tidy() error {
	entries, err := os.ReadDir(r.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if name := e.Name(); name != currentFile && name != strconv.Itoa(r.number) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(r.path, name)))
		}
	}
	return err
}

// showAll notes that Views have all that the index holds, as they do once it is open.
func (r *indexRef) showAll() error {
	applied, err := r.current.Applied()
	r.shown.Store(applied)
	return err
}

func (r *indexRef) get() *local.Index {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.current
}

// View pins the newest state of the index in use.
func (r *indexRef) View() search.View {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.current.View()
}

// Applied and Apply make the index a projection of the mirror. For a moment Applied is ahead of what Views have.
func (r *indexRef) Applied() (uint64, error) { return r.get().Applied() }

func (r *indexRef) Apply(ctx context.Context, changes []mirror.ChangedAsset, through uint64) error {
	err := projection{r.get()}.Apply(ctx, changes, through)
	if err == nil {
		r.shown.Store(through)
	}
	return err
}

func (r *indexRef) close() error { return r.get().Close() }

func (r *indexRef) keep(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.get().Refresh() // an index that was closed meanwhile is no longer of interest
		}
	}
}

// projection feeds an index from the change log.
type projection struct{ *local.Index }

func (p projection) Apply(ctx context.Context, changes []mirror.ChangedAsset, through uint64) error {
	out := make([]local.Change, 0, len(changes))
	for _, c := range changes {
		change := local.Change{Asset: c.Asset}
		if c.Asset == nil {
			change.ID = assetID(c.ID)
		}
		out = append(out, change)
	}
	return p.Index.Apply(ctx, out, through)
}

// rebuild builds an index beside the one in use and puts it in its place. Whatever fails or is killed in between leaves the
// old one in use.
func (r *indexRef) rebuild(ctx context.Context, log indexer.Log, progress indexer.Progress) (int, error) {
	number := r.number + 1
	if err := os.RemoveAll(r.folder(number)); err != nil {
		return 0, err
	}
	next, err := local.Open(r.folder(number), r.languages)
	if err != nil {
		return 0, err
	}
	n, err := indexer.Project(ctx, log, projection{next}, progress)
	if err == nil {
		err = r.announce(next, number)
	}
	if err != nil {
		return n, errors.Join(err, next.Close(), os.RemoveAll(r.folder(number)))
	}
	r.mu.Lock()
	old := r.current
	r.current, r.number = next, number
	r.mu.Unlock()
	return n, errors.Join(r.showAll(), old.Close(), r.tidy()) // views of the old one stay valid until they are released
}

// announce makes an index the one that is opened from now on.
func (r *indexRef) announce(next *local.Index, number int) error {
	next.Refresh()
	return replaceFile(filepath.Join(r.path, currentFile), []byte(strconv.Itoa(number)))
}
