package enginetest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"semdex"
	"semdex/internal/text"
	"semdex/search"
)

// titleStart reads what was typed as suggestions do.
func titleStart(typed string, access search.Access, limit int) *search.TitleStart {
	t := &search.TitleStart{Text: text.Fold(typed), Access: access, Limit: limit}
	for _, token := range text.Tokens(typed) {
		t.Words = append(t.Words, token.Term)
	}
	return t
}

func titlesOf(t *testing.T, v search.View, ask *search.TitleStart) []semdex.AssetID {
	t.Helper()
	ids, err := v.Titles(context.Background(), ask)
	if err != nil {
		t.Fatalf("Titles(%+v): %v", ask, err)
	}
	return ids
}

// sortTitle is the title that an asset sorts by.
func sortTitle(a *semdex.Asset) string { return text.Fold(a.Title.In(languages...)) }

// titled reports whether all words stand in the titles, the last one as the beginning of a word. must leaves inflected forms aside, which an engine
// may go by or not.
func titled(a *semdex.Asset, words []string, must bool) bool {
	var forms []string
	for _, title := range a.Title {
		for _, token := range text.Tokens(title) {
			if must {
				forms = append(forms, token.Term)
			} else {
				forms = append(forms, text.Forms(token, append([]string{"fr", "es"}, languages...))...)
			}
		}
	}
	last := len(words) - 1
	for _, w := range words[:last] {
		if !slices.Contains(forms, w) {
			return false
		}
	}
	return slices.ContainsFunc(forms, func(f string) bool { return strings.HasPrefix(f, words[last]) })
}

// titles types beginnings of generated titles for several readers, and compares with all assets.
func (s *suite) titles(t *testing.T) {
	typed := []string{"zzz"}
	for _, a := range s.assets[:60] {
		words := strings.Fields(a.Title.In(languages...))
		if len(words) == 0 {
			continue
		}
		first := []rune(words[0])
		typed = append(typed, string(first[:1]), string(first[:min(3, len(first))]), words[len(words)-1], strings.Join(words[:min(2, len(words))], " "))
	}
	for _, access := range []search.Access{everything, {}, {Use: semdex.Use{On: "2026-06-01", Territory: codePool[0]}, DenyMissing: true}} {
		for _, typed := range typed {
			if len(text.Tokens(typed)) > 0 {
				s.titlesFor(t, titleStart(typed, access, len(s.assets)))
			}
		}
	}
}

func (s *suite) titlesFor(t *testing.T, ask *search.TitleStart) {
	t.Helper()
	got := titlesOf(t, s.view, ask)
	var must, seen []string
	for _, d := range s.reference.docs {
		if slices.Contains(got, d.asset.ID) {
			if !d.permitted(ask.Access) || !titled(d.asset, ask.Words, false) {
				t.Errorf("%q as %+v finds %s, %q", ask.Text, ask.Access, d.asset.ID, d.asset.Title)
			}
			seen = append(seen, sortTitle(d.asset))
		} else if d.permitted(ask.Access) && titled(d.asset, ask.Words, true) {
			must = append(must, sortTitle(d.asset))
		}
	}
	if len(seen) != len(got) {
		t.Errorf("%q finds an asset twice, or one that is not there: %v", ask.Text, got)
	}
	for _, title := range must {
		if !slices.Contains(seen, title) {
			t.Errorf("%q as %+v does not find %q", ask.Text, ask.Access, title)
		}
	}
	slices.Sort(seen)
	if once := slices.Compact(slices.Clone(seen)); len(once) != len(seen) {
		t.Errorf("%q finds a title twice: %q", ask.Text, seen)
	}
}

// titleOrder tries which titles come first, and what is one title.
func titleOrder(t *testing.T, open Open) {
	asset := func(id, lang, title string, approval semdex.Approval) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID(id), Title: semdex.Text{lang: title}, Approval: approval}
	}
	view := pin(t, open(t, languages, []*semdex.Asset{
		asset("a:later", "en", "Our rain jacket", semdex.Approved), asset("a:zoo", "en", "Rain at the zoo", semdex.Approved), asset("a:box", "en", "Rain, in a box", semdex.Approved),
		asset("a:hidden", "en", "Rain again", semdex.Pending), asset("a:same", "en", "RAIN AT THE ZOO", semdex.Pending), asset("a:french", "fr", "Été pluvieux", semdex.Approved),
		asset("a:drain", "en", "A drain", semdex.Approved),
	}))
	tests := []struct {
		name, typed string
		access      search.Access
		limit       int
		want        []semdex.AssetID
	}{
		{"titles that begin so come first, by alphabet", "rain", search.Access{}, 10, []semdex.AssetID{"a:zoo", "a:box", "a:later"}},
		{"no more than the limit", "rain", search.Access{}, 2, []semdex.AssetID{"a:zoo", "a:box"}},
		{"all words", "rain bo", search.Access{}, 10, []semdex.AssetID{"a:box"}},
		{"words in any order", "jacket rai", search.Access{}, 10, []semdex.AssetID{"a:later"}},
		{"all but the last are whole words", "ra jack", search.Access{}, 10, nil},
		{"any language, accents folded", "ÉTE", search.Access{}, 10, []semdex.AssetID{"a:french"}},
		{"a word that stands nowhere", "rain zzz", search.Access{}, 10, nil},
	}
	for _, tt := range tests {
		got := titlesOf(t, view, titleStart(tt.typed, tt.access, tt.limit))
		if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %q (-want +got)\n%s", tt.name, tt.typed, d)
		}
	}
	if got := titlesOf(t, view, titleStart("rain", everything, 10)); len(got) != 4 {
		t.Errorf("who sees all finds %v, want four titles", got)
	}
}
