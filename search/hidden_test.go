package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
)

// typedWords stand in assets; some are others but for typing errors, inflected or parts of others.
var typedWords = strings.Fields(`tent tents lantern lanterm crampons crampon packaging packging packing jacket jackett mountain mountian regenjacke zelte
	huttentour hutte tour wandern wanderweg weg quagga zebra river riverside side shell boots boot FH-RJ-210 IMG_4711.jpg`)

// wordyAsset bears words wherever an asset may bear any.
func wordyAsset(r *rand.Rand, n int) *semdex.Asset {
	one := func(list ...string) string { return list[r.IntN(len(list))] }
	word := func() string {
		w := one(typedWords...)
		return one(w, w, strings.ToUpper(w[:1])+w[1:])
	}
	a := livingAsset(r, n)
	a.Title, a.Description = semdex.Text{"en": word() + " " + word()}, semdex.Text{"de": word() + " " + word() + " " + word()}
	a.Tags, a.Type, a.Albums, a.Name = append(a.Tags, word()), one("image", "video", "Image"), []string{one("A", "A/b", "a/B", "C")}, word()+".jpg"
	a.Fields["Campaign"] = []string{one("Spring", "spring", "SPRING 2026", "10", "2026-03")}
	a.Width = int64(r.IntN(3) * 1000)
	return a
}

// typedQuery uses all of the query language, with typing errors.
func typedQuery(r *rand.Rand) string {
	one := func(list ...string) string { return list[r.IntN(len(list))] }
	var parts []string
	for range 1 + r.IntN(3) {
		w := one(one(typedWords...), one(typedWords...), one(names...))
		cut := 1 + r.IntN(len(w)-1)
		parts = append(parts, one(w, w, w, w[:len(w)-1], w[:cut]+"x"+w[cut:], `"`+w+` tent"`, w+"*", "-"+w, "OR "+w, w+one(typedWords[:8]...),
			one("type:image", "campaign:spring", "album:a", "width:1000..", "tags:Tent", "campaign:..20", "region:r9")))
	}
	return strings.Join(parts, " ")
}

// toldBy gives all that an answer tells but scores, which the frequency of words in all assets is for, and the order by them.
func toldBy(t *testing.T, s *search.Service, request search.Request, typed string, id semdex.AssetID) map[string]any {
	t.Helper()
	a := ask(t, s, request)
	a.NextCursor = ""
	for i := range a.Hits {
		a.Hits[i].Score = 0
	}
	slices.SortFunc(a.Hits, func(x, y search.Hit) int { return strings.Compare(string(x.ID), string(y.ID)) })
	out := map[string]any{"answer": a}
	suggestions := suggest(t, s, search.SuggestRequest{Query: typed, Lang: request.Lang, Access: request.Access})
	for i := range suggestions { // of titles that sort alike any may be told
		suggestions[i].ID, suggestions[i].Text = "", strings.ToLower(suggestions[i].Text)
	}
	out["suggestions"] = suggestions
	w, err := s.Why(context.Background(), string(id), request, request.Access)
	if err != nil {
		t.Fatal(err)
	}
	if out["found"] = w.Found; !w.Found {
		out["why"] = w
	}
	return out
}

// TestHiddenAssetsChangeNothing asks a library with assets that a key may not see, by approval, by rights or by what it is
// restricted to, and one without them. Whatever is asked, the answers tell the same.
func TestHiddenAssetsChangeNothing(t *testing.T) {
	t.Parallel()
	access := everyone
	access.Only = search.OnlyWhere(map[string][]string{"region": {"r0", "r1", "r2"}})
	seeds, queries := 4, 200
	if testing.Short() {
		seeds, queries = 1, 100
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 7))
			var visible, all []*semdex.Asset
			for n := range 120 {
				a := wordyAsset(r, n)
				switch n % 6 {
				case 0, 1:
					visible = append(visible, a)
				case 2, 3:
					a.Approval = semdex.Pending
				case 4:
					a.Rights = &semdex.Rights{ValidUntil: "2020-01-01"}
				default:
					a.Fields["Region"] = []string{"r9"}
				}
				all = append(all, a)
			}
			g := newLiving(r, 25).graph()
			with, _ := library(t, livingSettings, g, all...)
			without, _ := library(t, livingSettings, g, visible...)
			for range queries {
				request := search.Request{Query: typedQuery(r), Lang: []string{"", "en", "de"}[r.IntN(3)], Expand: search.Modes[r.IntN(4)], Access: access, Limit: 100, AsTyped: r.IntN(3) == 0,
					Facets: []string{"type", "campaign", "album", "tags", "topic", "product", "region", "year", "width", "created"}}
				if r.IntN(3) == 0 {
					request.Filters = map[string][]string{[]string{"type", "campaign", "album", "tags", "concept"}[r.IntN(5)]: {[]string{"image", "Spring", "a", "tent", "Tent", "A/b"}[r.IntN(6)]}}
				}
				typed, id := typedWords[r.IntN(len(typedWords))][:3], visible[r.IntN(len(visible))].ID
				if d := cmp.Diff(toldBy(t, without, request, typed, id), toldBy(t, with, request, typed, id)); d != "" {
					t.Fatalf("%q in %q, %s, filtered by %v, %s (-without +with)\n%s", request.Query, request.Lang, request.Expand, request.Filters, id, d)
				}
			}
		})
	}
}
