package intake

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// BenchmarkNext reads events of each shape; an operation is one event.
func BenchmarkNext(b *testing.B) {
	view := `{"eventId":"0b6a8c1e-8f1d-4e0c-9d9e-1c2d3e4f5a6b","eventType":"AssetViewed","userId":"5f6e7d8c","dateTime":"2026-01-12T10:00:00Z","assetId":"CA510292-E39E-4B28-AB6444CDD2B1C5C0"}`
	row := "31.01.2026 15:04;heruntergeladen;image;abc;u1;Vertrieb;DACH;1.200;1.049,50;;;;;\n"
	header, _, _ := strings.Cut(cantoTable, "\n")
	tests := []struct {
		name, start, again string
		o                  Options
	}{
		{"bynder", "", view + "\n", Options{Format: "bynder"}},
		{"csv", header + "\n", row, canto},
		{"semdex", "", `{"event_id":"e1","type":"asset.view","occurred_at":"2026-01-12T10:00:00Z","asset_id":"a","actor":{"id":"u"}}` + "\n", Options{Format: "semdex"}},
	}
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(tt.again)))
			file := &repeating{rest: tt.start, again: strings.Repeat(tt.again, 100), left: len(tt.start) + b.N*len(tt.again), each: 1 << 62}
			r, err := Open(file, tt.o)
			if err != nil {
				b.Fatal(err)
			}
			for err == nil {
				_, _, _, err = r.Next()
			}
			if !errors.Is(err, io.EOF) {
				b.Fatal(err)
			}
		})
	}
}
