// Package generate makes libraries of any size that are tagged and worded as a real one is: Tate's works, of which
// tate.go holds the figures. They are what speed is measured on.
//
// What always holds: the same seed and sizes give the same bytes, whatever machine makes them. An asset is made
// of the seed and its number alone, so that any one can be made again, changed or left out, and a library of
// any size is written in constant memory.
package generate

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Format changes with anything that is generated.
const Format = 1

// Options of a Library.
type Options struct {
	Seed     uint64
	Assets   int // of the whole library: it decides how many words there are
	Concepts int // of the topics, all levels together
	Use      int `json:",omitempty"` // events of a year of use; 0 leaves it at a few
}

// Default are the sizes that speed is measured at.
func Default() Options { return Options{Seed: 1, Assets: 1_000_000, Concepts: 5_000} }

// Library makes assets and their vocabulary. It is safe for use by many goroutines.
type Library struct {
	Options
	Vocabulary *Vocabulary

	words   map[string][]string // language -> by rank
	spoken  sampler             // rank of a word in a text
	titles  sampler             // words of a title
	details sampler             // words of a description
	tags    sampler             // concepts of an asset
	leaves  *leaves
	albums  []string
	fields  map[string][]string // custom field -> values by rank
	ranks   map[string]sampler  // custom field -> rank of a value
}

// New makes the vocabulary of a library and what its assets are drawn from.
func New(o Options) *Library {
	n := int(float64(tateWords) * power(float64(o.Assets)/tateWorks, heaps))
	l := &Library{Options: o, words: map[string][]string{"en": wordList("en", n), "de": wordList("de", n)}}
	l.spoken = newSampler(wordShares.weights(n))
	l.titles, l.details, l.tags = newSampler(titleWords), newSampler(descriptionWords), newSampler(tagsPerWork)
	l.Vocabulary = newVocabulary(l.random('v', 0), o.Concepts, l.words)
	l.leaves = newLeaves(l.Vocabulary)
	l.addFields(l.random('f', 0))
	return l
}

// random gives the randomness of one thing: of that kind, with that number.
func (l *Library) random(kind byte, n int) *rand.Rand {
	return rand.New(rand.NewPCG(l.Seed, uint64(kind)<<56|uint64(n)))
}

// territories are the codes that rights are bound to.
var territories = []string{"DE", "AT", "CH", "GB", "IE", "FR", "BE", "NL", "LU", "IT", "ES", "PT", "SE", "NO", "DK", "FI", "PL", "CZ", "SK", "HU",
	"RO", "BG", "GR", "TR", "US", "CA", "MX", "BR", "JP", "AU"}

// Fields are the custom fields that assets have, and ProductLines how many concepts the scheme of products has.
var Fields = []string{"Region", "Campaign", "Product line", "SKU"}

const (
	campaigns = 300
	// ProductLines is the number of product lines, each a concept of Products.
	ProductLines = 40
	skus         = 20_000
)

func (l *Library) addFields(r *rand.Rand) {
	l.fields = map[string][]string{"Region": {"DACH", "Benelux", "Nordics", "UK & Ireland", "France", "Iberia", "Italy", "Eastern Europe", "North America", "Asia Pacific"}}
	content := l.words["en"][frequentWords:]
	for i := range campaigns {
		name := fmt.Sprintf("%s %s %d", capital(content[r.IntN(300)]), capital(content[r.IntN(300)]), 2012+i%15)
		l.fields["Campaign"] = append(l.fields["Campaign"], name)
	}
	for i := range ProductLines {
		l.fields["Product line"] = append(l.fields["Product line"], l.Vocabulary.Concepts[l.Vocabulary.products+i].Labels[0].Text)
	}
	for i := range skus {
		l.fields["SKU"] = append(l.fields["SKU"], fmt.Sprintf("%c%c-%05d", 'A'+i%23, 'A'+i/23%23, (i*7919)%100_000))
	}
	for year := range 15 {
		for i := range 60 {
			l.albums = append(l.albums, fmt.Sprintf("Campaigns/%d/%s", 2012+year, l.fields["Campaign"][(year*60+i*7)%campaigns]))
			l.albums = append(l.albums, fmt.Sprintf("Shoots/%d/%s %02d", 2012+year, capital(content[r.IntN(500)]), i))
		}
	}
	l.ranks = map[string]sampler{"album": newSampler(curve{{1, 1}, {len(l.albums), .01}}.weights(len(l.albums)))}
	for name, values := range l.fields {
		l.ranks[name] = newSampler(curve{{1, 1}, {len(values), 1 / power(float64(len(values)), .6)}}.weights(len(values)))
	}
}

// began is when the oldest asset was created, years before the newest.
var began = time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC)

const years = 14

// Word is the word of a language with that rank, 0 being the most frequent one.
func (l *Library) Word(lang string, rank int) string {
	words := l.words[lang]
	return words[min(rank, len(words)-1)]
}
