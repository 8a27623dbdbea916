package cantotest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer/canto/cantotest"
)

// modified is the stamp of an asset's modification.
func (c *caller) modified(id string) string {
	c.t.Helper()
	return c.object("/api/v1/image/" + id)["default"].(map[string]any)["Date modified"].(string)
}

func TestWhatCountsAsAModification(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		behaviour cantotest.Behaviour
		change    func(c *caller) error
		touched   bool
	}{
		{"an edit", cantotest.Behaviour{}, func(c *caller) error {
			return c.Edit("image", "a", func(r *cantotest.Record) { r.Name = "new" })
		}, true},
		{"a record in its place", cantotest.Behaviour{}, func(c *caller) error { return c.Put(cantotest.Record{Scheme: "image", ID: "a"}) }, true},
		{"a move", cantotest.Behaviour{}, func(c *caller) error { return c.Move("image", "a", "New") }, false},
		{"a move in a tenant that says so", cantotest.Behaviour{MoveTouches: true}, func(c *caller) error { return c.Move("image", "a", "New") }, true},
		{"an album with another name", cantotest.Behaviour{}, func(c *caller) error { return c.RenameAlbum("Root/One", "Root/1") }, false},
		{"an album that is gone", cantotest.Behaviour{}, func(c *caller) error { return c.DeleteAlbum("Root/One") }, false},
		{"a field with another name", cantotest.Behaviour{}, func(c *caller) error { return c.RenameField("Region", "Area") }, false},
	}
	for _, tt := range tests {
		now := &clock{at(55)}
		c := start(t, cantotest.Options{Now: now.Now, Behaviour: tt.behaviour}, shelf()...)
		uploaded, before := c.object("/api/v1/image/a")["lastUploaded"], c.modified("a")
		if err := tt.change(c); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		want := before
		if tt.touched {
			want = "20260110125500001"
		}
		if got := c.modified("a"); got != want {
			t.Errorf("%s: got modified %s, want %s", tt.name, got, want)
		}
		if got := c.object("/api/v1/image/a")["lastUploaded"]; got != uploaded {
			t.Errorf("%s: got uploaded %s, want it to stay %s", tt.name, got, uploaded)
		}
	}
}

func TestAnEditKeepsWhatItDoesNotChange(t *testing.T) {
	t.Parallel()
	r := cantotest.Record{Scheme: "image", ID: "a", Name: "n", Owner: "o", OwnerName: "on", Description: "d", ApprovalStatus: "Approved", Size: "1", Width: "2",
		Height: "3", DPI: "4", MD5: "m", Copyright: "c", Terms: "t", Tags: []string{"x"}, Keywords: []string{"y"}, SmartTags: []string{"z"}, Albums: []string{"A/B", "C"},
		ContentType: "ct", Author: "au", Uploaded: at(1).Local(), Created: at(2).Local(), Modified: at(3).Local(),
		Additional: map[string]any{"F": []string{"1", "2"}, "G": nil, "H": true, "I": "s"}, Default: map[string]any{"Color": "RGB"},
		Metadata: map[string]string{"k": "v"}, Extra: map[string]json.RawMessage{"new": json.RawMessage(`{"a":1}`)}}
	c := start(t, cantotest.Options{}, r)
	var got cantotest.Record
	if err := c.Edit("image", "a", func(r *cantotest.Record) { got, r.Modified = *r, at(9) }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, got); diff != "" {
		t.Errorf("what an edit sees (-want +got):\n%s", diff)
	}
	again, err := c.Record("image", "a")
	if err != nil {
		t.Fatal(err)
	}
	r.Modified = at(9).Local()
	if diff := cmp.Diff(r, again); diff != "" {
		t.Errorf("what it left (-want +got):\n%s", diff)
	}
}

func TestChangesOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	c.DefineField("Other", "meta_text_9", "x")
	nothing := func(*cantotest.Record) {}
	for name, tt := range map[string]struct {
		err  error
		code semdex.Code
	}{
		"an edit of no asset":              {c.Edit("image", "none", nothing), semdex.NotFound},
		"a move of no asset":               {c.Move("image", "none", "A"), semdex.NotFound},
		"a name for no album":              {c.RenameAlbum("None", "New"), semdex.NotFound},
		"a name for no field":              {c.RenameField("None", "New"), semdex.NotFound},
		"the end of no album":              {c.DeleteAlbum("Root"), semdex.NotFound},
		"a field of another's name":        {c.RenameField("Region", "Other"), semdex.Invalid},
		"an album of another's name":       {c.RenameAlbum("Loose", "Root/One"), semdex.Invalid},
		"a folder into itself":             {c.RenameAlbum("Root", "Root/Root"), semdex.Invalid},
		"an edit that makes another of it": {c.Edit("image", "a", func(r *cantotest.Record) { r.ID = "z" }), semdex.Invalid},
	} {
		if semdex.CodeOf(tt.err) != tt.code || tt.err == nil {
			t.Errorf("%s: got %v, want an error that says %s", name, tt.err, tt.code)
		}
	}
	c.Delete("image", "none")
	if c.Len() != 5 {
		t.Errorf("got %d assets, want all 5", c.Len())
	}
}

