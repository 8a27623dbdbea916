// Package config reads the configuration file of Semdex: one YAML file that is checked whole before anything
// starts.
//
// Any string may hold ${NAME}, which stands for an environment variable; a secret may be given as NAME_file,
// the path of a file that holds it, whose content is taken as it is. A key that is not known is an error that
// names the nearest one that is; errors name the line, or the library and the key. Relative paths start at the
// folder of the file.
package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"semdex"
	"semdex/search"
)

// Config is the configuration of a data directory.
type Config struct {
	Path      string             `yaml:"-"` // of the file, absolute
	Sum       string             `yaml:"-"` // fingerprint of its text
	Data      string             `yaml:"data"`
	Listen    string             `yaml:"listen"`
	Libraries map[string]Library `yaml:"libraries"`
}

// Library is the configuration of one library.
type Library struct {
	Languages    []string     `yaml:"languages"`
	TimeZone     string       `yaml:"time_zone"`
	Rights       Rights       `yaml:"rights"`
	Sources      []Source     `yaml:"sources"`
	Vocabularies []Vocabulary `yaml:"vocabularies"`
	Draft        []Vocabulary `yaml:"draft"` // a vocabulary that is tried beside these
	Dimensions   Dimensions   `yaml:"dimensions"`
	Search       Search       `yaml:"search"`
	Analytics    Analytics    `yaml:"analytics"`
	Notify       Notify       `yaml:"notify"`
	Reports      []Report     `yaml:"reports"`   // made by the clock
	Schedule     string       `yaml:"schedule"`  // when serve brings in what changed: a cron expression in time_zone
	Reconcile    string       `yaml:"reconcile"` // when it compares with all that the sources hold

	Zone *time.Location `yaml:"-"`
}

// Rights is the policy about assets without a rights record: "allow" or "deny".
type Rights struct {
	Missing string `yaml:"missing"`
}

// Notify is the policy about notifications of saved searches, and about reports that go to webhooks. They go to public addresses by https, and to the hosts
// in Allow: names or addresses, without port.
type Notify struct {
	Allow []string `yaml:"allow"`
}

// Source is a system that assets and events come from. The tag "of" names the types that a key is for, none
// where it is for all.
type Source struct {
	Type     string     `yaml:"type"`
	Prefix   string     `yaml:"prefix"`            // first part of the ids; the type where empty
	Schedule string     `yaml:"schedule"`          // instead of the library's
	Assets   string     `yaml:"assets" of:"files"` // path of the assets file
	Events   EventFiles `yaml:"events" of:"files"` // files of events

	Tenant         string            `yaml:"tenant" of:"canto"`
	URL            string            `yaml:"url" of:"canto"`       // instead of https:// and the tenant
	OAuthURL       string            `yaml:"oauth_url" of:"canto"` // instead of https://oauth. and the tenant's domain
	TokenPath      string            `yaml:"token_path" of:"canto"`
	AppID          string            `yaml:"app_id" of:"canto"`
	AppSecret      Secret            `yaml:"app_secret" of:"canto"`
	Scope          string            `yaml:"scope" of:"canto"`
	UserID         string            `yaml:"user_id" of:"canto"`
	Map            map[string]string `yaml:"map" of:"canto"` // custom field, by name or id -> our field
	UncheckedMap   bool              `yaml:"unchecked_map" of:"canto"`
	TimeZone       string            `yaml:"time_zone" of:"canto"` // of the tenant's stamps; the library's where empty
	Schemes        []string          `yaml:"schemes" of:"canto"`
	PageSize       int               `yaml:"page_size" of:"canto"`
	MaxOffset      int               `yaml:"max_offset" of:"canto"`
	TimeUnit       string            `yaml:"time_unit" of:"canto"`
	Modified       string            `yaml:"modified" of:"canto"`
	CallsPerMinute int               `yaml:"calls_per_minute" of:"canto"`

	Zone *time.Location `yaml:"-"` // of TimeZone
}

