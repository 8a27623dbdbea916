package cantotest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"semdex/indexer/canto/cantotest"
)

// shelf is five records whose orders differ.
func shelf() []cantotest.Record {
	return []cantotest.Record{
		{Scheme: "image", ID: "a", Name: "delta", Size: "30", Owner: "Z", ApprovalStatus: "Approved", Uploaded: at(1), Modified: at(50), Albums: []string{"Root/One"}, Tags: []string{"Crane"}},
		{Scheme: "image", ID: "b", Name: "alpha", Size: "200", Owner: "Y", ApprovalStatus: "Pending", Uploaded: at(2), Modified: at(40), Albums: []string{"Root/Sub/Two", "Root/One"}},
		{Scheme: "video", ID: "c", Name: "echo", Size: "4", Owner: "X", ApprovalStatus: "Approved", Uploaded: at(3), Modified: at(30), Description: "a crane, \"seen\" from below"},
		{Scheme: "audio", ID: "d", Name: "bravo", Size: "50", Owner: "W", ApprovalStatus: "Expired", Uploaded: at(4), Modified: at(20), Additional: map[string]any{"Region": []string{"EMEA"}}},
		{Scheme: "other", ID: "e", Name: "charlie", Size: "6", Owner: "V", Uploaded: at(5), Modified: at(10), Albums: []string{"Loose"}},
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	s, ms := func(m int) string { return fmt.Sprint(at(m).Unix()) }, func(m int) string { return fmt.Sprint(at(m).UnixMilli()) }
	digits := func(m int) string { return fmt.Sprintf("2026011012%02d00000", m) } // of the clock in Berlin
	tests := []struct{ name, path, want string }{
		{"the newest upload comes first", "/search", "e d c b a"},
		{"by time", "/search?sortBy=time&sortDirection=ascending", "a b c d e"},
		{"by modification", "/search?sortBy=last_modified&sortDirection=descending", "a b c d e"},
		{"by name", "/search?sortBy=name&sortDirection=ascending", "b d e a c"},
		{"by size, as a number", "/search?sortBy=size&sortDirection=ascending", "c e a d b"},
		{"by owner", "/search?sortBy=owner&sortDirection=ascending", "e d c b a"},
		{"by scheme", "/search?sortBy=scheme&sortDirection=ascending", "d a b e c"},
		{"one scheme", "/image", "b a"},
		{"schemes", "/search?scheme=image%7Cvideo", "c b a"},
		{"a page", "/search?start=1&limit=2", "d c"},
		{"beyond the end", "/search?start=9", ""},
		{"no rows, to count", "/search?limit=0", ""},
		{"approval, in any case", "/search?approval=approved%7CExpired", "d c a"},
		{"a word of a tag or a description", "/search?keyword=crane", "c a"},
		{"words with signs", "/search?keyword=%22SEEN%22+below", "c"},
		{"a word of a custom field", "/search?keyword=emea", "d"},
		{"the name of a key is no word of an asset", "/search?keyword=scheme", ""},
		{"uploads in seconds", "/search?uploadedTime=" + s(2) + ".." + s(3), "c b"},
		{"uploads in milliseconds", "/search?uploadedTime=" + ms(2) + ".." + ms(4), "d c b"},
		{"uploads in digits of local time", "/search?uploadedTime=" + digits(2) + ".." + digits(3), "c b"},
		{"from a moment on", "/search?uploadedTime=" + s(4) + "..", "e d"},
		{"a bare number is a beginning", "/search?uploadedTime=" + s(4), "e d"},
		{"up to a moment", "/search?lastModified=.." + ms(20), "e d"},
		{"creation", "/search?created=" + ms(1) + ".." + ms(1), "a"},
		{"creation by its other name", "/image?createdTime=" + ms(1) + ".." + ms(1), "a"},
		{"what is not known is left aside", "/search?tags=x&colour=red", "e d c b a"},
	}
	for _, tt := range tests {
		if got := c.ids("/api/v1" + tt.path); got != tt.want {
			t.Errorf("%s: %s gave %q, want %q", tt.name, tt.path, got, tt.want)
		}
	}
}

func TestListsThatAreRefused(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{MaxOffset: 100}, shelf()...)
	for _, query := range []string{"limit=1001", "limit=x", "start=-1", "limit=60&start=41", "sortBy=colour", "uploadedTime=1..2", "uploadedTime=1700000000..1700000000000", "created=17000000x0.."} {
		got := c.get("/api/v1/search?" + query)
		if got.status != 400 || !strings.Contains(got.body, `"code":3301`) {
			t.Errorf("%s: got %d %s, want 400 and the code 3301", query, got.status, got.body)
		}
	}
	if got := c.get("/api/v1/search?limit=60&start=40"); got.status != 200 {
		t.Errorf("at the deepest place: got %d, want an answer", got.status)
	}
	clamping := start(t, cantotest.Options{Behaviour: cantotest.Behaviour{ClampLimit: true}}, shelf()...)
	if got := clamping.object("/api/v1/search?limit=5000")["limit"]; got != 1000. {
		t.Errorf("a tenant that lowers the limit: got %v, want 1000", got)
	}
}

