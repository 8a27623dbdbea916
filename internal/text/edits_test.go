package text_test

import (
	"strings"
	"testing"

	"semdex/internal/text"
)

func TestEdits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, a, b string
		want       int
	}{
		{"the same", "jacket", "jacket", 0},
		{"nothing and something", "", "tent", 4},
		{"one letter more", "jacket", "jackets", 1},
		{"one letter less", "jacket", "jaket", 1},
		{"another letter", "tent", "text", 1},
		{"two swapped", "trail", "taril", 1},
		{"swapped and another between counts each", "ca", "abc", 3},
		{"letters, not bytes", "hütte", "hutte", 1},
		{"what is beyond the bound does not count", strings.Repeat("x", 100) + "a", strings.Repeat("x", 100) + "bcd", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
				if got := text.Edits(pair[0], pair[1]); got != tt.want {
					t.Errorf("Edits(%q, %q) = %d, want %d", pair[0], pair[1], got, tt.want)
				}
			}
		})
	}
}
