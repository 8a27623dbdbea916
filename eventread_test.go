package semdex_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

var eventSeeds = []struct{ name, line string }{
	{"all that it may hold", `{"event_id":"e1","type":"asset.download","occurred_at":"2026-01-12T10:00:00.123456Z","received_at":"2026-01-12T10:00:01Z","asset_id":"canto:image:a",` +
		`"rendition":"web","query_id":"q_1","position":3,"q":"tent","lang":"en","total":12,"concepts":["https://voc.example/tent"],"actor":{"id":"u1","type":"user","business_unit":"retail"},` +
		`"session_id":"s","client":{"name":"cms","integration":"cms"},"context":{"region":"dach","uri":"https://shop.example/p/1"},"value":{"amount":49.5,"currency":"EUR"},"count":2,"source":"client","found_by":"expansion"}`},
	{"a search with its detail", `{"type":"search.executed","occurred_at":"2026-01-12T10:00:00Z","query_id":"q_1","q":"tnet","total":0,"search":{"filters":{"region":["DACH","UK"],"type":[]},"sort":"-created",` +
		`"page":1,"took_ms":7.25,"expand":"narrower","corrected":"tent","added":["https://voc.example/dome-tent"],"kinds":["altLabel"],"expansion_hits":["canto:image:a"]}}`},
	{"keys in another order, spaces between", `{ "occurred_at" : "2026-01-12T10:00:00+02:00", "type": "asset.view", "asset_id": "a" } `},
	{"nothing", `{}`}, {"a line with its end", "{\"type\":\"asset.view\"}\r\n"}, {"what is no blank of JSON behind", "{}\u00a0"},
	{"empty lists and objects", `{"concepts":[],"context":{},"actor":{},"client":{},"value":{},"search":{"filters":{},"added":[],"kinds":[],"expansion_hits":[]}}`}, {"a search without detail", `{"search":{}}`},
	{"escapes", `{"q":"\"Zelt\"\nKüche\u00e9","type":"search.executed"}`},
	{"a key twice", `{"type":"a","type":"b"}`},
	{"a key of the context twice", `{"context":{"region":"a","region":"b"}}`},
	{"a key of the detail twice", `{"search":{"page":1,"page":2}}`}, {"a field of the filters twice", `{"search":{"filters":{"a":["x","y"],"a":["z"]}}}`},
	{"a key of the detail that is unknown", `{"search":{"pages":1}}`}, {"null in the detail", `{"search":{"filters":{"a":null},"added":[null],"took_ms":null}}`}, {"no detail", `{"search":null}`},
	{"numbers of the detail that are none", `{"search":{"page":1.5,"took_ms":"1"}}`}, {"a filter that is no list", `{"search":{"filters":{"a":"x"}}}`},
	{"a key in other letters", `{"Type":"a","EVENT_ID":"b"}`},
	{"a key that is unknown", `{"type":"a","more":{"x":[1]}}`},
	{"null", `{"type":null,"actor":null,"count":null,"concepts":[null],"context":{"a":null}}`},
	{"negative and large numbers", `{"count":-5,"total":-1,"position":9007199254740993}`},
	{"numbers that are none", `{"count":1.5}`}, {"numbers as texts", `{"count":"1"}`}, {"a number with a 0 before", `{"count":01}`},
	{"amounts", `{"value":{"amount":-1e3,"currency":""}}`}, {"an amount that is too large", `{"value":{"amount":1e999}}`},
	{"no time", `{"occurred_at":"yesterday"}`}, {"a time that is nearly one", `{"occurred_at":"2026-01-12T3:00:00Z"}`}, {"a time with a comma", `{"occurred_at":"2026-01-12T03:00:00,5Z"}`},
	{"a list that ends in a comma", `{"concepts":["a",]}`}, {"cut off", `{"type":"a"`}, {"more behind", `{"type":"a"} x`}, {"no object", `[]`}, {"no UTF-8", "{\"q\":\"\xff\"}"}, {"empty", ``},
}

func sameEvent(t *testing.T, line string) {
	var want semdex.Event
	wantErr := json.Unmarshal([]byte(line), &want)
	got, err := semdex.ReadEvent([]byte(line))
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%s: got %v, want %v", line, err, wantErr)
	}
	if d := cmp.Diff(want, got); err == nil && d != "" {
		t.Errorf("%s (-want +got)\n%s", line, d)
	}
}

// sameEventWritten guards that the event of a line is written as encoding/json writes it.
func sameEventWritten(t *testing.T, line string) {
	var e semdex.Event
	if json.Unmarshal([]byte(line), &e) != nil {
		return
	}
	want, wantErr := json.Marshal(&e)
	got, err := semdex.AppendEvent(nil, &e)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%s: got %v, want %v", line, err, wantErr)
	}
	if err == nil && string(got) != string(want) {
		t.Errorf("%s\nwritten %s\nwant    %s", line, got, want)
	}
}

func TestAppendEvent(t *testing.T) {
	for _, tt := range eventSeeds {
		t.Run(tt.name, func(t *testing.T) { sameEventWritten(t, tt.line) })
	}
	for name, text := range map[string]string{"signs of a web page": "<a & b>", "line separators": "a\u2028b\u2029", "no UTF-8": "\xff\xfe", "control": "\x00\x7f\t", "replaced": "\uFFFD", "letters": "Zelt für Bäume 木"} {
		t.Run(name, func(t *testing.T) {
			e := semdex.Event{Type: text, Query: text, Context: map[string]string{text: text}, Concepts: []string{text, ""}, OccurredAt: time.Unix(1, 5).UTC()}
			want, err := json.Marshal(&e)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := semdex.AppendEvent([]byte("x"), &e); err != nil || string(got) != "x"+string(want) {
				t.Errorf("%v: %s, want %s", err, got, want)
			}
		})
	}
	for name, at := range map[string]time.Time{"a zone": time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)), "no time of JSON": time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)} {
		t.Run(name, func(t *testing.T) {
			e := semdex.Event{OccurredAt: at}
			want, wantErr := json.Marshal(&e)
			got, err := semdex.AppendEvent(nil, &e)
			if (err == nil) != (wantErr == nil) || err == nil && string(got) != string(want) {
				t.Errorf("%v: %s, want %v: %s", err, got, wantErr, want)
			}
		})
	}
}

func FuzzAppendEvent(f *testing.F) {
	for _, seed := range eventSeeds {
		f.Add(seed.line)
	}
	f.Fuzz(sameEventWritten)
}

func TestReadEvent(t *testing.T) {
	for _, tt := range eventSeeds {
		t.Run(tt.name, func(t *testing.T) { sameEvent(t, tt.line) })
	}
}

// FuzzReadEvent guards that lines are read as encoding/json reads them.
func FuzzReadEvent(f *testing.F) {
	for _, seed := range eventSeeds {
		f.Add(seed.line)
	}
	f.Fuzz(sameEvent)
}

func BenchmarkReadEvent(b *testing.B) {
	line := []byte(eventSeeds[0].line)
	for name, read := range map[string]func([]byte) error{
		"event": func(line []byte) error { _, err := semdex.ReadEvent(line); return err },
		"json":  func(line []byte) error { return json.Unmarshal(line, &semdex.Event{}) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := read(line); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendEvent(b *testing.B) {
	e, err := semdex.ReadEvent([]byte(eventSeeds[0].line))
	if err != nil {
		b.Fatal(err)
	}
	for name, write := range map[string]func() ([]byte, error){
		"event": func() ([]byte, error) { return semdex.AppendEvent(nil, &e) },
		"json":  func() ([]byte, error) { return json.Marshal(&e) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := write(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
