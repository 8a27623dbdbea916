package intake

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"semdex"
)

// TestLargeFilesAreReadInLittleMemory reads 8 MiB of each shape, broken ones too, and looks at what lives meanwhile.
func TestLargeFilesAreReadInLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads much; not with -short")
	}
	const size, most = 8 << 20, 6 << 20
	event := `{"eventId":"e","eventType":"user.login","dateTime":"2026-01-01T00:00:00Z"}`
	tests := []struct{ name, start, again, format string }{
		{"lines", "", event + "\n", "bynder"},
		{"an array", "[", event + ",", "bynder"},
		{"an object with an array", `{"items":[`, event + ",", "bynder"},
		{"an object that is no record", `{"other":[`, event + ",", "bynder"},
		{"a text without an end", `[{"a":"`, "xxxxxxxxxxxxxxxx", "bynder"},
		{"brackets without an end", `[{"a":`, "[", "bynder"},
		{"objects without an end", "", `{"data":`, "bynder"},
		{"lists without an end", "", "[", "bynder"},
		{"a table", "occurred_at,type\n", "2026-01-01T00:00:00Z,user.login\n", "csv"},
		{"a row without an end", "occurred_at,type\n", "2026-01-01T00:00:00Z", "csv"},
		{"quotes without an end", "occurred_at,type\n", "\"2026-01-01T00:00:00Z\n", "csv"},
		{"a header without an end", "occurred_at,type", ",column", "csv"},
		{"our own", "", `{"type":"user.login","occurred_at":"2026-01-01T00:00:00Z"}` + "\n", "semdex"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			runtime.GC()
			var before, now runtime.MemStats
			runtime.ReadMemStats(&before)
			look := func() {
				runtime.GC()
				runtime.ReadMemStats(&now)
				if now.HeapAlloc > before.HeapAlloc+most {
					t.Fatalf("%d MiB live", (now.HeapAlloc-before.HeapAlloc)>>20)
				}
			}
			file := &repeating{rest: tt.start, again: strings.Repeat(tt.again, 1+4096/len(tt.again)), left: size, each: size / 4, do: look}
			r, err := Open(file, Options{Format: tt.format})
			if err != nil && semdex.CodeOf(err) != semdex.Invalid {
				t.Fatal(err)
			}
			for err == nil || !errors.Is(err, io.EOF) && semdex.CodeOf(err) != semdex.Internal {
				if r == nil {
					return
				}
				_, _, _, err = r.Next()
			}
			if !errors.Is(err, io.EOF) || file.left > 0 {
				t.Errorf("ended with %v, %d bytes left", err, file.left)
			}
		})
	}
}

// repeating gives a text and then another one again and again, and does something now and then.
type repeating struct {
	rest, again      string
	left, each, next int
	do               func()
}

func (r *repeating) Read(b []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	if r.next += len(b); r.next > r.each {
		r.next = 0
		r.do()
	}
	if r.rest == "" {
		r.rest = r.again
	}
	n := copy(b, r.rest)
	r.rest, r.left = r.rest[n:], r.left-n
	return n, nil
}
