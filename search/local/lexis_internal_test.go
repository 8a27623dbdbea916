package local

import (
	"context"
	"fmt"
	"testing"

	"semdex"
	"semdex/search"
)

// TestTextsAreForgotten asks one view for more texts than are numbered: none may be mistaken for another, nor their
// number grow on and on.
func TestTextsAreForgotten(t *testing.T) {
	t.Parallel()
	x, err := Open(t.TempDir(), []string{"en"})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	hut := &semdex.Asset{ID: "files:hut", Title: semdex.Text{"": "a hut"}}
	if err := x.Apply(context.Background(), []Change{{ID: hut.ID, Asset: hut}}, 1); err != nil {
		t.Fatal(err)
	}
	v := x.View()
	defer v.Release()
	const each = 1 << 12
	for from := 0; from <= 2*maxTexts; from += each {
		texts := []search.TextEvidence{{Terms: [][]string{{"hut"}}, Class: search.Words, Weight: 1}}
		for i := range each {
			texts = append(texts, search.TextEvidence{Terms: [][]string{{fmt.Sprint(from + i)}}, Class: search.Synonym, Weight: 1})
		}
		r, err := v.Search(context.Background(), &search.Plan{Groups: []search.Group{{Texts: texts}}, Access: search.Access{All: true}, Limit: 1})
		if err != nil || r.Total != 1 || r.Hits[0].Matches[0].Class != search.Words {
			t.Fatalf("after %d texts: %+v, %v", from, r, err)
		}
	}
	for i := range x.current.parts {
		if n := len(x.current.parts[i].lexis.known); n > maxTexts+each {
			t.Errorf("%d texts have a number", n)
		}
	}
}

// TestTextIsKeptOnce finds a text twice, as two searches do that ask for it at the same time.
func TestTextIsKeptOnce(t *testing.T) {
	t.Parallel()
	l, by := newLexis(nil, 10), newLexicon()
	first, second := &matched{docs: 1, list: []uint32{3}}, &matched{docs: 1, list: []uint32{3}}
	l.keep(by, []uint32{0}, []*matched{first}, []int{0})
	l.keep(by, []uint32{0}, []*matched{second}, []int{0})
	if l.known[0] != first || l.bytes != first.size() {
		t.Errorf("%d bytes are counted, want %d for what was found first", l.bytes, first.size())
	}
}
