package generate

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"semdex"
)

// types of assets with their endings, by share.
var (
	types      = []string{"image", "video", "document", "graphic", "presentation", "audio"}
	endings    = []string{"jpg", "mp4", "pdf", "svg", "pptx", "wav"}
	typeShares = newSampler([]float64{.72, .1, .08, .06, .03, .01})

	approvals      = []semdex.Approval{semdex.Approved, semdex.Pending, semdex.Restricted, semdex.Rejected, semdex.Expired, semdex.Archived}
	approvalShares = newSampler([]float64{.8, .08, .04, .02, .03, .03})
)

// Asset makes the asset with that number, in its first form.
func (l *Library) Asset(n int) *semdex.Asset { return l.Revision(n, 0) }

// Revision makes a later form of an asset: what it shows and when it was created is the same, texts, tags and
// fields are others.
func (l *Library) Revision(n, revision int) *semdex.Asset {
	r := l.random('a', n)
	kind := typeShares.draw(r)
	created := began.Add(time.Duration(r.Int64N(years*365*86_400)) * time.Second)
	a := &semdex.Asset{
		ID: semdex.AssetID(fmt.Sprintf("a%d", n)), Type: types[kind], Name: fmt.Sprintf("%s_%07d.%s", strings.ToUpper(types[kind][:3]), n, endings[kind]),
		Language: "en", Created: created, Width: 800 + r.Int64N(7200), Height: 600 + r.Int64N(5400), Size: 20_000 + r.Int64N(40_000_000),
	}
	if types[kind] == "video" || types[kind] == "audio" {
		a.Duration = float64(r.IntN(6000)) / 10
	}
	if revision > 0 {
		r = l.random('r', n<<16|revision)
	}
	a.Modified = created.Add(time.Duration(r.Int64N(86_400*30))*time.Second + time.Duration(revision)*time.Hour)
	a.Approval = approvals[approvalShares.draw(r)]
	concepts := l.leaves.draw(r, l.tags.draw(r))
	l.addTags(r, a, concepts)
	l.addTexts(r, a, concepts)
	l.addValues(r, a)
	addRights(r, a)
	return a
}

// rawTag is how many of the concepts of an asset stand as a label among its tags, not as a URI.
const rawTag = .3

func (l *Library) addTags(r *rand.Rand, a *semdex.Asset, concepts []int) {
	for _, c := range concepts {
		concept := &l.Vocabulary.Concepts[c]
		if r.Float64() >= rawTag {
			a.Concepts = append(a.Concepts, string(concept.URI))
			continue
		}
		label := concept.Labels[0].Text
		if r.Float64() < .4 {
			label = concept.Labels[r.IntN(len(concept.Labels))].Text
		}
		if r.Float64() < .3 {
			label = capital(label)
		}
		a.Tags = append(a.Tags, label)
	}
	for range r.IntN(4) {
		a.Keywords = append(a.Keywords, l.words["en"][l.rare(r)])
	}
}

// rare draws the rank of a word that stands in few texts.
func (l *Library) rare(r *rand.Rand) int {
	for {
		if rank := l.spoken.draw(r); rank >= frequentWords {
			return rank
		}
	}
}

// saidInTitle is how often the label of a concept stands in the title, where it is not too long. This gives labelInText.
const saidInTitle = .168

func (l *Library) addTexts(r *rand.Rand, a *semdex.Asset, concepts []int) {
	length := l.titles.draw(r)
	var said []string
	for _, c := range concepts {
		label := strings.Fields(l.Vocabulary.Concepts[c].Labels[0].Text)
		if r.Float64() < saidInTitle && len(said)+len(label) <= length {
			said = append(said, label...)
		}
	}
	a.Title = semdex.Text{"en": l.sentence(r, "en", length, said)}
	if r.Float64() < .15 {
		a.Title["de"] = l.sentence(r, "de", l.titles.draw(r), nil)
	}
	if n := l.details.draw(r); n > 0 {
		a.Description = semdex.Text{"en": l.sentence(r, "en", n, nil)}
	}
}

// sentence makes a text of n words that begins with what is said.
func (l *Library) sentence(r *rand.Rand, lang string, n int, said []string) string {
	words := said
	for len(words) < n {
		rank := l.spoken.draw(r)
		w := l.words[lang][rank]
		if rank >= frequentWords && r.Float64() < .1 { // an inflected form
			w += map[string]string{"en": "s", "de": "en"}[lang]
		}
		words = append(words, w)
	}
	return capital(strings.Join(words, " "))
}

func (l *Library) addValues(r *rand.Rand, a *semdex.Asset) {
	a.Fields = map[string][]string{}
	for _, f := range []struct {
		name  string
		share float64
	}{{"Region", .9}, {"Campaign", .6}, {"Product line", .5}, {"SKU", .5}} {
		if r.Float64() < f.share {
			a.Fields[f.name] = []string{l.fields[f.name][l.ranks[f.name].draw(r)]}
		}
	}
	if region := l.fields["Region"]; a.Fields["Region"] != nil && r.Float64() < .2 {
		if second := region[r.IntN(len(region))]; second != a.Fields["Region"][0] {
			a.Fields["Region"] = append(a.Fields["Region"], second)
		}
	}
	for range r.IntN(3) {
		a.Albums = append(a.Albums, l.albums[l.ranks["album"].draw(r)])
	}
}

// addRights bounds most assets in time, and some of these to territories.
func addRights(r *rand.Rand, a *semdex.Asset) {
	if r.Float64() < .1 {
		return
	}
	a.Rights = &semdex.Rights{License: "rights-managed"}
	if r.Float64() < .7 {
		until := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(10*365))
		a.Rights.ValidUntil = semdex.DateOf(until)
	}
	if r.Float64() < .4 {
		for _, at := range r.Perm(len(territories))[:1+r.IntN(20)] {
			a.Rights.Territories = append(a.Rights.Territories, territories[at])
		}
	}
}
