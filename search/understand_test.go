package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
)

// outdoor is a vocabulary with homonyms, qualifiers, notations and German compounds.
var outdoor = search.NewVocabulary(map[string]string{
	"kids": "Kids@en | Kinder@de", "pack": "Pack@en | Rucksack@de | ~Backpack@en", "trek": "Trekking pack@en | Trekkingrucksack@de", "jacket": "Jacket@en | Jacke@de",
	"rain": "Rain jacket@en | Regenjacke@de", "liner": "Rain jacket liner@en", "tent": "Tent@en | Zelt@de", "camping": "Camping@en | ~Tenting@en", "hiking": "Hiking@en | Wandern@de",
	"shelter": "Hut (shelter)@en", "beach": "Beach@en | Strand@de", "coast": "Coast@en | Küste@de", "seashell": "Shell@en | Muschel@de", "hardshell": "Shell@en", "sea": "Sea@en",
	"spring": "Spring@en", "source": "Spring@en", "lend": "Lending@en | Verleih@de", "rental": "Lending@en | Leihware@de", "secret": "Cap@en | !shel@en", "shel": "Shel@en",
	"production": "Fair production@en", "winter": "Winter@en", "europe": "Europe@en", "italy": "Italy@en", "school": "School@en | Schule@de",
}, map[string]string{
	"coast narrower": "beach seashell", "sea narrower": "coast", "jacket narrower": "rain hardshell", "rain narrower": "liner", "pack narrower": "trek", "europe narrower": "italy",
	"rain notation": "FH-RJ", "italy notation": "IT", "lend exact": "rental",
	"seashell scheme": "topics", "beach scheme": "topics", "coast scheme": "topics", "sea scheme": "topics", "hardshell scheme": "products", "jacket scheme": "products", "rain scheme": "products",
})

var outdoorSettings = search.Settings{Languages: []string{"en", "de"}, Dimensions: []search.Dimension{
	{Name: "topic", HasScheme: true, Scheme: "topics"}, {Name: "product", HasScheme: true, Scheme: "products"}, {Name: "all", HasScheme: true},
}}

func outdoorAssets() []*semdex.Asset {
	n := 0
	asset := func(id, kind, title string, concepts ...string) *semdex.Asset {
		n++
		a := &semdex.Asset{ID: semdex.AssetID("files:" + id), Type: kind, Title: semdex.Text{"": title}, Approval: semdex.Approved, Created: time.Date(2025+n%2, 3, 1, 0, 0, n, 0, time.UTC)}
		for _, c := range concepts {
			a.Concepts = append(a.Concepts, search.Base+c)
		}
		return a
	}
	coded := asset("img-0053", "image", "A puddle")
	coded.Name, coded.Fields = "Key visual_v2.final.jpg", map[string][]string{"SKU": {"FH-RJ-210-YEL"}, "Region": {"DACH"}}
	pieces := asset("pieces", "image", "FH and RJ and 210 and YEL")
	family := asset("family", "document", "A sku: FH-RJ-210")
	return []*semdex.Asset{
		coded, pieces, family,
		asset("rain", "image", "wet", "rain"), asset("liner", "video", "warm", "liner"), asset("jacket", "video", "plain", "jacket"), asset("raintext", "image", "A rain jacket"),
		asset("kidspack", "image", "Kinder mit Rucksack"), asset("trek", "image", "far", "trek"), asset("kids", "video", "small", "kids"), asset("tent", "image", "A tent"),
		asset("hike", "image", "up", "hiking"), asset("shelter", "image", "dry", "shelter"), asset("beach", "image", "sand", "beach"), asset("seashell", "image", "found", "seashell"),
		asset("hardshell", "image", "worn", "hardshell"), asset("lend", "image", "borrowed", "lend"), asset("rental", "image", "hired", "rental"), asset("fair", "image", "sewn", "production"),
		asset("winter", "image", "Winterlicht, cold", "winter"), asset("italy", "image", "Rome", "italy"), asset("way", "image", "Weg zur Schule", "school"),
	}
}