// Vocabulary is where concepts come from.
type Vocabulary struct {
	Type string `yaml:"type"`
	Path string `yaml:"path" of:"file"` // path of the RDF file

	URL            string   `yaml:"url" of:"poolparty"`
	Project        string   `yaml:"project" of:"poolparty"`
	Auth           string   `yaml:"auth" of:"poolparty"` // basic or oauth
	Username       string   `yaml:"username" of:"poolparty"`
	Password       Secret   `yaml:"password" of:"poolparty"`
	TokenURL       string   `yaml:"token_url" of:"poolparty"`
	ClientID       string   `yaml:"client_id" of:"poolparty"`
	ClientSecret   Secret   `yaml:"client_secret" of:"poolparty"`
	Grant          string   `yaml:"grant" of:"poolparty"` // password or client_credentials
	Modules        []string `yaml:"modules" of:"poolparty"`
	Format         string   `yaml:"format" of:"poolparty"`
	History        string   `yaml:"history" of:"poolparty"`
	ServerZone     string   `yaml:"server_zone" of:"poolparty"`
	MaxExport      int64    `yaml:"max_export" of:"poolparty"` // bytes
	CallsPerMinute int      `yaml:"calls_per_minute" of:"poolparty"`

	Zone *time.Location `yaml:"-"` // of ServerZone
}

// Dimension is a facet and report dimension.
type Dimension struct {
	Name   string `yaml:"-"`
	Field  string `yaml:"field"`
	Scheme string `yaml:"scheme"`
	By     string `yaml:"by"`
}

// Dimensions keeps the order of the file.
type Dimensions []Dimension

// Default is the configuration where the file says nothing.
func Default() Config { return Config{Data: "./data", Listen: "127.0.0.1:8080"} }

// Example is a file to start from.
const Example = `data: ./data
listen: 127.0.0.1:8080
libraries:
  mine:
    languages: [en]
    sources:
      - {type: files, assets: ./assets.jsonl, events: ./events.jsonl}
    vocabularies:
      - {type: file, path: ./taxonomy.ttl}
`

// Load reads and checks the file at path.
func Load(path string) (*Config, error) {
	body, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "no configuration file " + path,
			Hint: "name one with --config, try semdex demo, or begin with this:\n\n" + Example}
	}
	if err != nil {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot read the configuration", Err: err}
	}
	c, err := Parse(body, path)
	if errors.Is(err, errEmpty) {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: path + ": " + err.Error(), Hint: "begin with this:\n\n" + Example}
	}
	if err != nil {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: path + ": " + err.Error(), Hint: cmp.Or(semdex.HintOf(err), "the README has all keys")}
	}
	return c, nil
}

var errEmpty = errors.New("the file is empty")