func TestTheEnvelopeOfAList(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	page := func(path string, absent ...string) map[string]any {
		t.Helper()
		got := c.object(path)
		for _, key := range absent {
			if v, has := got[key]; has {
				t.Errorf("%s: got %s = %v, want no such key", path, key, v)
			}
		}
		return got
	}
	first := page("/api/v1/search?limit=2", "start")
	if first["found"] != 5. || first["limit"] != 2. || first["sortBy"] != "time" || first["sortDirection"] != "descending" {
		t.Errorf("first page: got %v", first)
	}
	if got := page("/api/v1/search?start=2"); got["start"] != 2. || got["limit"] != 100. {
		t.Errorf("later page: got start %v and limit %v, want 2 and 100", got["start"], got["limit"])
	}
	if got := page("/api/v1/document", "results", "start"); got["found"] != 0. {
		t.Errorf("nothing found: got %v, want found 0", got)
	}
	c.SetFaults(cantotest.Faults{NoFound: true})
	page("/api/v1/image", "found")
	null := start(t, cantotest.Options{Behaviour: cantotest.Behaviour{NullResults: true}})
	if got := null.get("/api/v1/image").body; !strings.Contains(got, `"results":null`) {
		t.Errorf("a tenant that says null: got %s", got)
	}
}

func TestRangesInOneUnit(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{Behaviour: cantotest.Behaviour{TimeUnits: []string{"ms"}}}, shelf()...)
	if got := c.ids(fmt.Sprintf("/api/v1/search?uploadedTime=%d..", at(4).Unix())); got != "" {
		t.Errorf("in seconds: got %q, want nothing", got)
	}
	if got := c.ids(fmt.Sprintf("/api/v1/search?uploadedTime=%d..", at(4).UnixMilli())); got != "e d" {
		t.Errorf("in milliseconds: got %q, want e d", got)
	}
}

func TestRecordsAreServedAsCantoDoes(t *testing.T) {
	t.Parallel()
	uploaded := time.Date(2026, 7, 1, 22, 30, 0, 5e6, time.UTC)
	r := cantotest.Record{Scheme: "image", ID: "a", Name: "a.jpg", Size: "12", Width: "0", Uploaded: uploaded, Modified: at(0), ContentType: "image/jpeg",
		Metadata: map[string]string{"Color Space": "RGB"}, Additional: map[string]any{"None": nil, "Yes": true, "Some": []string{"x"}}}
	c := start(t, cantotest.Options{}, r)
	list := c.object("/api/v1/image")["results"].([]any)[0].(map[string]any)
	single := c.object("/api/v1/image/a")
	for name, got := range map[string]map[string]any{"list": list, "single": single} {
		standard := got["default"].(map[string]any)
		if got["size"] != "12" || got["width"] != "0" || standard["Size"] != "12" {
			t.Errorf("%s: got size %v and width %v, want strings", name, got["size"], got["width"])
		}
		if got["time"] != "20260702003000005" || got["lastUploaded"] != got["time"] || got["created"] != got["time"] {
			t.Errorf("%s: got time %v, created %v, lastUploaded %v, want the upload in local time", name, got["time"], got["created"], got["lastUploaded"])
		}
		if standard["Date modified"] != "20260110120000000" || standard["Content Type"] != "image/jpeg" || standard["Author"] != nil {
			t.Errorf("%s: got default %v", name, standard)
		}
		additional := got["additional"].(map[string]any)
		if v, has := additional["None"]; !has || v != nil || additional["Yes"] != true || len(additional["Some"].([]any)) != 1 {
			t.Errorf("%s: got additional %v", name, additional)
		}
		for _, key := range []string{"tag", "keyword", "smartTags", "owner", "relatedAlbums"} {
			if v, has := got[key]; has {
				t.Errorf("%s: got %s = %v, want no such key", name, key, v)
			}
		}
		if got["storageClass"] == nil {
			t.Errorf("%s: want a key that no client knows", name)
		}
		_, has := got["metadata"]
		if has != (name == "single") {
			t.Errorf("%s: metadata is there: %v", name, has)
		}
	}
}

