// Package demo runs the systems that `semdex demo` shows Semdex against: an imitation of Canto and one of
// PoolParty on loopback, filled from an assets file and a vocabulary file.
//
// What they must remember from one run to the next, so that a second start picks up where the first one was,
// stands in one file: their ports, the stamps and the history they gave out, and how the library's fields are
// named in Canto.
package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"semdex"
	"semdex/graph/rdf"
	"semdex/indexer"
	"semdex/indexer/canto/cantotest"
	"semdex/indexer/files"
	"semdex/indexer/poolparty/poolpartytest"
)

// Content is what the systems hold.
type Content struct {
	Assets     string // path of an assets file
	Vocabulary string // path of an RDF file; empty: there is no PoolParty
	Title      string // of the vocabulary's project
	Languages  []string
	Zone       *time.Location // of Canto's stamps
}

// Credentials with which clients sign in. The systems listen on loopback alone.
const (
	AppID     = "demo-app"
	AppSecret = "demo-secret"
	Username  = "demo-reader"
	Password  = "demo-password"
	Project   = "demo"
)

// Systems are the running imitations.
type Systems struct {
	Canto     *cantotest.Server
	PoolParty *poolpartytest.Server // nil without a vocabulary
	Moved     bool                  // they listen elsewhere than last time
	Map       map[string]string     // custom field of Canto -> field of Semdex

	content Content
	path    string
	memory  memory
	same    bool // the content is what the memory is of
}

// memory is what is kept from one run to the next.
type memory struct {
	Sum       string            `json:"sum"` // of the files
	Ports     map[string]string `json:"ports"`
	Map       map[string]string `json:"map"`
	Canto     []byte            `json:"canto,omitempty"`
	PoolParty []byte            `json:"poolparty,omitempty"`
}