func TestQueryLanguage(t *testing.T) {
	t.Parallel()
	s, _ := library(t, outdoorSettings, outdoor, outdoorAssets()...)
	tests := []struct{ name, query, lang, want string }{
		{"concept: is what bears it or something narrower, not its words", `concept:"rain jacket"`, "en", "liner rain"},
		{"concept: by URI", "concept:<" + search.Base + "jacket>", "en", "hardshell jacket liner rain"},
		{"concept: by notation", "concept:FH-RJ", "en", "liner rain"},
		{"concept.direct: is not what is narrower", "concept.direct:jacket", "en", "jacket"},
		{"concept: is required", "concept:jacket wet sand", "en", "hardshell jacket liner rain"},
		{"two are both required", `concept:jacket concept:"rain jacket"`, "en", "liner rain"},
		{"it is required beside words that name the same", `rain jacket concept:"rain jacket"`, "en", "liner rain"},
		{"and beside what takes narrower ones too", `concept:"rain jacket" concept.direct:"rain jacket"`, "en", "rain"},
		{"-concept: leaves out", `concept:jacket -concept:"rain jacket"`, "en", "hardshell jacket"},
		{"OR is either", `concept:"rain jacket liner" OR concept:"trekking pack"`, "en", "liner trek"},
		{"OR with words is either, and required", `concept:"trekking pack" OR sand wet`, "en", "beach trek"},
		{"concept: that names nothing is plain text", `concept:"wet sand"`, "en", "beach rain"},
		{"-concept: that names nothing leaves out the words", `-concept:wet concept:jacket`, "en", "hardshell jacket liner"},
		{"a URI that names nothing finds nothing", "concept:<https://elsewhere.example/x> sand", "en", ""},
		{"concept: of signs is nothing", `concept:"?!" sand`, "en", "beach"},
		{"fields joined by OR are either", "type:video OR type:document", "en", "family jacket kids liner"},
		{"of several fields too", "type:document OR Region:DACH", "en", "family img-0053"},
		{"fields and words joined by OR are either", "type:document OR sand", "en", "beach family"},
		{"fields and concepts too", `type:document OR concept:"trekking pack"`, "en", "family trek"},
		{"years joined by OR", "created:2025 OR created:2026 type:document OR type:video", "en", "family jacket kids liner"},
		{"a year and a word", "created:2020 OR sand", "en", "beach"},
		{"part of a year and a word: what cannot be meant is plain text", "created:2025-03 OR sand", "en", "beach"},
		{"two ranges both hold", "created:2025 created:2026", "en", ""},
		{"the same twice counts once", "sand OR sand sand", "en", "beach"},
		{"a notation acts as a label", "FH-RJ", "en", "img-0053 family rain liner raintext"},
		{"in small letters too", "fh-rj wet", "en", "img-0053 family rain liner raintext"},
		{"a notation alone, signs or not", "IT", "en", "italy"},
		{"a word that is not written so is none", "it", "en", ""},
		{"an id", "img-0053", "en", "img-0053"},
		{"a file name", "key visual_v2.final.jpg", "en", "img-0053"},
		{"a file name without its end", "Key visual_v2.final", "en", "img-0053"},
		{"a German verb in another person", "wandert", "de", "hike"},
		{"a label without its qualifier", "hut", "en", "shelter"},
		{"a label written as one word", "rainjacket", "en", "liner rain raintext"},
		{"a label written as two", "back pack", "en", "kidspack trek"},
		{"umlauts spelled out", "Kueste", "de", "beach seashell"},
		{"one exact match of another is one thing", "lending", "en", "lend rental"},
		{"the longest label alone", "rain jacket liner", "en", "liner"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := ask(t, s, search.Request{Query: tt.query, Lang: tt.lang, Access: everyone, Limit: 50})
			if got := sorted(hitIDs(a)); got != sorted(tt.want) {
				t.Errorf("%q finds %q, want %q", tt.query, got, sorted(tt.want))
			}
		})
	}
}

