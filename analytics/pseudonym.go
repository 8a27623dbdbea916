package analytics

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

const (
	keyFile  = "key" // in the folder of the usage data
	keyBytes = 32

	pseudonymMark   = "u_"
	pseudonymDigits = 8 // hexadecimal ones that a pseudonym has at least
	pseudonymBytes  = 8 // of the hash that stand in one of ours

	recentActors = 1 << 15 // ids whose pseudonyms are remembered at most
)

// Pseudonyms turns the ids of actors into names that say nothing of them: "u_" and 16 hexadecimal digits of an HMAC-SHA256 under a
// key of the library. The same id has the same pseudonym for as long as the key is kept. Many goroutines may use one.
type Pseudonyms struct {
	plain  bool
	pool   sync.Pool // of hash.Hash with the key
	recent [recentActors]atomic.Pointer[actorName]
}

// actorName is an id and its pseudonym.
type actorName struct{ id, pseudonym string }

// OpenPseudonyms gives the pseudonyms of the usage data in dir. Their key is made where there is none: the file key, which its owner alone
// may read. plain leaves ids as they are; Known tells of them all the same what they would be.
func OpenPseudonyms(dir string, plain bool) (*Pseudonyms, error) {
	key, err := readKey(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, fmt.Errorf("key of the pseudonyms: %w", err)
	}
	p := &Pseudonyms{plain: plain}
	p.pool.New = func() any { return hmac.New(sha256.New, key) }
	return p, nil
}

// readKey reads the key. One that is spoilt is not replaced: the pseudonyms made with it would no longer be found.
func readKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err == nil && len(key) != keyBytes {
		return nil, fmt.Errorf("%s has %d bytes, not %d: bring it back from a backup, or remove it and have new pseudonyms from now on", path, len(key), keyBytes)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return key, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	key = make([]byte, keyBytes)
	rand.Read(key)
	return key, replaceFile(path, key)
}

// replaceFile puts a file that its owner alone may read in the place of another, durably: after a crash it is the old or the new one.
func replaceFile(path string, data []byte) error {
	beside := path + besideMark
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(beside, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// besideMark ends the name of a file that is to take the place of the one without it.
const besideMark = ".new"

// Of gives what an actor's id is kept as: its pseudonym. An id that has the form of one stays, and so does the empty id.
func (p *Pseudonyms) Of(id string) string {
	if p.plain || id == "" || isPseudonym(id) {
		return id
	}
	return p.hashed(id)
}

// Known gives the names under which events of an actor may be kept: the id as it is and its pseudonym.
func (p *Pseudonyms) Known(id string) []string {
	if id == "" || isPseudonym(id) {
		return []string{id}
	}
	return []string{id, p.hashed(id)}
}

func (p *Pseudonyms) hashed(id string) string {
	if !utf8.ValidString(id) {
		id = strings.ToValidUTF8(id, "\uFFFD") // as it would be in the log
	}
	place := &p.recent[hashText(id)%recentActors]
	if last := place.Load(); last != nil && last.id == id {
		return last.pseudonym
	}
	mac := p.pool.Get().(hash.Hash)
	defer p.pool.Put(mac)
	mac.Reset()
	mac.Write([]byte(id))
	name := &actorName{strings.Clone(id), pseudonymMark + hex.EncodeToString(mac.Sum(nil)[:pseudonymBytes])}
	place.Store(name)
	return name.pseudonym
}

// isPseudonym reports whether an id has the form of a pseudonym, ours or another system's.
func isPseudonym(id string) bool {
	digits, marked := strings.CutPrefix(id, pseudonymMark)
	if !marked || len(digits) < pseudonymDigits {
		return false
	}
	for i := range len(digits) {
		if c := digits[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
