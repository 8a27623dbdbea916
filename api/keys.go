package api

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"semdex"
)

// KeyStore keeps keys in one JSON file, as SHA-256 of each. A file that another process replaced is read
// again; one that cannot be read opens nothing, since a revocation might be lost with it. One process at a
// time may change keys. It is safe for use by many goroutines.
type KeyStore struct {
	path string
	now  func() time.Time

	mu   sync.Mutex
	info fs.FileInfo // of the file that was read; nil where there was none
	keys []storedKey
}

// storedKey is a key as it stands in the file.
type storedKey struct {
	Key
	Hash string `json:"sha256"`

	sum [sha256.Size]byte
}

// keyFile is the whole file.
type keyFile struct {
	Version int         `json:"version"`
	Keys    []storedKey `json:"keys"`
}

const keyFileVersion = 1

// OpenKeys opens the keys in the file at path. A file that is not there holds none; Create makes it.
// Beside an error the store is given too: it opens nothing until the file is mended.
func OpenKeys(path string) (*KeyStore, error) {
	s := &KeyStore{path: path, now: time.Now}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s, s.refresh()
}

// Create makes a key. plain is shown once, here; the store keeps only its hash.
func (s *KeyStore) Create(r KeyRequest) (plain string, k Key, err error) {
	if k, err = newKey(r, s.now()); err != nil {
		return "", Key{}, err
	}
	k.ID, plain = "key_"+strings.ToLower(rand.Text()[:12]), newPlain()
	sum := digest(plain)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refresh(); err != nil {
		return "", Key{}, err
	}
	stored := storedKey{Key: k, Hash: hex.EncodeToString(sum[:]), sum: sum}
	if err := s.write(append(slices.Clone(s.keys), stored)); err != nil {
		return "", Key{}, err
	}
	return plain, k, nil
}

// Find gives the key of an id as long as it counts; else it is Unauthorized.
func (s *KeyStore) Find(id string, now time.Time) (Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refresh(); err != nil {
		return Key{}, err
	}
	for _, k := range s.keys {
		if k.ID == id && k.valid(now) {
			return k.Key, nil
		}
	}
	return Key{}, &semdex.Error{Code: semdex.Unauthorized, Message: "the key is revoked or expired, or there is none of that id"}
}

// List gives all keys, oldest first, the void ones too.
func (s *KeyStore) List() ([]Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refresh(); err != nil {
		return nil, err
	}
	out := make([]Key, len(s.keys))
	for i, k := range s.keys {
		out[i] = k.Key
	}
	return out, nil
}

// Revoke makes a key void for good. To revoke it again changes nothing.
func (s *KeyStore) Revoke(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refresh(); err != nil {
		return err
	}
	at := slices.IndexFunc(s.keys, func(k storedKey) bool { return k.ID == id })
	if at < 0 {
		return &semdex.Error{Code: semdex.NotFound, Message: "no such key: " + id, Hint: "semdex keys list shows the ids"}
	}
	if !s.keys[at].Revoked.IsZero() {
		return nil
	}
	keys := slices.Clone(s.keys)
	keys[at].Revoked = s.now().UTC().Truncate(time.Second)
	return s.write(keys)
}

// errKey is the answer to every key that does not count, so that it tells nothing of the others.
var errKey = &semdex.Error{Code: semdex.Unauthorized, Message: "the key is not valid",
	Hint: "send Authorization: Bearer KEY or X-API-Key: KEY with a key that is neither expired nor revoked"}

// Check gives what a key permits at the moment now. One that is unknown, expired or revoked is
// Unauthorized, in the same words. It takes the same time whichever key it is.
func (s *KeyStore) Check(plain string, now time.Time) (Key, error) {
	sum := digest(plain)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refresh(); err != nil {
		return Key{}, err
	}
	found := -1
	for i := range s.keys {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(sum[:], s.keys[i].sum[:]), i, found)
	}
	if found < 0 || !s.keys[found].valid(now) {
		return Key{}, errKey
	}
	return s.keys[found].Key, nil
}

// AllowsOrigin reports whether pages of an origin may use a key that is valid at the moment now.
func (s *KeyStore) AllowsOrigin(origin string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refresh() == nil && slices.ContainsFunc(s.keys, func(k storedKey) bool { return k.valid(now) && k.allowsOrigin(origin) })
}

// refresh reads the file if it is another than the one read before. s.mu is held.
func (s *KeyStore) refresh() error {
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.info, s.keys = nil, nil
		return nil
	case err != nil:
		return s.unreadable(err)
	case s.info != nil && os.SameFile(s.info, info) && s.info.ModTime().Equal(info.ModTime()) && s.info.Size() == info.Size():
		return nil
	}
	data, err := os.ReadFile(s.path)
	if err != nil {
		return s.unreadable(err)
	}
	keys, err := readKeys(data)
	if err != nil {
		return s.unreadable(err)
	}
	s.info, s.keys = info, keys
	return nil
}

func (s *KeyStore) unreadable(err error) error {
	return &semdex.Error{Code: semdex.Internal, Message: "the key file " + s.path + " cannot be used",
		Hint: "restore it from a backup, or move it away and create new keys", Err: err}
}

// readKeys reads a key file and checks it whole: a slip of the hand must not open a door.
func readKeys(data []byte) ([]storedKey, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var file keyFile
	if err := dec.Decode(&file); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	if file.Version != keyFileVersion {
		return nil, fmt.Errorf("its version is %d, this program knows %d", file.Version, keyFileVersion)
	}
	seen := map[string]bool{}
	for i := range file.Keys {
		k := &file.Keys[i]
		if err := k.check(); err != nil {
			return nil, fmt.Errorf("key %d (%s): %w", i+1, k.ID, err)
		}
		if seen[k.ID] || seen[k.Hash] {
			return nil, fmt.Errorf("key %d (%s) is there twice", i+1, k.ID)
		}
		seen[k.ID], seen[k.Hash] = true, true
	}
	return file.Keys, nil
}

func (k *storedKey) check() error {
	if k.ID == "" {
		return errors.New("it has no id")
	}
	sum, err := hex.DecodeString(k.Hash)
	if err != nil || len(sum) != sha256.Size {
		return errors.New("its sha256 is none")
	}
	k.Hash, k.sum = hex.EncodeToString(sum), [sha256.Size]byte(sum)
	for _, scope := range k.Scopes {
		if !slices.Contains(Scopes, scope) {
			return fmt.Errorf("no such scope: %q", scope)
		}
	}
	for _, origin := range k.Origins {
		if parsed, err := ParseOrigin(origin); err != nil || parsed != origin {
			return fmt.Errorf("no such origin: %q", origin)
		}
	}
	return checkFilter(k.Filter, k.Scopes)
}

// write replaces the file, whole or not at all. s.mu is held.
func (s *KeyStore) write(keys []storedKey) error {
	data, err := json.MarshalIndent(keyFile{Version: keyFileVersion, Keys: keys}, "", "  ")
	if err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	if err := replaceFile(s.path, append(data, '\n')); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	s.info, s.keys = info, keys
	return nil
}

// replaceFile writes a file that only its owner may read, to a new one first, and waits for the disk.
func replaceFile(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