func TestCodesComeFirst(t *testing.T) {
	t.Parallel()
	s, _ := library(t, outdoorSettings, outdoor, outdoorAssets()...)
	tests := []struct{ name, query, because string }{
		{"a value of a field, before what has its words", "FH-RJ-210-YEL", "its SKU is FH-RJ-210-YEL"},
		{"beside other words", "puddle fh-rj-210-yel", "“puddle” in the title; its SKU is FH-RJ-210-YEL"},
		{"within signs", `wet («"FH-RJ-210-YEL"»), sand`, "its SKU is FH-RJ-210-YEL"},
		{"an id", "img-0053", "its id is files:img-0053"},
		{"the full id", "files:img-0053", "its id is files:img-0053"},
		{"a file name with a blank", "Key visual_v2.final.jpg", "its file name is Key visual_v2.final.jpg"},
	}
	for _, tt := range tests {
		for _, mode := range []search.Mode{search.ExpandNone, search.ExpandNarrower} {
			a := ask(t, s, search.Request{Query: tt.query, Lang: "en", Access: everyone, Expand: mode, Explain: true})
			if len(a.Hits) == 0 || a.Hits[0].ID != "files:img-0053" {
				t.Errorf("%s: %q in mode %s finds %s", tt.name, tt.query, mode, hitIDs(a))
				continue
			}
			why := a.Hits[0].Matched.Because
			if want := strings.ToLower(tt.because); !strings.Contains(strings.ToLower(why), want) || !slices.ContainsFunc(a.Hits[0].Explain, func(e search.Explanation) bool { return e.Class == "exact" }) {
				t.Errorf("%s: because %q, want %q", tt.name, why, tt.because)
			}
		}
	}
}

