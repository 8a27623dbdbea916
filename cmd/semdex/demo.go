package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/api"
	"semdex/cmd/internal/config"
	"semdex/cmd/internal/library"
	"semdex/search"
	"semdex/testdata/brand"
)

// demoFlags say what the demo shows.
type demoFlags struct {
	assets, vocabulary, data, listen string
}

const demoKeyName = "demo"

// started is when the process began, for the time to the first answer.
var started = time.Now()

func (p *program) demo() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use: "demo", Short: "Show it all: the brand library, or your own files, served on this machine",
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runDemo(cmd.Context(), &f) },
	}
	c.Flags().StringVar(&f.assets, "assets", "", "assets file to show (default: the brand library)")
	c.Flags().StringVar(&f.vocabulary, "vocabulary", "", "vocabulary file to show with --assets")
	c.Flags().StringVar(&f.data, "data", "semdex-demo", "folder to keep the data in")
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8080", "address to listen on; where it is taken, the next free port")
	return c
}

func (p *program) runDemo(ctx context.Context, f *demoFlags) error {
	if f.vocabulary != "" && f.assets == "" {
		return usageError{fmt.Errorf("--vocabulary goes with --assets")}
	}
	dir := p.path(f.data)
	own, err := p.alone(ctx, filepath.Join(dir, "data"), "demo") // before a file is touched
	if err != nil {
		return err
	}
	c, err := p.demoConfig(dir, f)
	if err != nil {
		return errors.Join(err, own.Close(ctx))
	}
	listener, err := p.demoListener(f.listen)
	if err != nil {
		own.Close(ctx)
		return err
	}
	return p.own(ctx, own, newSession(c, p.logger()), func(ctx context.Context, s *session) error {
		return p.serveAPI(ctx, s, listener, func(ctx context.Context) error { return p.prepareDemo(ctx, s, listener.Addr()) })
	})
}

// demoConfig writes the files of the demo, but for data that stand there already, and reads their configuration.
func (p *program) demoConfig(dir string, f *demoFlags) (*config.Config, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot make the folder of the demo", Err: err, Hint: "choose another with --data"}
	}
	path := filepath.Join(dir, "semdex.yaml")
	if f.assets != "" {
		if err := replace(path, []byte(p.ownFilesConfig(f))); err != nil {
			return nil, err
		}
		return config.Load(path)
	}
	err := fs.WalkDir(brand.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := brand.Files.ReadFile(name)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil && name != "semdex.yaml" {
			return nil // perhaps edited
		}
		return replace(path, body)
	})
	if err != nil {
		return nil, fmt.Errorf("write the brand library: %w", err)
	}
	return config.Load(path)
}

// replace writes a file if its content is another.
func replace(path string, body []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, body) {
		return nil
	}
	return os.WriteFile(path, body, 0o600)
}

func (p *program) ownFilesConfig(f *demoFlags) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Written by semdex demo.\ndata: ./data\nlibraries:\n  demo:\n    sources:\n      - {type: files, assets: %q}\n", p.path(f.assets))
	if f.vocabulary != "" {
		fmt.Fprintf(&b, "    vocabularies:\n      - {type: file, path: %q}\n", p.path(f.vocabulary))
	}
	return b.String()
}

// demoListener takes the address or, where its port is taken, the next free one.
func (p *program) demoListener(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err == nil {
		return listener, nil
	}
	host, port, split := net.SplitHostPort(address)
	if split != nil {
		return nil, usageError{fmt.Errorf("--listen %s: %w", address, split)}
	}
	var n int
	if _, err := fmt.Sscan(port, &n); err != nil {
		return nil, usageError{fmt.Errorf("--listen %s: want host:port", address)}
	}
	for next := n + 1; next < n+100 && next < 1<<16; next++ {
		if listener, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(next))); err == nil {
			p.say("port %d is taken; using %d", n, next)
			return listener, nil
		}
	}
	return nil, &semdex.Error{Code: semdex.Conflict, Message: "cannot listen on " + address, Err: err, Hint: "choose another address with --listen"}
}

