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
	"semdex/cmd/internal/demo"
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
	d, err := p.startDemo(ctx, dir, f)
	if err != nil {
		return errors.Join(err, own.Close(ctx))
	}
	defer d.systems.Close()
	listener, err := p.demoListener(f.listen)
	if err != nil {
		own.Close(ctx)
		return err
	}
	return p.own(ctx, own, newSession(d.config, p.logger()), func(ctx context.Context, s *session) error {
		return p.serveAPI(ctx, s, listener, func(ctx context.Context) error { return d.prepare(ctx, s, listener.Addr()) })
	})
}

// demonstration is a demo under way: the imitations of Canto and PoolParty, and the configuration of the library
// that is brought in from them.
type demonstration struct {
	*program
	systems *demo.Systems
	config  *config.Config
	filled  bool
}

// startDemo writes the files of the demo, but for data that stand there already, starts the systems, and writes
// the configuration. Where the files are those of the last run, the systems are filled later, so that the first
// answer does not wait for it.
func (p *program) startDemo(ctx context.Context, dir string, f *demoFlags) (*demonstration, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot make the folder of the demo", Err: err, Hint: "choose another with --data"}
	}
	base, name, events, content, err := p.demoContent(dir, f)
	if err != nil {
		return nil, err
	}
	systems, err := demo.Start(dir, content)
	if err != nil {
		return nil, err
	}
	d := &demonstration{program: p, systems: systems}
	if !systems.Same() {
		err = d.fill(ctx)
	}
	var text []byte
	if err == nil {
		text, err = systems.Configure(base, name, events)
	}
	path := filepath.Join(dir, "semdex.yaml")
	if err == nil {
		err = replace(path, text)
	}
	if err == nil {
		d.config, err = config.Load(path)
	}
	if err != nil {
		return nil, errors.Join(err, systems.Close())
	}
	return d, nil
}

// demoContent says what the demo shows: a configuration to start from, the name of its library, its events file,
// and the files that fill the systems.
func (p *program) demoContent(dir string, f *demoFlags) (base []byte, name, events string, c demo.Content, err error) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return nil, "", "", c, err
	}
	if f.assets != "" {
		c = demo.Content{Assets: p.path(f.assets), Vocabulary: p.path(f.vocabulary), Title: "Demo", Languages: []string{"en"}, Zone: zone}
		return []byte("data: ./data\nlibraries:\n  demo:\n    languages: [en]\n"), "demo", "", c, nil
	}
	if err := writeBrand(dir); err != nil {
		return nil, "", "", c, fmt.Errorf("write the brand library: %w", err)
	}
	base, err = brand.Files.ReadFile("semdex.yaml")
	c = demo.Content{Assets: filepath.Join(dir, "assets.jsonl"), Vocabulary: filepath.Join(dir, "taxonomy.ttl"), Title: "Firnhain", Languages: []string{"en", "de"}, Zone: zone}
	return base, "brand", "./events.jsonl", c, err
}

// writeBrand writes the files of the brand library, but for those that stand there: they may have been edited.
func writeBrand(dir string) error {
	return fs.WalkDir(brand.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == "semdex.yaml" {
			return err
		}
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		body, err := brand.Files.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(path, body, 0o600)
	})
}

// fill puts the files into the systems, and tells of records that are none.
func (d *demonstration) fill(ctx context.Context) error {
	rejected, err := d.systems.Fill(ctx)
	for i, r := range rejected {
		if i == maxNamed {
			d.say("demo: ... and %d more", len(rejected)-i)
			break
		}
		d.say("demo: left out: %s: %s", r.Place(), r.Reason)
	}
	d.filled = err == nil
	return err
}

// replace writes a file if its content is another.
func replace(path string, body []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, body) {
		return nil
	}
	return os.WriteFile(path, body, 0o600)
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

// prepare brings the library in, proves that it answers, and prints what to do with it.
func (d *demonstration) prepare(ctx context.Context, s *session, address net.Addr) error {
	l, err := s.library(ctx, "")
	if err != nil {
		return err
	}
	_, answered, err := d.firstAnswer(ctx, l)
	if err != nil {
		return err
	}
	if answered { // it stood there already: what changed comes in behind the first answer
		s.setReady(nil)
	}
	if !d.filled {
		if err := d.fill(ctx); err != nil {
			return err
		}
	}
	if _, err := d.indexOne(ctx, l, library.SyncOptions{Full: d.systems.Moved, AllowDeletes: true}); err != nil {
		return err
	}
	query, _, err := d.firstAnswer(ctx, l)
	if err != nil {
		return err
	}
	key, err := demoKey(s)
	if err != nil {
		return err
	}
	return d.welcome(ctx, l, "http://"+address.String(), key, query)
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
	f, err := l.Facet(ctx, search.FacetRequest{Field: "concept", Limit: 1}, search.Request{Access: l.Owner()})
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

func (d *demonstration) welcome(ctx context.Context, l *library.Library, base, key, query string) error {
	config := d.config.Path
	status, err := l.Status(ctx)
	if err != nil {
		return err
	}
	if short, err := filepath.Rel(d.dir, config); err == nil && len(short) < len(config) {
		config = short
	}
	var b strings.Builder
	fmt.Fprintf(&b, `
Semdex demo: %d assets, %d concepts, %d usage events%s
  API      %s/v1/search
  docs     %s/docs
  key      %s
%s
Search, with synonyms and narrower concepts:
  curl -s -H 'Authorization: Bearer %s' '%s/v1/search?q=%s&per_page=3'
A report as CSV:
  curl -s -H 'Authorization: Bearer %s' '%s/v1/reports/usage?by=topic,region&limit=5&format=csv'
The same on the command line, in another terminal:
  semdex search %s --config %s
Stop with Ctrl-C.
`, status.Assets, status.Concepts, status.Events, simulated(l), base, base, key, d.sources(), key, base, url.QueryEscape(query), key, base, quoted(query), config)
	_, err = d.stdout.Write([]byte(b.String()))
	return err
}

// quoted writes a text so that a shell takes it as it is.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// sources says where the library comes from.
func (d *demonstration) sources() string {
	text := fmt.Sprintf("Brought in over HTTP, as from the real systems, by OAuth and page by page:\n  Canto      %s (imitation)\n", d.systems.Canto.URL())
	if d.systems.PoolParty != nil {
		text += fmt.Sprintf("  PoolParty  %s (imitation)\n", d.systems.PoolParty.URL())
	}
	return text
}

func simulated(l *library.Library) string {
	if l.Name() == "brand" {
		return " (simulated)"
	}
	return ""
}