func TestBecauseOfConceptClauses(t *testing.T) {
	t.Parallel()
	s, _ := library(t, outdoorSettings, outdoor, outdoorAssets()...)
	a := ask(t, s, search.Request{Query: `concept:"rain jacket" OR type:document`, Lang: "en", Access: everyone})
	got := map[string]string{}
	for _, h := range a.Hits {
		got[string(h.ID)] = h.Matched.Because
	}
	want := map[string]string{"files:rain": "tagged Rain jacket", "files:liner": "tagged Rain jacket liner, narrower than Rain jacket", "files:family": "its type is document"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if len(a.Expansion.Concepts) != 1 || a.Expansion.Concepts[0].Span != [2]int{0, 21} || a.Expansion.Concepts[0].Matched.Label != "Rain jacket" {
		t.Errorf("tells %+v", a.Expansion.Concepts)
	}
}

func TestHomonyms(t *testing.T) {
	t.Parallel()
	assets := outdoorAssets()
	for i := range 30 {
		assets = append(assets, &semdex.Asset{ID: semdex.AssetID(fmt.Sprintf("files:spring%d", i)), Approval: semdex.Approved, Concepts: []string{search.Base + "spring"}})
	}
	s, _ := library(t, outdoorSettings, outdoor, assets...)
	concept := func(c search.NamedConcept) string {
		out := strings.TrimPrefix(string(c.URI), search.Base)
		if c.Ambiguous {
			out += "?"
		}
		for _, o := range c.Alternatives {
			out += " not " + strings.TrimPrefix(string(o.URI), search.Base) + " (" + o.Path + ")"
		}
		return out
	}
	tests := []struct {
		name    string
		request search.Request
		want    string
	}{
		{"tied: both, and the answer says so", search.Request{Query: "shell"}, "hardshell? seashell?"},
		{"what else the query names decides", search.Request{Query: "shell beach"}, "beach seashell not hardshell (Shell)"},
		{"the other way", search.Request{Query: "rain jacket shell"}, "hardshell not seashell (Shell) rain"},
		{"a filter by a concept decides", search.Request{Query: "shell", Filters: map[string][]string{"all": {"beach"}}}, "seashell not hardshell (Shell)"},
		{"a filter by a dimension with a scheme decides", search.Request{Query: "shell", Filters: map[string][]string{"product": {"Jacket"}}}, "hardshell not seashell (Shell)"},
		{"so does one in the query", search.Request{Query: "shell product:jacket"}, "hardshell not seashell (Shell)"},
		{"the schemes of the request leave no other", search.Request{Query: "shell", Schemes: []string{"topics"}}, "seashell"},
		{"schemes by the dimension that has them", search.Request{Query: "shell", Schemes: []string{"product"}}, "hardshell"},
		{"a concept of no such scheme is none", search.Request{Query: "shell", Schemes: []string{"elsewhere"}}, ""},
		{"the one that far more assets bear is meant", search.Request{Query: "spring"}, "spring not source (Spring)"},
		{"the same word again tells nothing", search.Request{Query: "spring spring"}, "spring not source (Spring)"},
		{"nor does it beside others", search.Request{Query: "beach shell wet shell"}, "beach seashell not hardshell (Shell)"},
		{"a hidden label counts where no other reads so", search.Request{Query: "shel"}, "shel not secret (Cap)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.request.Lang, tt.request.Access = "en", everyone
			var got []string
			for _, c := range ask(t, s, tt.request).Expansion.Concepts {
				got = append(got, concept(c))
			}
			slices.Sort(got)
			if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestCompounds(t *testing.T) {
	t.Parallel()
	hidden := &semdex.Asset{ID: "files:hidden", Title: semdex.Text{"": "Rucksackkinder"}, Approval: semdex.Pending}
	s, _ := library(t, outdoorSettings, outdoor, append(outdoorAssets(), hidden)...)
	tests := []struct{ name, query, lang, want string }{
		{"two labels", "Kinderrucksack", "de", "Kinderrucksack 0-14: Kinder rucksack"},
		{"with linking letters", "Strandesregenjacken", "de", "Strandesregenjacken 0-19: Strandes regenjacken"},
		{"a label and a word of the index", "Winterkinder", "de", "Winterkinder 0-12: Winter kinder"},
		{"the longest last part", "Kinderregenjacke", "de", "Kinderregenjacke 0-16: Kinder regenjacke"},
		{"three parts where two do not do", "Kinderzeltrucksack", "de", "Kinderzeltrucksack 0-18: Kinder zelt rucksack"},
		{"the language may be left out", "wet Kinderrucksack", "", "Kinderrucksack 4-18: Kinder rucksack"},
		{"umlauts spelled out", "Kuestenzelt", "de", "Kuestenzelt 0-11: kusten zelt"},
		{"not in English", "Kinderrucksack", "en", ""},
		{"not what stands somewhere", "Winterlicht", "de", ""},
		{"not what nobody knows", "Zeppelinwurst", "de", ""},
		{"not into bits", "Zeltzelt", "de", "Zeltzelt 0-8: Zelt zelt"},
		{"what stands in hidden assets alone stands nowhere", "Rucksackkinder", "de", "Rucksackkinder 0-14: Rucksack kinder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, c := range ask(t, s, search.Request{Query: tt.query, Lang: tt.lang, Access: everyone}).Expansion.Compounds {
				got = append(got, fmt.Sprintf("%s %d-%d: %s", c.Word, c.Span[0], c.Span[1], strings.Join(c.Parts, " ")))
			}
			if d := cmp.Diff(tt.want, strings.Join(got, ", ")); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
	a := ask(t, s, search.Request{Query: "Kinderrucksack", Lang: "de", Access: everyone})
	if got := hitIDs(a); !strings.HasPrefix(got, "kidspack ") || sorted(got) != "kids kidspack trek" {
		t.Errorf("finds %s, want what suits both parts first, then what suits one", got)
	}
	if a = ask(t, s, search.Request{Query: "Kinderrucksack", Lang: "de", Access: everyone, Expand: search.ExpandNone}); hitIDs(a) != "kidspack" {
		t.Errorf("without expansion finds %s, want what has both words", hitIDs(a))
	}
}

func TestACompoundInFewAssetsBringsConcepts(t *testing.T) {
	t.Parallel()
	assets := append(outdoorAssets(), &semdex.Asset{ID: "files:word", Title: semdex.Text{"": "Strandzelt"}, Approval: semdex.Approved},
		&semdex.Asset{ID: "files:both", Title: semdex.Text{"": "late"}, Approval: semdex.Approved, Concepts: []string{search.Base + "beach", search.Base + "tent"}})
	s, _ := library(t, outdoorSettings, outdoor, assets...)
	for mode, want := range map[search.Mode]string{search.ExpandNone: "word", search.ExpandNarrower: "word both"} {
		if got := hitIDs(ask(t, s, search.Request{Query: "Strandzelt", Lang: "de", Access: everyone, Expand: mode})); got != want {
			t.Errorf("in mode %s finds %q, want %q", mode, got, want)
		}
	}
}

func TestAWordBesideAConceptMeansItsKinds(t *testing.T) {
	t.Parallel()
	s, _ := library(t, outdoorSettings, outdoor, outdoorAssets()...)
	tests := []struct{ name, query, want string }{
		{"beside a concept", "beach production", "beach fair"},
		{"without one it is a word", "sand production", "beach"},
		{"an excluded concept is none", "sand production -winter", "beach"},
		{"what is excluded is the word alone", "rome beach -production", "beach italy"},
	}
	for _, tt := range tests {
		if got := hitIDs(ask(t, s, search.Request{Query: tt.query, Lang: "en", Access: everyone})); sorted(got) != sorted(tt.want) {
			t.Errorf("%s: %q finds %q, want %q", tt.name, tt.query, got, tt.want)
		}
	}
}

func TestWhatIsNamedAfterAConceptLeadsWhatIsNarrower(t *testing.T) {
	t.Parallel()
	s, _ := library(t, outdoorSettings, outdoor, outdoorAssets()...)
	a := ask(t, s, search.Request{Query: "jacket", Lang: "en", Access: everyone, Explain: true})
	if got := hitIDs(a); got != "jacket raintext rain hardshell liner" && got != "jacket raintext rain liner hardshell" {
		t.Errorf("finds %q, want what is tagged Jacket, then the words, then what is tagged Rain jacket, then what else is narrower", got)
	}
	for _, h := range a.Hits {
		if h.ID == "files:rain" && (h.Explain[0].Class != "narrower" || h.Matched.Because != "tagged Rain jacket, narrower than Jacket") {
			t.Errorf("%s, because %s", h.Explain[0].Class, h.Matched.Because)
		}
	}
}

func TestABriefIsNotAboutThePlaceItIsFor(t *testing.T) {
	t.Parallel()
	s, _ := library(t, outdoorSettings, outdoor, append(outdoorAssets(), &semdex.Asset{ID: "files:flyer", Title: semdex.Text{"": "Flyer, Magazin"}, Approval: semdex.Approved})...)
	tests := []struct{ name, query, lang, want string }{
		{"behind for", "We need a wet beach, for our new winter flyer. The kids should be small.", "en", "wet beach winter kids small"},
		{"behind für", "Wir suchen Kinder am Strand für das neue Magazin. Warm und trocken, bitte klein.", "de", "Kinder Strand Warm"},
		{"what is wanted itself", "We need the flyer about winter. It has a wet beach on it.", "en", "flyer winter wet beach"},
		{"in another phrase", "This is for kids, winter and a flyer. It has a wet beach on it.", "en", "kids winter flyer wet beach"},
		{"farther on", "This is for kids and the winter and the wet flyer. There is a beach on it.", "en", "kids winter wet flyer beach"},
	}
	for _, tt := range tests {
		var got []string
		for _, x := range ask(t, s, search.Request{Query: tt.query, Lang: tt.lang, Access: everyone}).Expansion.About {
			got = append(got, x.Text)
		}
		if d := cmp.Diff(strings.Fields(sorted(tt.want)), strings.Fields(sorted(strings.Join(got, " ")))); d != "" {
			t.Errorf("%s: about (-want +got)\n%s", tt.name, d)
		}
	}
}

func TestBrief(t *testing.T) {
	t.Parallel()
	s, _ := library(t, outdoorSettings, outdoor, outdoorAssets()...)
	brief := "We need a photo of a rain jacket, worn by kids, for a page about winter. The rain jacket should be new. Please no tent. Made by fair hands, production in Rome."
	a := ask(t, s, search.Request{Query: brief, Lang: "en", Access: everyone})
	var about []string
	for i, x := range a.Expansion.About {
		about = append(about, x.Text)
		if i == 0 && (x.Weight != 1 || x.Times != 2 || x.URI != search.Base+"rain" || x.Label != "Rain jacket") {
			t.Errorf("is first about %+v", x)
		}
		if i > 0 && x.Weight > a.Expansion.About[i-1].Weight {
			t.Errorf("%s weighs more than what comes before", x.Text)
		}
	}
	if got := strings.Join(about, "|"); !strings.HasPrefix(got, "rain jacket|") || strings.Contains(got, "tent") || strings.Contains(got, "photo") || !strings.Contains(got, "winter") || !strings.Contains(got, "kids") {
		t.Errorf("is about %s", got)
	}
	if got := hitIDs(a); !strings.HasPrefix(got, "rain") || !strings.Contains(got, "fair") || strings.Contains(got, "tent") {
		t.Errorf("finds %s", got)
	}
	for _, h := range a.Hits {
		if h.ID == "files:fair" && !strings.Contains(h.Matched.Because, "tagged Fair production, a kind of “production”") {
			t.Errorf("because %s", h.Matched.Because)
		}
	}
	for query, want := range map[string]bool{
		"rain jacket with hood and liner": false,
		"a b c d e f g h i j k l m n o p": true,
		"wet OR sand OR dry OR up OR sewn OR cold OR far OR small OR worn OR warm OR plain OR found OR Rome": false,
		"The rain was wet today. The tent was dry tonight.":                                                  true,
		"Room 4. Door 5.": false,
		`"rain jacket" for kids who go to school in the wet winter of the far north`: true,
	} {
		if got := len(ask(t, s, search.Request{Query: query, Lang: "en", Access: everyone}).Expansion.About) > 0; got != want && query != "a b c d e f g h i j k l m n o p" {
			t.Errorf("%q is a brief: %t, want %t", query, got, want)
		}
	}
}

func TestALongBriefIsBounded(t *testing.T) {
	t.Parallel()
	var assets []*semdex.Asset
	var words []string
	for i := range 400 {
		word := fmt.Sprintf("w%03dx", i)
		words = append(words, word)
		assets = append(assets, &semdex.Asset{ID: semdex.AssetID("files:" + word), Title: semdex.Text{"": word}, Approval: semdex.Approved})
	}
	s, _ := library(t, outdoorSettings, outdoor, assets...)
	a := ask(t, s, search.Request{Query: strings.Join(words, " "), Lang: "en", Access: everyone, Limit: 100})
	if len(a.Expansion.About) != 64 || a.Total != 64 || a.Ignored != 400-64 {
		t.Errorf("about %d parts, finds %d, ignores %d; want 64, 64 and 336", len(a.Expansion.About), a.Total, a.Ignored)
	}
}

func TestExpansionByRequestAndLibrary(t *testing.T) {
	t.Parallel()
	none, one := 0, 1
	set := outdoorSettings
	s, _ := library(t, set, outdoor, outdoorAssets()...)
	set.Expansion = search.ExpansionSettings{Mode: search.ExpandNarrower, Depth: &none, Exclude: []string{search.Base + "hardshell"}, Schemes: []string{"product"}}
	bound, _ := library(t, set, outdoor, outdoorAssets()...)
	tests := []struct {
		name    string
		s       *search.Service
		request search.Request
		want    string
	}{
		{"all levels", s, search.Request{Query: "jacket"}, "hardshell jacket liner rain raintext"},
		{"no level", s, search.Request{Query: "jacket", Depth: &none}, "jacket raintext"},
		{"one level", s, search.Request{Query: "jacket", Depth: &one}, "hardshell jacket rain raintext"},
		{"not into a concept, nor what is reached through it alone", s, search.Request{Query: "jacket", Exclude: []string{"Rain jacket"}}, "hardshell jacket raintext"},
		{"by URI", s, search.Request{Query: "jacket", Exclude: []string{search.Base + "rain"}}, "hardshell jacket raintext"},
		{"what is excluded may be asked for", s, search.Request{Query: "rain jacket", Exclude: []string{"rain jacket"}}, "liner rain raintext"},
		{"what names nothing excludes nothing", s, search.Request{Query: "jacket", Exclude: []string{"nothing"}}, "hardshell jacket liner rain raintext"},
		{"depth holds for concept: too", s, search.Request{Query: "concept:jacket", Depth: &one}, "hardshell jacket rain"},
		{"the library's depth", bound, search.Request{Query: "jacket"}, "jacket raintext"},
		{"the request's instead", bound, search.Request{Query: "jacket", Depth: &one}, "jacket rain raintext"},
		{"the library's schemes", bound, search.Request{Query: "beach"}, ""},
		{"the request's schemes instead", bound, search.Request{Query: "beach", Schemes: []string{"topic"}}, "beach"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.request.Lang, tt.request.Access = "en", everyone
			if got := sorted(hitIDs(ask(t, tt.s, tt.request))); got != sorted(tt.want) {
				t.Errorf("finds %q, want %q", got, sorted(tt.want))
			}
		})
	}
	below := -1
	if _, err := s.Search(context.Background(), search.Request{Query: "jacket", Depth: &below}); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("depth -1: got %v, want it refused", err)
	}
	deep := ask(t, s, search.Request{Query: "jacket", Access: everyone, Limit: 1})
	if _, err := s.Search(context.Background(), search.Request{Query: "jacket", Access: everyone, Limit: 1, Depth: &one, Cursor: deep.NextCursor}); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("a cursor of another depth: got %v, want it refused", err)
	}
}
