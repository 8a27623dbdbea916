package intake

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

// objectSeeds are what FuzzObjects starts from.
var objectSeeds = []string{
	`[{"id":"1","eventType":"asset.view","dateTime":"2026-01-12T10:00:00Z","assetId":"A","terms":["a","b"]}]`,
	`{"items":[{"asset_properties":{"id":"w"},"timestamp":"2026-01-12T10:00:00Z"}],"total_count":1}` + "\n" + `{"items":[]}`,
	`{"license_purchase_transactions":[{"uuid":"1","project_name":[{"culture":"en","value":"x"}],"total_price_eur":1.5,"purchased_at":"2026-01-12T10:00:00Z"}]}`,
	`{"views":{"items":[{"x":1}]},"new":[{"asset_id":"a","uri":"u","placed_at":"2026-01-01","removed_at":"2026-01-02"}]}`,
	"{\"a\":\n1}\n{\"b\":[}", `{"a":"\u00e4\"\\"}` + "\n{", `[[[{"a":{}}`, `{"date":"2026-01-01","asset_key":"k","hits":1e3}` + "\r\n\r\nx", "[1,,{\"a\" :\t2},]", "{\"data\":{\"events\":[{}", `["a",-1.5e+3,tru`,
}

func FuzzObjects(f *testing.F) {
	for i, seed := range objectSeeds {
		f.Add(seed, uint8(i))
	}
	f.Fuzz(func(t *testing.T, file string, format uint8) {
		names := Formats[1:]
		checkFile(t, file, Options{Format: names[int(format)%len(names)]})
	})
}

// FuzzFlatten compares what is read of an object with what encoding/json reads.
func FuzzFlatten(f *testing.F) {
	for _, seed := range objectSeeds {
		f.Add(seed)
	}
	f.Add(`{"a":" \u00e4\ud83d\n","b":{"c":[1,"x",null,true,{"culture":"de","value":"y"}]},"d":-1.5e3,"e":null}`)
	f.Fuzz(func(t *testing.T, object string) {
		var want map[string]any
		decoder := json.NewDecoder(strings.NewReader(object))
		decoder.UseNumber()
		if !strings.HasPrefix(object, "{") || !json.Valid([]byte(object)) || decoder.Decode(&want) != nil {
			return
		}
		got := map[string]string{}
		if err := flatten([]byte(object), got); err != nil {
			return
		}
		seen := map[string]int{}
		for key := range want {
			seen[fold(key)]++
		}
		for key, value := range want {
			text, plain := value.(string)
			if n, number := value.(json.Number); number {
				text, plain = n.String(), true
			}
			if text = strings.TrimSpace(text); plain && seen[fold(key)] == 1 && !strings.Contains(key, ".") && strings.Count(object, `"`+key+`"`) == 1 && got[fold(key)] != text {
				t.Fatalf("%q: got %q, want %q", key, got[fold(key)], text)
			}
		}
	})
}

func FuzzRows(f *testing.F) {
	f.Add(cantoTable, "")
	f.Add("a,b\n\"x\",\"y\n\"\n", "comma")
	f.Add("sep=;\na;b\n\"\"\"\";c\"d\n\"", "utf-16")
	f.Add("a\tb\n1\t\"2\"3\n", "tab")
	f.Fuzz(func(t *testing.T, file, how string) {
		o := Options{Format: "csv", Decimal: ",", Constants: map[string]string{"occurred_at": "2026-01-01", "type": "user.login"}}
		if _, known := Separators[how]; known {
			o.Separator = how
		} else if slices.Contains(Encodings, how) {
			o.Encoding = how
		}
		checkFile(t, file, o)
		o = canto
		checkFile(t, file, o)
	})
}

// checkFile reads a file twice, once byte by byte, and wants the same, of the right form.
func checkFile(t *testing.T, file string, o Options) {
	first, second := outcomes(t, strings.NewReader(file), o), outcomes(t, iotest.OneByteReader(strings.NewReader(file)), o)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Fatalf("what is read depends on how it comes (-at once +by bytes):\n%s", diff)
	}
	if len(first) > 2*len(file)+1 {
		t.Fatalf("%d bytes give %d records", len(file), len(first))
	}
}

func outcomes(t *testing.T, file io.Reader, o Options) (list []string) {
	r, err := Open(file, o)
	if err != nil {
		return []string{err.Error()}
	}
	last := 0
	for {
		e, line, _, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		var bad *semdex.Error
		if err != nil && !errors.As(err, &bad) {
			return append(list, err.Error())
		}
		if line < max(1, last) {
			t.Fatalf("line %d after line %d", line, last)
		}
		last = line
		if err != nil {
			list = append(list, err.Error())
			continue
		}
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
		if _, known := slices.BinarySearch(semdex.EventTypes, e.Type); !known || e.OccurredAt.IsZero() || e.Source == "" || e.OccurredAt.Location() != time.UTC {
			t.Fatalf("not a whole event: %s", body)
		}
		list = append(list, string(body))
	}
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"1.234,56", "1,234.56", "-0", "1e9", "1'000", "0x1p4", "NaN", "1..2", ",5", "+1 000", "1,,000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, decimal := range []string{".", ","} {
			n, err := number(s, decimal)
			if err == nil && (math.IsNaN(n) || math.IsInf(n, 0)) {
				t.Fatalf("%q gives %v", s, n)
			}
			if i, err := integer(s, decimal); err == nil && i > 1<<53 && len(s) < 10 {
				t.Fatalf("%q gives %d", s, i)
			}
		}
	})
}

func FuzzTime(f *testing.F) {
	f.Add("02.01.2006 15:04", "31.12.2026 10:00")
	f.Add("%Y-%m-%dT%H:%M:%S.%f%z", "2026-01-01T00:00:00.5+0100")
	f.Add("", "2026-01")
	f.Add("unix_ms", "1767225600000")
	f.Fuzz(func(t *testing.T, layout, text string) {
		o := Options{Format: "csv", TimeLayout: layout, TimeZone: time.FixedZone("", 3600)}
		if o.Check() != nil {
			return
		}
		read, err := newClock(o).read(text)
		if err != nil {
			return
		}
		if _, err := read.MarshalJSON(); err != nil {
			t.Fatalf("%q by %q gives %v: %v", text, layout, read, err)
		}
	})
}