// Start makes the systems listen, empty yet. dir holds their memory.
func Start(dir string, c Content) (*Systems, error) {
	s := &Systems{content: c, path: filepath.Join(dir, "systems.json")}
	s.remember()
	sum, err := fingerprint(c)
	if err != nil {
		return nil, err
	}
	s.same, s.Map = s.memory.Sum == sum, s.memory.Map
	s.memory.Sum = sum
	if err := s.listen(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// remember reads the memory; one that is missing or damaged is as good as none.
func (s *Systems) remember() {
	body, err := os.ReadFile(s.path)
	if err != nil || json.Unmarshal(body, &s.memory) != nil {
		s.memory = memory{}
	}
}

// fingerprint tells whether the files are those of the last run.
func fingerprint(c Content) (string, error) {
	h := sha256.New()
	for _, path := range []string{c.Assets, c.Vocabulary} {
		if path == "" {
			continue
		}
		f, err := os.Open(path)
		if err == nil {
			_, err = io.Copy(h, f)
			f.Close()
		}
		if err != nil {
			return "", &semdex.Error{Code: semdex.Invalid, Message: "cannot read " + path, Err: err, Hint: "check --assets and --vocabulary"}
		}
		fmt.Fprintf(h, "\n%s\n", path)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// listen starts the servers where they were last time, or anywhere, if one of those ports is taken.
func (s *Systems) listen() error {
	before := s.memory.Ports
	err := s.open(before)
	if err != nil && len(before) > 0 {
		s.Close()
		s.Canto, s.PoolParty = nil, nil
		err = s.open(nil)
	}
	if err != nil {
		return fmt.Errorf("start the imitations of Canto and PoolParty: %w", err)
	}
	s.memory.Ports = map[string]string{"api": host(s.Canto.URL()), "oauth": host(s.Canto.OAuthURL()), "cdn": host(s.Canto.CDNURL())}
	if s.PoolParty != nil {
		s.memory.Ports["poolparty"] = host(s.PoolParty.URL())
	}
	for name, at := range before {
		s.Moved = s.Moved || s.memory.Ports[name] != "" && s.memory.Ports[name] != at
	}
	return nil
}

func (s *Systems) open(at map[string]string) (err error) {
	s.Canto, err = cantotest.New(cantotest.Options{
		AppID: AppID, AppSecret: AppSecret, TimeZone: s.content.Zone, State: s.memory.Canto,
		CallsPerMinute: map[string]int{"binary": -1}, // a page of pictures is no integration
		APIAddress:     at["api"], OAuthAddress: at["oauth"], CDNAddress: at["cdn"],
	})
	if err != nil || s.content.Vocabulary == "" {
		return err
	}
	s.PoolParty, err = poolpartytest.New(poolpartytest.Options{
		Username: Username, Password: Password, Address: at["poolparty"], State: s.memory.PoolParty,
	})
	return err
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil { // a server of ours gave it
		return ""
	}
	return u.Host
}

// Same reports whether the files are those of the last run, so that Map holds already.
func (s *Systems) Same() bool { return s.same && len(s.Map) > 0 }

// Fill puts the files into the systems and gives the records of the assets file that are none.
func (s *Systems) Fill(ctx context.Context) ([]indexer.Rejection, error) {
	assets, rejected, err := readAssets(ctx, s.content.Assets)
	if err != nil {
		return nil, err
	}
	if s.Map, err = s.Canto.Fill(assets); err != nil {
		return nil, fmt.Errorf("fill the imitation of Canto: %w", err)
	}
	s.memory.Map, s.memory.Canto = s.Map, s.Canto.State()
	if s.PoolParty != nil {
		if err := s.load(ctx); err != nil {
			return nil, err
		}
		s.memory.PoolParty = s.PoolParty.State()
	}
	return rejected, s.save()
}

// readAssets reads an assets file as the source of that kind does, but for the prefix.
func readAssets(ctx context.Context, path string) (assets []*semdex.Asset, rejected []indexer.Rejection, err error) {
	source := &files.Source{Path: path}
	seen := map[semdex.AssetID]bool{}
	_, err = source.Fetch(ctx, nil, func(item indexer.Item) error {
		switch {
		case item.Rejected != nil:
			rejected = append(rejected, *item.Rejected)
		case seen[item.Asset.ID]:
			rejected = append(rejected, indexer.Rejection{File: item.File, Line: item.Line, ID: item.Asset.ID, Reason: "duplicate id: the first one counts"})
		default:
			seen[item.Asset.ID] = true
			item.Asset.ID = item.Asset.ID[len("files:"):]
			assets = append(assets, item.Asset)
		}
		return nil
	})
	return assets, rejected, err
}

// load reads the vocabulary into the one project of PoolParty.
func (s *Systems) load(ctx context.Context) error {
	var triples []rdf.Triple
	err := rdf.DecodeFile(ctx, s.content.Vocabulary, rdf.Options{Name: s.content.Vocabulary}, func(t rdf.Triple) error {
		triples = append(triples, t)
		return nil
	})
	var syntax *rdf.SyntaxError
	if errors.As(err, &syntax) {
		return &semdex.Error{Code: semdex.Invalid, Message: syntax.Error(), Hint: syntax.Hint}
	}
	if err != nil {
		return &semdex.Error{Code: semdex.Invalid, Message: "cannot read the vocabulary", Err: err, Hint: "check --vocabulary"}
	}
	project := poolpartytest.Project{ID: "2B6E1C40-0F11-0001-9A3C-5D2E7F801122", Title: s.content.Title, URISupplement: Project,
		DefaultLanguage: s.content.Languages[0], AvailableLanguages: s.content.Languages}
	if err := s.PoolParty.Load(project, triples); err != nil {
		return fmt.Errorf("fill the imitation of PoolParty: %w", err)
	}
	return nil
}

func (s *Systems) save() error {
	body, err := json.Marshal(s.memory)
	if err != nil {
		return err
	}
	temporary := s.path + ".new"
	if err := os.WriteFile(temporary, body, 0o600); err != nil {
		return fmt.Errorf("keep what the imitations must remember: %w", err)
	}
	return os.Rename(temporary, s.path)
}

// Close stops the systems.
func (s *Systems) Close() error {
	var errs []error
	if s.Canto != nil {
		errs = append(errs, s.Canto.Close())
	}
	if s.PoolParty != nil {
		errs = append(errs, s.PoolParty.Close())
	}
	return errors.Join(errs...)
}