// prepareDemo brings the library in, proves that it answers, and prints what to do with it.
func (p *program) prepareDemo(ctx context.Context, s *session, address net.Addr) error {
	l, err := s.library(ctx, "")
	if err != nil {
		return err
	}
	_, answered, err := p.firstAnswer(ctx, l)
	if err != nil {
		return err
	}
	if answered { // it stood there already: what changed comes in behind the first answer
		s.setReady(nil)
	}
	if _, err := p.indexOne(ctx, l, library.SyncOptions{}); err != nil {
		return err
	}
	query, _, err := p.firstAnswer(ctx, l)
	if err != nil {
		return err
	}
	key, err := demoKey(s)
	if err != nil {
		return err
	}
	return p.welcome(ctx, l, s.config.Path, "http://"+address.String(), key, query)
}

// firstAnswer asks what a demo asks first and reports whether there was anything to find. The first time that
// there is, it says how long that took from the start of the process.
func (p *program) firstAnswer(ctx context.Context, l *library.Library) (query string, found bool, err error) {
	if query, err = demoQuery(ctx, l); err != nil {
		return "", false, err
	}
	answer, err := l.Search(ctx, search.Request{Query: query, Access: l.Owner(), Limit: 1})
	if err != nil || answer.Total == 0 {
		return query, false, err
	}
	if !p.answered {
		p.answered = true
		p.say("first answer %.1f s after the start: %q finds %d assets", time.Since(started).Seconds(), query, answer.Total)
	}
	return query, true, nil
}

// demoQuery is what the brand library is asked first; another library is asked for the concept that most of its
// assets are about, or for everything where it has none.
func demoQuery(ctx context.Context, l *library.Library) (string, error) {
	if l.Name() == "brand" {
		return "sustainable packaging", nil
	}
	f, err := l.Facet(ctx, "concept", "", 1, search.Request{Access: l.Owner()})
	if err != nil || len(f.Values) == 0 {
		return "", err
	}
	return f.Values[0].Label, nil
}

// demoKey makes a key with every scope but admin, and revokes that of the last run, which nobody can read.
func demoKey(s *session) (string, error) {
	store, err := s.keys()
	if err != nil {
		return "", err
	}
	list, err := store.List()
	if err != nil {
		return "", err
	}
	for _, k := range list {
		if k.Name == demoKeyName && k.Revoked.IsZero() {
			if err := store.Revoke(k.ID); err != nil {
				return "", err
			}
		}
	}
	var scopes []string
	for _, scope := range api.Scopes {
		if scope != api.ScopeAdmin {
			scopes = append(scopes, string(scope))
		}
	}
	plain, _, err := store.Create(api.KeyRequest{Name: demoKeyName, Scopes: scopes})
	return plain, err
}

func (p *program) welcome(ctx context.Context, l *library.Library, config, base, key, query string) error {
	status, err := l.Status(ctx)
	if err != nil {
		return err
	}
	if short, err := filepath.Rel(p.dir, config); err == nil && len(short) < len(config) {
		config = short
	}
	var b strings.Builder
	fmt.Fprintf(&b, `
Semdex demo: %d assets, %d concepts, %d usage events%s
  API      %s/v1/search
  docs     %s/docs
  key      %s

Search, with synonyms and narrower concepts:
  curl -s -H 'Authorization: Bearer %s' '%s/v1/search?q=%s&per_page=3'
A report as CSV:
  curl -s -H 'Authorization: Bearer %s' '%s/v1/reports/usage?by=topic,region&limit=5&format=csv'
The same on the command line, in another terminal:
  semdex search %q --config %s
Stop with Ctrl-C.
`, status.Assets, status.Concepts, status.Events, simulated(l), base, base, key, key, base, url.QueryEscape(query), key, base, query, config)
	_, err = p.stdout.Write([]byte(b.String()))
	return err
}

func simulated(l *library.Library) string {
	if l.Name() == "brand" {
		return " (simulated)"
	}
	return ""
}
