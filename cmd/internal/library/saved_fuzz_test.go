package library

import (
	"testing"

	"semdex"
	"semdex/internal/mirror"
)

// FuzzResultCursor guards that a cursor is one of ours, of this search and within its log, or is refused.
func FuzzResultCursor(f *testing.F) {
	s := &savedSearch{ID: "srch_a.b", Result: mirror.SavedResult{Newest: 9, Horizon: 2}}
	for _, seed := range []string{"", "x", resultCursor{s.ID, 5, 9}.String(), resultCursor{s.ID, 10, 1}.String(), resultCursor{"other", 5, 5}.String(), resultCursor{s.ID, 1, 1}.String(), feedCursor{1, 1}.String()} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readResultCursor(text, s)
		if err != nil {
			if semdex.CodeOf(err) != semdex.Invalid {
				t.Errorf("%q: got %v", text, err)
			}
			return
		}
		if c.search != s.ID || c.after > s.Result.Newest || max(c.after, c.began) < s.Result.Horizon || text != "" && c.String() != text {
			t.Errorf("%q is read as %+v", text, c)
		}
	})
}
