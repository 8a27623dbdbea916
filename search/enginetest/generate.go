package enginetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"semdex"
)

// Words that generated texts are made of: inflected, accented, nested in one another, in two languages.
var Words = strings.Fields(`jacket jackets rain raincoat coat liner tent tents hut huts trail trails running run runner ridge peak summit
	snow ski skiing glacier forest school schools packaging package recycled recycling recyclable box boxes cotton wool down café
	naïve Öko Jacke Jacken Regen Regenjacke Hütte Hütten Verpackung Verpackungen nachhaltig nachhaltige Schule Schulen Wald Wälder
	Gipfel Schnee Zelt Zelte the of and der die und it a2 2026 hero`)

var (
	tagPool      = strings.Fields("kids outdoor eco-friendly recyclable Recyclable hut Hütte trail spring summer winter logo packshot team")
	regionPool   = []string{"DACH", "dach", "Nordics", "UK", "US"}
	typePool     = []string{"image", "video", "document", "audio"}
	albumPool    = []string{"Campaigns", "Campaigns/2026", "Campaigns/2026/Spring", "Products", "Products/Jackets"}
	codePool     = []string{"DE", "de", "AT", "us", "GB"}
	channelPool  = []string{"web", "WEB", "print", "social"}
	prefixPool   = []string{"files", "canto:image", "canto:video", "bynder"}
	languagePool = []string{"", "", "en", "de"}
)

// ConceptURI names a generated concept.
func ConceptURI(n int) string { return fmt.Sprintf("https://voc.example/c/%d", n) }

// generator makes assets from a seed.
type generator struct {
	*rand.Rand
	concepts int
}

// Generate makes n assets, the same for the same seed. They bear one to ten of the given number of concepts,
// four on average, low numbers far more often than high ones, and texts of Words. Every field is missing
// somewhere.
func Generate(seed uint64, n, concepts int) []*semdex.Asset {
	g := generator{rand.New(rand.NewPCG(seed, 1)), concepts}
	assets := make([]*semdex.Asset, n)
	for i := range assets {
		assets[i] = g.asset(i)
	}
	return assets
}

func (g *generator) asset(i int) *semdex.Asset {
	a := &semdex.Asset{
		ID: semdex.AssetID(fmt.Sprintf("%s:%d", pick(g, prefixPool), i)), Type: pick(g, typePool), Name: g.name(i),
		Title: g.text(2 + g.IntN(5)), Language: pick(g, languagePool), Tags: g.some(tagPool, 4), Keywords: g.some(tagPool, 2),
		Albums: g.some(albumPool, 2), Approval: semdex.Approved, Size: int64(g.IntN(50)) << 20, Rights: g.rights(),
	}
	if g.IntN(3) > 0 {
		a.Description = g.text(5 + g.IntN(20))
	}
	for range 1 + min(g.IntN(4), g.IntN(10)) + g.IntN(3) {
		a.Concepts = append(a.Concepts, ConceptURI(g.rank(g.concepts)))
	}
	a.Fields = map[string][]string{"Region": g.some(regionPool, 2), "SKU": {fmt.Sprintf("%04d", g.IntN(2000))}}
	if g.IntN(4) == 0 {
		a.Approval = pick(g, semdex.Approvals)
	}
	if g.IntN(8) > 0 {
		a.Created = time.Date(2020+g.IntN(7), time.Month(1+g.IntN(12)), 1+g.IntN(28), g.IntN(24), 0, 0, 0, time.UTC)
		a.Modified = a.Created.AddDate(0, g.IntN(12), 0)
	}
	return a
}

func pick[T any](g *generator, from []T) T { return from[g.IntN(len(from))] }

// some picks up to most of the list, each once.
func (g *generator) some(from []string, most int) []string {
	var out []string
	for _, i := range g.Perm(len(from))[:g.IntN(most+1)] {
		out = append(out, from[i])
	}
	return out
}

// rank picks from 0 to n-1; number k is about k+1 times as rare as number 0 (Zipf).
func (g *generator) rank(n int) int {
	return int(rand.NewZipf(g.Rand, 1.05, 8, uint64(n-1)).Uint64())
}

func (g *generator) words(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = Words[g.rank(len(Words))]
		if g.IntN(10) == 0 {
			out[i] += pick(g, []string{",", ".", " -", "!"})
		}
	}
	return strings.Join(out, " ")
}

func (g *generator) text(n int) semdex.Text {
	switch g.IntN(4) {
	case 0:
		return semdex.Text{"en": g.words(n), "de": g.words(n)}
	case 1:
		return semdex.Text{"en-gb": g.words(n)}
	}
	return semdex.Text{"": g.words(n)}
}

func (g *generator) name(i int) string {
	if g.IntN(5) == 0 {
		return ""
	}
	return fmt.Sprintf("%s_%s_v%d.jpg", Words[g.rank(len(Words))], pick(g, []string{"hero", "IMG", "final"}), i%3)
}

func (g *generator) rights() *semdex.Rights {
	if g.IntN(4) == 0 {
		return nil
	}
	r := &semdex.Rights{Territories: g.some(codePool, 3), Channels: g.some(channelPool, 2)}
	if g.IntN(2) == 0 {
		r.ValidFrom = g.day()
	}
	if g.IntN(2) == 0 {
		r.ValidUntil = g.day()
	}
	if g.IntN(20) == 0 {
		r.Territories = []string{""}
	}
	return r
}

// day gives one of few days, so that bounds are often met exactly.
func (g *generator) day() semdex.Date {
	return semdex.Date(fmt.Sprintf("2026-%02d-15", 1+g.IntN(6)))
}