// Parse reads the text of a configuration file that stands at path.
func Parse(body []byte, path string) (*Config, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(body, &document); err != nil {
		return nil, plain(err)
	}
	if len(document.Content) == 0 {
		return nil, errEmpty
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	c := Default()
	c.Path = absolute
	sum := sha256.Sum256(body)
	c.Sum = hex.EncodeToString(sum[:8])
	w := &walker{dir: filepath.Dir(absolute), done: map[*yaml.Node]bool{}}
	if err := w.check(document.Content[0], typeOf(c), ""); err != nil {
		return nil, err
	}
	if err := document.Decode(&c); err != nil {
		return nil, plain(err)
	}
	if err := c.complete(); err != nil {
		return nil, err
	}
	return &c, nil
}

// plain makes one line of an error of the YAML reader.
func plain(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	return errors.New(strings.Join(strings.Fields(strings.TrimPrefix(text, "unmarshal errors:")), " "))
}

// UnmarshalYAML keeps dimensions in the order of the file.
func (d *Dimensions) UnmarshalYAML(node *yaml.Node) error {
	for i := 0; i+1 < len(node.Content); i += 2 {
		one := Dimension{Name: node.Content[i].Value}
		if err := node.Content[i+1].Decode(&one); err != nil {
			return err
		}
		*d = append(*d, one)
	}
	return nil
}

var libraryName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// complete fills defaults, makes paths absolute, and refuses what cannot work.
func (c *Config) complete() error {
	dir := filepath.Dir(c.Path)
	c.Data = absolute(dir, cmp.Or(c.Data, Default().Data))
	c.Listen = cmp.Or(c.Listen, Default().Listen) // an empty address would be every one of the machine
	if len(c.Libraries) == 0 {
		return fmt.Errorf("libraries: there is none")
	}
	for _, name := range c.Names() {
		l := c.Libraries[name]
		if !libraryName.MatchString(name) {
			return fmt.Errorf("libraries: %q is no name (small letters, digits, - and _)", name)
		}
		if err := l.complete(dir); err != nil {
			return fmt.Errorf("libraries: %s: %w", name, err)
		}
		c.Libraries[name] = l
	}
	return nil
}

func absolute(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func (l *Library) complete(dir string) error {
	if len(l.Languages) == 0 {
		l.Languages = []string{"en"}
	}
	for i := range l.Languages {
		l.Languages[i] = semdex.LanguageTag(l.Languages[i])
		if l.Languages[i] == "" {
			return fmt.Errorf("languages: one is empty; write them like en or pt-BR")
		}
	}
	zone, err := time.LoadLocation(l.TimeZone) // "" is UTC
	if err != nil {
		return fmt.Errorf("time_zone: %q is not known; write it like Europe/Berlin", l.TimeZone)
	}
	l.Zone = zone
	if l.Rights.Missing == "" {
		l.Rights.Missing = "allow"
	}
	if !slices.Contains([]string{"allow", "deny"}, l.Rights.Missing) {
		return fmt.Errorf("rights: missing: %q is neither allow nor deny", l.Rights.Missing)
	}
	for _, host := range l.Notify.Allow {
		if host == "" || strings.ContainsAny(host, "/[]@?# ") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return fmt.Errorf("notify: allow: %q is no host; write it like hooks.example.com or 10.1.2.3, without port", host)
		}
	}
	if err := l.completeSources(dir); err != nil {
		return err
	}
	if err := l.completeVocabularies(dir); err != nil {
		return err
	}
	if err := l.checkSchedules(); err != nil {
		return err
	}
	if err := l.Search.complete(); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if err := l.Analytics.complete(); err != nil {
		return fmt.Errorf("analytics: %w", err)
	}
	if err := l.completeReports(dir); err != nil {
		return err
	}
	return l.checkDimensions()
}

func (l *Library) checkDimensions() error {
	seen := map[string]bool{}
	for _, d := range l.Dimensions {
		switch {
		case !dimensionName.MatchString(d.Name):
			return fmt.Errorf("dimensions: %q is no name (letters, digits, - and _)", d.Name)
		case seen[d.Name]:
			return fmt.Errorf("dimensions: %s stands there twice", d.Name)
		case d.Field == "" && d.Scheme == "":
			return fmt.Errorf("dimensions: %s needs a field, a scheme or both", d.Name)
		case d.By != "" && d.By != "notation":
			return fmt.Errorf("dimensions: %s: by: %q is not known; it may be notation", d.Name, d.By)
		case d.By != "" && (d.Field == "" || d.Scheme == ""):
			return fmt.Errorf("dimensions: %s: by needs both a field and a scheme", d.Name)
		case slices.Contains(reserved, d.Name):
			return fmt.Errorf("dimensions: %s is built in; choose another name", d.Name)
		}
		seen[d.Name] = true
	}
	return nil
}

var dimensionName = regexp.MustCompile(`^[\pL\pN][\pL\pN_-]*$`)

// reserved are the names that filters and reports have a meaning for already.
var reserved = []string{"type", "album", "source", "approval", "year", "tags", "keywords", "concept", "id", "created", "modified", "period"}

// SearchDimensions gives the dimensions in the form of the search room; without any in the file there is
// topic, which is every scheme.
func (l *Library) SearchDimensions() []search.Dimension {
	if len(l.Dimensions) == 0 {
		return []search.Dimension{{Name: "topic", HasScheme: true}}
	}
	var out []search.Dimension
	for _, d := range l.Dimensions {
		s := search.Dimension{Name: d.Name, HasScheme: d.Scheme != "", Scheme: semdex.SchemeID(d.Scheme), ByNotation: d.By == "notation"}
		if d.Scheme == "*" {
			s.Scheme = ""
		}
		if d.Field != "" {
			s.Field = search.CustomField(d.Field)
		}
		out = append(out, s)
	}
	return out
}

// Names gives the libraries, sorted.
func (c *Config) Names() []string {
	var names []string
	for name := range c.Libraries {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Library finds a library by name, or the only one where name is empty.
func (c *Config) Library(name string) (string, error) {
	names := c.Names()
	if name == "" && len(names) == 1 {
		return names[0], nil
	}
	if name == "" {
		return "", &semdex.Error{Code: semdex.Invalid, Message: "there are several libraries", Hint: "name one with --library: " + strings.Join(names, ", ")}
	}
	if _, ok := c.Libraries[name]; !ok {
		return "", &semdex.Error{Code: semdex.Invalid, Message: "no library " + name, Hint: "there are: " + strings.Join(names, ", ")}
	}
	return name, nil
}
