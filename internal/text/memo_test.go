package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A Memo gives what Tokens and Forms give, whatever it read before.
func TestMemo(t *testing.T) {
	t.Parallel()
	texts := []string{strings.Repeat("word ", roomWords-1), strings.Repeat("more ", 2*roomWords), strings.Repeat("x ", roomWords), "", "-- ++", "Rain jackets, rain jacket and JACKETS", "l'école d’été", "de\u0301ja\u0300 vu", "東京 tower", "a\xffb Häuser häuser HÄUSER", "\uff76\uff9e x"}
	memo := &Memo{}
	var given, copies [][]Word
	for range 2 {
		for _, langs := range [][]string{nil, {"en"}, {"de", "en"}, {"xx"}} {
			for _, s := range texts {
				want := []Word{}
				for _, token := range Tokens(s) {
					want = append(want, Word{token.Start, token.End, Forms(token, langs)})
				}
				got := memo.Words(s, langs)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("words of %q in %q (-want +got):\n%s", s, langs, diff)
				}
				given, copies = append(given, got), append(copies, want)
			}
		}
	}
	if diff := cmp.Diff(copies, given); diff != "" {
		t.Errorf("what was given before changed (-want +got):\n%s", diff)
	}
}
