package text

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A Memo gives what Tokens and Forms give, whatever it read before.
func TestMemo(t *testing.T) {
	t.Parallel()
	texts := []string{"", "-- ++", "Rain jackets, rain jacket and JACKETS", "l'école d’été", "de\u0301ja\u0300 vu", "東京 tower", "a\xffb Häuser häuser HÄUSER", "\uff76\uff9e x"}
	memo := &Memo{}
	for range 2 {
		for _, langs := range [][]string{nil, {"en"}, {"de", "en"}, {"xx"}} {
			for _, s := range texts {
				want := []Word{}
				for _, token := range Tokens(s) {
					want = append(want, Word{token.Start, token.End, Forms(token, langs)})
				}
				if diff := cmp.Diff(want, memo.Words(s, langs)); diff != "" {
					t.Errorf("words of %q in %q (-want +got):\n%s", s, langs, diff)
				}
			}
		}
	}
}
