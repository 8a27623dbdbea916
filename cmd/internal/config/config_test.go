package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"semdex"
	"semdex/search"
)

// whole has every key there is.
const whole = `data: ./store
listen: 127.0.0.1:9090
libraries:
  acme:
    languages: [en, de-AT]
    time_zone: Europe/Berlin
    rights: {missing: deny}
    sources:
      - {type: files, assets: ./a.jsonl, events: /var/e.jsonl, prefix: shoot26}
      - {type: files, assets: b.jsonl}
    vocabularies:
      - {type: file, path: voc/taxonomy.ttl}
    draft:
      - {type: file, path: voc/next.ttl}
    dimensions:
      topic:    {scheme: https://voc.example/topics}
      region:   {field: Region, scheme: https://voc.example/regions, by: notation}
      campaign: {field: Campaign}
    search: {exclude: [Brand]}
    notify: {allow: [hooks.acme.internal, "::1"]}
  zeta:
    sources:
      - {type: files, events: ./e.jsonl}
`

func TestEveryKeyIsRead(t *testing.T) {
	c, err := Parse([]byte(whole), "/etc/semdex/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l := c.Libraries["acme"]
	if l.Zone.String() != "Europe/Berlin" {
		t.Errorf("the time zone is %s", l.Zone)
	}
	l.Zone = nil
	want := Library{
		Languages: []string{"en", "de-at"}, TimeZone: "Europe/Berlin", Rights: Rights{"deny"},
		Sources: []Source{
			{Type: "files", Prefix: "shoot26", Assets: "/etc/semdex/a.jsonl", Events: EventFiles{{Path: "/var/e.jsonl", Format: "semdex"}}},
			{Type: "files", Prefix: "files", Assets: "/etc/semdex/b.jsonl"},
		},
		Vocabularies: []Vocabulary{{Type: "file", Path: "/etc/semdex/voc/taxonomy.ttl"}},
		Draft:        []Vocabulary{{Type: "file", Path: "/etc/semdex/voc/next.ttl"}},
		Dimensions: Dimensions{
			{Name: "topic", Scheme: "https://voc.example/topics"},
			{Name: "region", Field: "Region", Scheme: "https://voc.example/regions", By: "notation"},
			{Name: "campaign", Field: "Campaign"},
		},
		Search:    Search{Expand: "narrower", Exclude: []string{"Brand"}},
		Analytics: Analytics{Users: UsersPseudonym},
		Notify:    Notify{Allow: []string{"hooks.acme.internal", "::1"}},
	}
	want.Languages[1] = semdex.LanguageTag("de-AT")
	if diff := cmp.Diff(want, l); diff != "" {
		t.Error(diff)
	}
	if c.Data != "/etc/semdex/store" || c.Listen != "127.0.0.1:9090" || c.Path != "/etc/semdex/semdex.yaml" {
		t.Errorf("data %s, listen %s, path %s", c.Data, c.Listen, c.Path)
	}
	if diff := cmp.Diff([]string{"acme", "zeta"}, c.Names()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatTheFileLeavesOutHasADefault(t *testing.T) {
	for name, text := range map[string]string{
		"left out": "libraries: {a: {}}\n",
		"empty":    "data: \"\"\nlisten: \"\"\nlibraries: {a: {languages: [], time_zone: \"\", dimensions: }}\n",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse([]byte(text), "/x/semdex.yaml")
			if err != nil {
				t.Fatal(err)
			}
			l := c.Libraries["a"]
			if c.Data != "/x/data" || c.Listen != "127.0.0.1:8080" || l.Zone.String() != "UTC" || l.Rights.Missing != "allow" {
				t.Errorf("data %q, listen %q, zone %s, rights %q", c.Data, c.Listen, l.Zone, l.Rights.Missing)
			}
			if diff := cmp.Diff([]string{"en"}, l.Languages); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]search.Dimension{{Name: "topic", HasScheme: true}}, l.SearchDimensions()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheExampleIsAGoodFile(t *testing.T) {
	c, err := Parse([]byte(Example), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Libraries["mine"]; !ok || len(c.Libraries) != 1 {
		t.Errorf("the libraries are %v", c.Names())
	}
}

func TestTheBrandLibraryIsConfigured(t *testing.T) {
	c, err := Load(filepath.Join("..", "..", "..", "testdata", "brand", "semdex.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	l := c.Libraries["brand"]
	want := []search.Dimension{
		{Name: "topic", HasScheme: true, Scheme: "https://voc.firnhain.example/topics"},
		{Name: "product", Field: "field:Product", HasScheme: true, Scheme: "https://voc.firnhain.example/products", ByNotation: true},
		{Name: "region", Field: "field:Region", HasScheme: true, Scheme: "https://voc.firnhain.example/regions", ByNotation: true},
		{Name: "audience", Field: "field:Audience", HasScheme: true, Scheme: "https://voc.firnhain.example/audiences"},
		{Name: "campaign", Field: "field:Campaign"},
	}
	if diff := cmp.Diff(want, l.SearchDimensions()); diff != "" {
		t.Errorf("dimensions come in the order of the file: %s", diff)
	}
}

func TestASchemeOfStarIsEveryScheme(t *testing.T) {
	l := Library{Dimensions: Dimensions{{Name: "subject", Scheme: "*"}}}
	want := []search.Dimension{{Name: "subject", HasScheme: true}}
	if diff := cmp.Diff(want, l.SearchDimensions()); diff != "" {
		t.Error(diff)
	}
}

// library makes a file with one library that has the given lines.
func library(lines ...string) string {
	return "libraries:\n  acme:\n    " + strings.Join(lines, "\n    ") + "\n"
}

func TestWrongFilesAreRefused(t *testing.T) {
	t.Setenv("SEMDEX_TEST_SET", "x")
	os.Unsetenv("SEMDEX_TEST_UNSET")
	tests := []struct {
		name, text string
		want       []string // parts of the error
	}{
		{"an unknown key at the top names line and nearest key", "data: x\nlisen: y\nlibraries: {a: {}}\n", []string{"line 2", "lisen", "did you mean listen?"}},
		{"an unknown key of a library", library("sorces: []"), []string{"line 3", "sorces", "libraries: acme", "did you mean sources?"}},
		{"an unknown key of rights", library("rights: {mising: deny}"), []string{"line 3", "mising", "rights", "did you mean missing?"}},
		{"an unknown key of a source", library("sources:", "  - {type: files, asset: a.jsonl}"), []string{"line 4", "asset", "did you mean assets?"}},
		{"an unknown key of a vocabulary", library("vocabularies:", "  - type: file", "    pth: a.ttl"), []string{"line 5", "pth", "did you mean path?"}},
		{"an unknown key of a dimension", library("dimensions:", "  topic: {scheme: x}", "  region: {feild: Region}"), []string{"line 5", "feild", "region", "did you mean field?"}},
		{"a key like none lists those there are", library("quux: 1"), []string{"unknown key quux", "known are:", "dimensions, draft, languages, notify, reconcile, reports, rights"}},
		{"an environment variable that is not set", library("time_zone: ${SEMDEX_TEST_UNSET}"), []string{"line 3", "SEMDEX_TEST_UNSET", "not set"}},
		{"a text for libraries", "libraries: acme\n", []string{"line 1", "libraries"}},
		{"a list for libraries", "libraries: [acme]\n", []string{"line 1", "libraries", "want names"}},
		{"a text for a list", library("languages: en"), []string{"line 3", "languages", "want a list"}},
		{"a text for a source", library("sources: [files]"), []string{"line 3", "sources", "want names"}},
		{"a text for dimensions", library("dimensions: region"), []string{"line 3", "dimensions", "want names"}},
		{"a list for dimensions", library("dimensions: [region]"), []string{"line 3", "dimensions", "want names"}},
		{"a text for a dimension", library("dimensions: {region: Region}"), []string{"line 3", "region", "want names"}},
		{"a list for a text", library("time_zone: [UTC]"), []string{"line 3", "time_zone", "want a plain value"}},
		{"a key that stands there twice", library("time_zone: UTC", "time_zone: UTC"), []string{"line 4", "time_zone", "already"}},
		{"no YAML", "libraries: {\n", []string{"line"}},
		{"nothing", "", []string{"empty"}},
		{"nothing but remarks", "# to do\n", []string{"empty"}},
		{"no library", "data: x\n", []string{"libraries", "none"}},
		{"a name that is no name", "libraries: {Acme Inc: {}}\n", []string{"Acme Inc", "small letters"}},
		{"a name that leaves the folder", "libraries: {\"../x\": {}}\n", []string{"../x", "no name"}},
		{"a time zone that is none", library("time_zone: Europe/Berln"), []string{"acme", "time_zone", "Europe/Berln"}},
		{"a right that is none", library("rights: {missing: maybe}"), []string{"acme", "missing", "maybe", "allow", "deny"}},
		{"an empty language", library("languages: [en, \"\"]"), []string{"acme", "languages"}},
		{"an unknown type of source", library("sources: [{type: sharepoint}]"), []string{"acme", "sources", "sharepoint", "files"}},
		{"a source without files", library("sources: [{type: files}]"), []string{"acme", "sources", "assets, events"}},
		{"a prefix with a colon", library("sources: [{type: files, assets: a, prefix: 'a:b'}]"), []string{"a:b", "prefix"}},
		{"two sources of one prefix", library("sources: [{type: files, assets: a}, {type: files, assets: b}]"), []string{"two sources", `"files"`, "another prefix"}},
		{"an unknown type of vocabulary", library("vocabularies: [{type: thesaurus, path: a}]"), []string{"vocabularies", "thesaurus", "file"}},
		{"a vocabulary without a path", library("vocabularies: [{type: file}]"), []string{"vocabularies", "path"}},
		{"a draft without a path", library("draft: [{type: file}]"), []string{"draft", "path"}},
		{"an address in the place of a host", library("notify: {allow: [\"https://hooks.example.com\"]}"), []string{"notify: allow", "https://hooks.example.com"}},
		{"a host with a port", library("notify: {allow: [\"hooks.example.com:8443\"]}"), []string{"notify: allow", "without port"}},
		{"a dimension of nothing", library("dimensions: {region: {}}"), []string{"region", "field, a scheme or both"}},
		{"a dimension without a name", library("dimensions: {\"\": {field: X}}"), []string{"dimensions", `""`}},
		{"a dimension with a comma, which separates names", library("dimensions: {\"a,b\": {field: X}}"), []string{"a,b"}},
		{"a dimension by something else", library("dimensions: {region: {field: R, scheme: s, by: label}}"), []string{"region", "label", "notation"}},
		{"a dimension by notation of nothing", library("dimensions: {region: {field: R, by: notation}}"), []string{"region", "both"}},
		{"a dimension that is built in", library("dimensions: {album: {field: Album}}"), []string{"album", "built in"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text), "/x/semdex.yaml")
			if err == nil {
				t.Fatal("the file was taken")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got %q, which lacks %q", err, part)
				}
			}
			if strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "config.") {
				t.Errorf("got %q, want one line without the names of types", err)
			}
		})
	}
}

func TestEnvironmentVariablesStandAnywhere(t *testing.T) {
	t.Setenv("SEMDEX_TEST_DIR", "/srv/${HOME}/x") // a value is taken as it is
	t.Setenv("SEMDEX_TEST_ZONE", "Europe/Paris")
	t.Setenv("SEMDEX_TEST_EMPTY", "")
	text := "data: ${SEMDEX_TEST_DIR}/data\n" + library("time_zone: ${SEMDEX_TEST_ZONE}", "rights: {missing: \"${SEMDEX_TEST_EMPTY}\"}",
		"sources: [{type: files, assets: \"${SEMDEX_TEST_DIR}/${SEMDEX_TEST_ZONE}.jsonl\"}]")
	c, err := Parse([]byte(text), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l := c.Libraries["acme"]
	if c.Data != "/srv/${HOME}/x/data" || l.TimeZone != "Europe/Paris" || l.Rights.Missing != "allow" {
		t.Errorf("data %q, zone %q, rights %q", c.Data, l.TimeZone, l.Rights.Missing)
	}
	if got, want := l.Sources[0].Assets, "/srv/${HOME}/x/Europe/Paris.jsonl"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnAliasMeansWhatItStandsFor(t *testing.T) {
	t.Setenv("SEMDEX_TEST_ZONE", "Europe/Paris")
	text := "libraries:\n  a: &a {time_zone: \"${SEMDEX_TEST_ZONE}\", dimensions: &d {topic: {scheme: x}}}\n  b: *a\n  c: {dimensions: *d}\n"
	c, err := Parse([]byte(text), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if b := c.Libraries["b"]; b.TimeZone != "Europe/Paris" || len(b.Dimensions) != 1 || len(c.Libraries["c"].Dimensions) != 1 {
		t.Errorf("got %+v and %+v", b, c.Libraries["c"])
	}
	if _, err := Parse([]byte("libraries: &a {x: {sources: *a}}\n"), "/x/semdex.yaml"); err == nil {
		t.Error("a circle of aliases was taken")
	}
}

// account is what a remote system's settings look like.
type account struct {
	User     string `yaml:"user"`
	Password Secret `yaml:"password"`
	Limit    int    `yaml:"limit"`
	Inner    struct {
		Token Secret `yaml:"token"`
	} `yaml:"inner"`
}

// readAccount walks text beside account, and decodes it.
func readAccount(dir, text string) (a account, err error) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return a, err
	}
	w := &walker{dir: dir, done: map[*yaml.Node]bool{}}
	if err := w.check(document.Content[0], typeOf(a), ""); err != nil {
		return a, err
	}
	return a, document.Decode(&a)
}

func TestSecretsComeFromFiles(t *testing.T) {
	dir := t.TempDir()
	const strange = `pa:ss "${word}" #1` // is no YAML and no variable
	if err := os.WriteFile(filepath.Join(dir, "pw"), []byte(strange+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "number"), []byte("007"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SEMDEX_TEST_NAME", "number")
	t.Setenv("SEMDEX_TEST_PW", "~")
	t.Setenv("SEMDEX_TEST_LIMIT", "12")
	tests := []struct {
		name, text    string
		want          account
		token, refuse string
	}{
		{name: "the content is taken as it is, without the blanks around it", text: "password_file: pw", want: account{Password: strange}},
		{name: "an absolute path", text: "password_file: " + filepath.Join(dir, "pw"), want: account{Password: strange}},
		{name: "a variable in the path, a number in the file", text: "inner: {token_file: '${SEMDEX_TEST_NAME}'}", token: "007"},
		{name: "an alias of the path", text: "user: &f pw\npassword_file: *f", want: account{User: "pw", Password: strange}},
		{name: "plain", text: "password: plain", want: account{Password: "plain"}},
		{name: "a variable is a text, whatever it looks like", text: "password: ${SEMDEX_TEST_PW}", want: account{Password: "~"}},
		{name: "a variable for a number", text: "limit: ${SEMDEX_TEST_LIMIT}", want: account{Limit: 12}},
		{name: "a missing file", text: "user: u\npassword_file: nowhere", refuse: "line 2: password_file"},
		{name: "both", text: "password: a\npassword_file: pw", refuse: "already"},
		{name: "what is no secret has no file", text: "user_file: pw", refuse: "unknown key user_file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readAccount(dir, tt.text)
			if tt.refuse != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refuse) {
					t.Errorf("got error %v, want one with %q", err, tt.refuse)
				}
				if err != nil && strings.Contains(err.Error(), strange) {
					t.Errorf("the error %q shows the secret", err)
				}
				return
			}
			tt.want.Inner.Token = Secret(tt.token)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		})
	}
}

func TestASecretDoesNotShowItself(t *testing.T) {
	if s := Secret("hunter2").String(); strings.Contains(s, "hunter2") {
		t.Errorf("it shows as %q", s)
	}
}

func TestAMissingFileShowsHowToBegin(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(filepath.Join(dir, "semdex.yaml"))
	checkHint(t, err, "no configuration file")
	empty := filepath.Join(dir, "empty.yaml")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Load(empty)
	checkHint(t, err, "empty.yaml: the file is empty")
}

func checkHint(t *testing.T, err error, message string) {
	t.Helper()
	var e *semdex.Error
	if !asError(err, &e) || e.Code != semdex.Invalid {
		t.Fatalf("got %v, want Invalid", err)
	}
	if !strings.Contains(e.Message, message) || !strings.Contains(e.Hint, Example) {
		t.Errorf("message %q, hint %q", e.Message, e.Hint)
	}
}

func asError(err error, into **semdex.Error) bool {
	e, ok := err.(*semdex.Error)
	*into = e
	return ok
}

func TestLibraryFindsByNameOrTheOnlyOne(t *testing.T) {
	two := &Config{Libraries: map[string]Library{"a": {}, "b": {}}}
	one := &Config{Libraries: map[string]Library{"a": {}}}
	tests := []struct {
		name, given string
		config      *Config
		want, hint  string
	}{
		{"the only one", "", one, "a", ""},
		{"by name", "b", two, "b", ""},
		{"several and no name", "", two, "", "a, b"},
		{"none of that name", "c", two, "", "a, b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.config.Library(tt.given)
			var e *semdex.Error
			if asError(err, &e) && e != nil {
				if tt.hint == "" || !strings.Contains(e.Hint, tt.hint) {
					t.Errorf("got %v with hint %q", e, e.Hint)
				}
			} else if got != tt.want || tt.hint != "" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(Example))
	f.Add([]byte(strings.ReplaceAll(usageFiles, "${SEMDEX_TEST_TYPE}", "asset.view")))
	for _, seed := range []string{
		"", "a", "[]", "{}", "? [a]\n: b", "libraries: &a {x: *a}", "libraries: {a: {dimensions: {x: &x {field: *x}}}}",
		"data: ${HOME}${", "libraries: {a: {sources: [{<<: {type: files}}]}}", "\xef\xbb\xbfdata: x", "a: !!binary x", "libraries: {a: {languages: [null, 1, [x]]}}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := Parse(body, "/x/semdex.yaml")
		if (c == nil) == (err == nil) {
			t.Fatalf("got config %v and error %v", c, err)
		}
		if err == nil && (len(c.Libraries) == 0 || c.Data == "" || c.Listen == "") {
			t.Fatalf("an incomplete configuration was taken: %+v", c)
		}
	})
}