func TestCustomFields(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{})
	c.DefineField("Alt Text", "meta_text_7")
	c.DefineField("Region", "", "EMEA", "APAC")
	if err := c.Put(cantotest.Record{Scheme: "image", ID: "a", Additional: map[string]any{"Alt Text": "x", "Topics": []string{"t"}, "meta_text_1": "y"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.RenameField("Alt Text", "Alternative"); err != nil {
		t.Fatal(err)
	}
	want := `[{"id":"meta_text_7","name":"Alternative","values":[]},{"id":"meta_text_0","name":"Region","values":["EMEA","APAC"]},` +
		`{"id":"meta_multichoice_0","name":"Topics","values":[]},{"id":"meta_text_2","name":"meta_text_1","values":[]}]`
	if got := c.get("/api/v1/custom/field").body; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := c.object("/api/v1/image/a")["additional"].(map[string]any); got["Alternative"] != "x" || got["Alt Text"] != nil {
		t.Errorf("got additional %v, want the new name alone", got)
	}
}

// outline writes a tree as "name(size)", folders with what is in them in brackets.
func outline(nodes []any) string {
	var parts []string
	for _, n := range nodes {
		n := n.(map[string]any)
		part := fmt.Sprintf("%s:%s(%s)", n["scheme"], n["namePath"], n["size"])
		if children, has := n["children"]; has {
			part += "[" + outline(children.([]any)) + "]"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

func TestTheTree(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	tree := func(path string) string { return outline(c.object(path)["results"].([]any)) }
	const whole = "album:Loose(1) folder:Root(2)[album:Root/One(2) folder:Root/Sub(1)[album:Root/Sub/Two(1)]]"
	root := c.object("/api/v1/tree?layer=1")["results"].([]any)[1].(map[string]any)["id"].(string)
	for _, tt := range []struct{ name, path, want string }{
		{"all layers", "/api/v1/tree?layer=-1", whole},
		{"all layers where nothing is said", "/api/v1/tree", whole},
		{"one layer", "/api/v1/tree?layer=1", "album:Loose(1) folder:Root(2)"},
		{"two layers", "/api/v1/tree?layer=2", "album:Loose(1) folder:Root(2)[album:Root/One(2) folder:Root/Sub(1)]"},
		{"below a folder", "/api/v1/tree/" + root + "?sortDirection=descending", "folder:Root/Sub(1)[album:Root/Sub/Two(1)] album:Root/One(2)"},
	} {
		if got := tree(tt.path); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
	if got := c.ids("/api/v1/folder/" + root); got != "b a" {
		t.Errorf("assets below a folder: got %q, want b a", got)
	}
	info := c.object("/api/v1/info/folder/" + root)
	if _, has := info["children"]; has || info["namePath"] != "Root" || info["size"] != "2" || info["created"] == nil {
		t.Errorf("got info %v, want the folder without children", info)
	}
}

func TestTheTreeAfterChanges(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	if err := c.RenameAlbum("Root/Sub", "Moved/Below"); err != nil {
		t.Fatal(err)
	}
	if err := c.Move("image", "a"); err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteAlbum("Loose"); err != nil {
		t.Fatal(err)
	}
	if got, want := outline(c.object("/api/v1/tree")["results"].([]any)), "folder:Moved(1)[folder:Moved/Below(1)[album:Moved/Below/Two(1)]] folder:Root(1)[album:Root/One(1)]"; got != want {
		t.Errorf("after changes: got %s, want %s", got, want)
	}
	albums := c.object("/api/v1/image/b")["relatedAlbums"].([]any)
	first := albums[0].(map[string]any)
	if first["namePath"] != "Moved/Below/Two" || first["scheme"] != "album" || len(strings.Split(first["idPath"].(string), "/")) != 3 {
		t.Errorf("got albums %v, want the new path first", albums)
	}
	if got := c.ids("/api/v1/album/" + first["id"].(string)); got != "b" {
		t.Errorf("assets of an album: got %q, want b", got)
	}
	if _, has := c.object("/api/v1/image/a")["relatedAlbums"]; has {
		t.Error("an asset in no album: got albums, want no such key")
	}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	const id = "a/b ü"
	c := start(t, cantotest.Options{}, cantotest.Record{Scheme: "video", ID: id, Name: "n & m"})
	addresses := c.object("/api/v1/video")["results"].([]any)[0].(map[string]any)["url"].(map[string]any)
	for key, want := range map[string]int{"preview": 800, "download": 2000, "PNG": 2000} {
		path := strings.TrimPrefix(addresses[key].(string), c.URL())
		got := c.get(path)
		location := got.header.Get("Location")
		if got.status != 302 || !strings.HasPrefix(location, c.CDNURL()+"/") {
			t.Fatalf("%s: got %d to %q, want the CDN", key, got.status, location)
		}
		if got := c.send("GET", location, "", ""); got.status != 200 || width(t, key, got.body) != want {
			t.Errorf("%s: got status %d, want a picture %d wide", key, got.status, want)
		}
	}
	text := c.get("/api_binary/v1/video/a%2Fb%20%C3%BC/previewURI/240")
	if got := c.send("GET", text.body, "", ""); !strings.HasPrefix(text.header.Get("Content-Type"), "text/plain") || width(t, "previewURI", got.body) != 240 {
		t.Errorf("previewURI: got %q, want an address in plain text", text.body)
	}
	if got := c.send("GET", text.body+"0", "", ""); got.status != 403 {
		t.Errorf("a wrong signature: got %d, want 403", got.status)
	}
	if got := c.Stats().Violations; len(got) > 0 {
		t.Errorf("got violations %q, want none so far", got)
	}
	if got := c.send("GET", text.body, "Authorization: Bearer "+c.login(), ""); got.status != 500 || len(c.Stats().Violations) != 1 {
		t.Errorf("a token at the CDN: got %d and %q, want 500 and a violation", got.status, c.Stats().Violations)
	}
	c.SetFaults(cantotest.Faults{CDNDown: true})
	if got := c.send("GET", text.body, "", ""); got.status != 503 {
		t.Errorf("a CDN that is down: got %d, want 503", got.status)
	}
}

func TestDirectPictures(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, cantotest.Record{Scheme: "video", ID: "a/b ü", Name: "n & m"}, cantotest.Record{Scheme: "image", ID: "other"})
	addresses := c.object("/api/v1/video")["results"].([]any)[0].(map[string]any)["url"].(map[string]any)
	direct := addresses["directUrlPreview"].(string)
	small := c.send("GET", strings.TrimSuffix(direct, "800")+"240", "", "")
	if small.status != 200 || width(t, "direct", small.body) != 240 {
		t.Errorf("direct: got status %d, want a picture without a token", small.status)
	}
	if got := c.send("GET", addresses["directUrlOriginal"].(string), "", ""); got.status != 200 || width(t, "direct original", got.body) != 2000 {
		t.Errorf("direct original: got status %d, want a picture", got.status)
	}
	if bytes.Equal([]byte(small.body), []byte(c.send("GET", c.previewOf("image", 240), "", "").body)) {
		t.Error("two assets have the same picture, want their own")
	}
}

// width is that of a picture, in pixels.
func width(t *testing.T, what, body string) int {
	t.Helper()
	config, err := png.DecodeConfig(strings.NewReader(body))
	if err != nil {
		t.Errorf("%s: got no picture: %v", what, err)
	}
	return config.Width
}

// previewOf is the direct address of the first asset of a scheme.
func (c *caller) previewOf(scheme string, size int) string {
	c.t.Helper()
	first := c.object("/api/v1/" + scheme)["results"].([]any)[0].(map[string]any)
	return strings.TrimSuffix(first["url"].(map[string]any)["directUrlPreview"].(string), "800") + fmt.Sprint(size)
}
