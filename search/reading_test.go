package search

import (
	"testing"

	"semdex/internal/text"
)

func TestReadingIsAsExact(t *testing.T) {
	values := []string{"", " ", "Trail", "trail", " trail ", "TRAIL  run", "trail run", "trail/run", "Trail / run", "Éclair", "e\u0301clair", "eclair", "ÉCLAIR",
		"\u212Aelvin", "kelvin", "K", "k", "\u017Fhut", "shut", "ß", "ss", "+x", "2024", "\tx", "x", "İstanbul", "istanbul", "i\u0307stanbul"}
	for _, value := range values {
		for _, raw := range values {
			if got, want := newReading(value).same(raw), text.Exact(raw) == text.Exact(value); got != want {
				t.Errorf("%q reads like %q: %v, want %v", raw, value, got, want)
			}
		}
	}
}