func TestExtraStandsInThePlaceOfWhatIsKnown(t *testing.T) {
	t.Parallel()
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	c := start(t, cantotest.Options{}, cantotest.Record{Scheme: "image", ID: "a", Size: "1",
		Extra:   map[string]json.RawMessage{"size": raw("12"), "time": raw("null"), "relatedAlbums": raw(`"x"`), "aiTags": raw(`[1]`)},
		Default: map[string]any{"Date modified": nil, "Dimensions": "big"}})
	if err := c.Edit("image", "a", func(r *cantotest.Record) { r.Name = "b" }); err != nil { // which keeps it all
		t.Fatal(err)
	}
	got := c.get("/api/v1/image/a").body
	for _, want := range []string{`"size":12`, `"time":null`, `"relatedAlbums":"x"`, `"aiTags":[1]`, `"Date modified":null`, `"Dimensions":"big"`, `"name":"b"`} {
		if strings.Count(got, want) != 1 {
			t.Errorf("got %s, want %s once", got, want)
		}
	}
	if strings.Count(got, `"Date modified"`) != 1 || strings.Count(got, `"size"`) != 1 {
		t.Errorf("got %s, want each key once", got)
	}
	for name, r := range map[string]cantotest.Record{
		"a value of a strange kind": {Scheme: "image", ID: "b", Additional: map[string]any{"X": 1}},
		"an extra that is no JSON":  {Scheme: "image", ID: "b", Extra: map[string]json.RawMessage{"x": raw("{")}},
		"no scheme":                 {ID: "b"},
	} {
		if err := c.Put(r); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	post := func(body string) reply {
		return c.send("POST", c.URL()+"/api/v1/batch/content", "Authorization: Bearer "+c.login(), body)
	}
	got := post(`[{"scheme":"image","id":"a"},{"scheme":"image","id":"none"},{"scheme":"video","id":"c"}]`)
	var answer struct {
		DocResult []struct {
			ID       string
			Metadata map[string]string
		}
		Failed []struct{ Scheme, ID string }
	}
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || got.status != 200 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	if len(answer.DocResult) != 2 || answer.DocResult[0].ID != "c" || answer.DocResult[1].ID != "a" || answer.DocResult[0].Metadata == nil {
		t.Errorf("got %+v, want c and a, in another order than asked, with metadata", answer.DocResult)
	}
	if len(answer.Failed) != 1 || answer.Failed[0].ID != "none" {
		t.Errorf("got failed %+v, want none", answer.Failed)
	}
	item := `{"scheme":"image","id":"a"}`
	if got := post("[" + strings.Repeat(item+",", 99) + item + "]"); got.status != 200 {
		t.Errorf("100 assets: got status %d, want 200", got.status)
	}
	if got := post("[" + strings.Repeat(item+",", 100) + item + "]"); got.status != 400 {
		t.Errorf("101 assets: got status %d, want 400", got.status)
	}
	if got := post("{"); got.status != 400 {
		t.Errorf("no list: got status %d, want 400", got.status)
	}
}
