package search

import (
	"context"
	"html"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/internal/text"
)

func TestMark(t *testing.T) {
	long := strings.Repeat("word ", 100) + "eco box" + strings.Repeat(" word", 100)
	at := strings.Index(long, "eco")
	tests := []struct {
		name, text string
		spans      []span
		want       string
	}{
		{"one span", "Eco box", []span{{0, 3}}, "<em>Eco</em> box"},
		{"spans in any order", "Eco box", []span{{4, 7}, {0, 3}}, "<em>Eco</em> <em>box</em>"},
		{"the longer of two that begin alike", "Eco box", []span{{0, 3}, {0, 7}}, "<em>Eco box</em>"},
		{"what overlaps is one", "My eco box here", []span{{3, 8}, {7, 10}}, "My <em>eco box</em> here"},
		{"what touches is one", "東京 tower", []span{{0, 3}, {3, 6}}, "<em>東京</em> tower"},
		{"a span within another", "Eco box", []span{{4, 7}, {0, 7}, {0, 3}}, "<em>Eco box</em>"},
		{"control characters, signs of direction and broken bytes stay as they are", "a\x00\u202eb\xffc \"d\"", []span{{0, 1}, {9, 12}}, "<em>a</em>\x00\u202eb\xffc <em>&#34;d&#34;</em>"},
		{"an entity in the text stays the text it is", "&lt;em&gt; &#60;", []span{{1, 3}}, "&amp;<em>lt</em>;em&amp;gt; &amp;#60;"},
		{"what is marked is cut where it is long", strings.Repeat("x", 1000), []span{{0, 1000}}, "<em>" + strings.Repeat("x", snippetBytes) + "</em> …"},
		{"not within a character", "a" + strings.Repeat("é", 500), []span{{0, 1001}}, "<em>a" + strings.Repeat("é", snippetBytes/2-1) + "</em> …"},
		{"twice the same", "Eco box", []span{{0, 3}, {0, 3}}, "<em>Eco</em> box"},
		{"markup is escaped, within and without", `<b>"Eco"</b> & <i>`, []span{{3, 8}}, "&lt;b&gt;<em>&#34;Eco&#34;</em>&lt;/b&gt; &amp; &lt;i&gt;"},
		{"a long text is cut between words", long, []span{{at, at + 3}}, "… " + strings.TrimSpace(strings.Repeat("word ", 21)) + " <em>eco</em> box" + strings.Repeat(" word", 62) + " …"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := mark(tt.text, tt.spans); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

var tags = regexp.MustCompile(`</?em>`)

func FuzzMark(f *testing.F) {
	f.Add("Eco <em>box</em> & co", uint16(0), uint16(3), uint16(4), uint16(30))
	f.Add(strings.Repeat("日本語", 200), uint16(90), uint16(93), uint16(300), uint16(303))
	f.Add(strings.Repeat("wort ", 200), uint16(500), uint16(504), uint16(10), uint16(20))
	f.Add(`<script>alert("x")</script>`, uint16(1), uint16(7), uint16(8), uint16(13))
	f.Add("a\xffb & c", uint16(0), uint16(1), uint16(1), uint16(3))
	f.Fuzz(func(t *testing.T, s string, a, b, c, d uint16) {
		var spans []span
		for _, at := range [][2]uint16{{a, b}, {c, d}} {
			from, to := int(at[0]), int(at[1])
			if from < to && to <= len(s) && onRune(s, from) && onRune(s, to) {
				spans = append(spans, span{from, to})
			}
		}
		if len(spans) == 0 {
			return
		}
		got := mark(s, spans)
		if plain := tags.ReplaceAllString(got, ""); strings.ContainsAny(plain, "<>\"'") {
			t.Fatalf("mark(%q, %v) = %q holds markup of the text", s, spans, got)
		}
		if opened := strings.Count(got, "<em>"); opened == 0 || opened != strings.Count(got, "</em>") || opened > len(spans) {
			t.Fatalf("mark(%q, %v) = %q: nothing is marked, or tags do not match", s, spans, got)
		}
		from, to := window(s, spans[0]) // mark has sorted them
		want := s[from:to]
		if from > 0 {
			want = "… " + want
		}
		if to < len(s) {
			want += " …"
		}
		if shown := html.UnescapeString(tags.ReplaceAllString(got, "")); shown != want {
			t.Fatalf("mark(%q, %v) shows %q, want %q", s, spans, shown, want)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("mark(%q, %v) = %q cuts a character", s, spans, got)
		}
	})
}

// bareView is a View of an index that holds nothing.
type bareView struct{ View }

func (bareView) Values(string) []string                                  { return nil }
func (bareView) Fields() []string                                        { return nil }
func (bareView) Len() int                                                { return 0 }
func (bareView) Generation() uint64                                      { return 1 }
func (bareView) Resolve(string) []semdex.AssetID                         { return nil }
func (bareView) Spellings(context.Context, *Spelling) ([]Spelled, error) { return nil, nil }
func (bareView) Search(_ context.Context, p *Plan) (*Result, error) {
	return &Result{Counts: make([][]int, len(p.Facets))}, nil
}

// record is Records of one asset.
type record struct{ asset *semdex.Asset }

func (r record) Asset(semdex.AssetID) (*semdex.Asset, error) { return r.asset, nil }

var typedState = sync.OnceValue(func() *state { return newState(typedVocabulary, Settings{Languages: []string{"en", "de"}}) })

// highlightsOf marks an asset as if all that a query is read as had been found in it.
func highlightsOf(t testing.TB, a *semdex.Asset, query, lang string) (map[string][]string, *Hit) {
	t.Helper()
	q := &querying{st: typedState(), view: bareView{}, request: &Request{Query: query, Lang: lang, Expand: ExpandNarrower, Access: Access{All: true}}}
	plan, err := q.plan(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	found := Found{ID: a.ID}
	for i, g := range plan.Groups {
		for _, e := range g.Texts {
			found.Matches = append(found.Matches, Match{Group: i, Class: e.Class, Reason: e.Reason})
		}
	}
	h, err := (&Service{common: &common{records: record{a}}}).hit(q, found)
	if err != nil {
		t.Fatal(err)
	}
	return h.Highlights, h
}

func TestHighlights(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 100)
	tests := []struct {
		name  string
		asset semdex.Asset
		query string
		want  map[string][]string
	}{
		{"the synonym that stands there, in one piece", semdex.Asset{Title: semdex.Text{"en": "New eco packaging, eco-packaging"}}, "sustainable packaging",
			map[string][]string{"title": {"New <em>eco packaging</em>, <em>eco-packaging</em>"}}},
		{"in another language, inflected", semdex.Asset{Title: semdex.Text{"de": "Unsere nachhaltigen Verpackungen"}}, "sustainable packaging",
			map[string][]string{"title": {"Unsere <em>nachhaltigen Verpackungen</em>"}}},
		{"in tags and in the file name", semdex.Asset{Tags: []string{"red", "Rucksack (20 l)"}, Name: "my_rucksack-2.jpg"}, "backpack",
			map[string][]string{"tags": {"<em>Rucksack</em> (20 l)"}, "filename": {"my_<em>rucksack</em>-2.jpg"}}},
		{"a hidden label, too", semdex.Asset{Alt: semdex.Text{"en": "sustainable packging"}}, "eco packaging", map[string][]string{"alt": {"<em>sustainable packging</em>"}}},
		{"titles in the reader's language first", semdex.Asset{Title: semdex.Text{"de": "Pack", "": "pack", "en": "A pack", "fr": "pack!"}}, "pack",
			map[string][]string{"title": {"A <em>pack</em>", "<em>pack</em>", "<em>Pack</em>", "<em>pack</em>!"}}},
		{"words and labels that overlap are one", semdex.Asset{Title: semdex.Text{"en": "A mountain hut"}}, "hut mountain", map[string][]string{"title": {"A <em>mountain hut</em>"}}},
		{"what was left out is not marked", semdex.Asset{Title: semdex.Text{"en": "Pack boots"}}, "pack -boots", map[string][]string{"title": {"<em>Pack</em> boots"}}},
		{"the beginning of a word", semdex.Asset{Title: semdex.Text{"en": "Parcels & parties"}}, "par*", map[string][]string{"title": {"<em>Parcels</em> &amp; <em>parties</em>"}}},
		{"a long text is cut at the match", semdex.Asset{Description: semdex.Text{"en": long + "boots " + long}}, "boots",
			map[string][]string{"description": {"… " + strings.Repeat("word ", 21) + "<em>boots</em>" + strings.Repeat(" word", 63) + " …"}}},
		{"markup in the data", semdex.Asset{Title: semdex.Text{"en": `<b onclick="x('pack')">pack</b>`}}, "pack",
			map[string][]string{"title": {"&lt;b onclick=&#34;x(&#39;<em>pack</em>&#39;)&#34;&gt;<em>pack</em>&lt;/b&gt;"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.asset.ID = "files:a"
			got, _ := highlightsOf(t, &tt.asset, tt.query, "en")
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// FuzzHighlights holds whole highlights to what they promise, whatever stands in an asset and in a query: nothing
// but <em> is markup, it opens and closes, and what is shown is a part of what stands there.
func FuzzHighlights(f *testing.F) {
	f.Add("Eco <em>box</em> & sustainable packging", "rucksack\x00\u202e", "a_mountain-hut.jpg", "eco packaging backpack hut \"box\" em*")
	f.Add(strings.Repeat("東京", 300)+"tower", "a\xffb", "\u200fhut\u200e", "東京 tower b*")
	f.Add("… pack … &lt;pack&gt; &amp;", `"><script>`, "'pack'", "pack lt script amp")
	f.Add(strings.Repeat("x", 900), "pack "+strings.Repeat("é", 400), "x", "x* pack pakc")
	f.Fuzz(func(t *testing.T, title, tag, name, query string) {
		if len(query) > MaxQuery {
			return
		}
		a := &semdex.Asset{ID: "files:a", Title: semdex.Text{"en": title, "de": name + " " + title}, Tags: []string{tag, tag + title}, Name: name,
			Description: semdex.Text{"": tag + title + name}, Fields: map[string][]string{"A": {name}}}
		texts := map[string][]string{}
		for _, at := range (&state{}).textsOf(a, "en", nil) {
			texts[at.field] = append(texts[at.field], at.text)
		}
		highlights, _ := highlightsOf(t, a, query, "en")
		for field, list := range highlights {
			for _, got := range list {
				checkHighlight(t, field, texts[field], got)
			}
		}
	})
}

func checkHighlight(t *testing.T, field string, texts []string, got string) {
	t.Helper()
	open := false
	for _, tag := range tags.FindAllString(got, -1) {
		if (tag == "<em>") == open {
			t.Fatalf("%s: %q: tags do not match", field, got)
		}
		open = !open
	}
	if open || !strings.Contains(got, "<em>") {
		t.Fatalf("%s: %q: nothing is marked, or a tag is not closed", field, got)
	}
	plain := tags.ReplaceAllString(got, "")
	if strings.ContainsAny(plain, "<>\"'") {
		t.Fatalf("%s: %q holds markup of the text", field, got)
	}
	shown := html.UnescapeString(plain)
	for _, s := range texts {
		for _, part := range []string{shown, strings.TrimPrefix(shown, "… "), strings.TrimSuffix(shown, " …"), strings.TrimSuffix(strings.TrimPrefix(shown, "… "), " …")} {
			if strings.Contains(s, part) {
				return
			}
		}
	}
	t.Fatalf("%s: %q shows what is in none of %q", field, got, texts)
}

func onRune(s string, at int) bool { return at == len(s) || utf8.RuneStart(s[at]) }

func TestOccurrences(t *testing.T) {
	tests := []struct {
		name, text, words string
		prefix            bool
		except            []string
		want              string // what is marked, joined by |
	}{
		{"a word in any inflection", "Jackets, jacket and JACKET'S", "jackets", false, nil, "Jackets|jacket|JACKET"},
		{"words one after the other", "rain jackets, jacket rain, rain on jackets", "rain jacket", false, nil, "rain jackets"},
		{"a prefix", "packaging for packs and pickles", "pack", true, nil, "packaging|packs"},
		{"signs within", "a back-to-school day", "back to school", false, nil, "back-to-school"},
		{"none", "umbrella", "rain", false, nil, ""},
		{"more words than the text has", "rain", "rain jacket", false, nil, ""},
		{"within a longer phrase", "rain jacket liner", "rain jacket", false, []string{"rain jacket liner"}, ""},
		{"at the end of one", "A kids jacket", "jacket", false, []string{"kids jacket"}, ""},
		{"in the middle of one", "kids jackets liner, jacket liner", "jacket", false, []string{"kids jacket liner"}, "jacket"},
		{"within one and outside", "jacket liner of a jacket", "jacket", false, []string{"coat", "jacket liner"}, "jacket"},
		{"a longer phrase that covers a part alone", "rain jacket liner", "rain jacket", false, []string{"jacket liner"}, "rain jacket"},
		{"the beginning of a longer phrase at the end", "liner and jacket", "jacket", false, []string{"jacket liner"}, "jacket"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := assetText{text: tt.text, langs: []string{"en"}}
			e := &TextEvidence{Prefix: tt.prefix}
			for _, token := range text.Tokens(tt.words) {
				e.Terms = append(e.Terms, text.Forms(token, []string{"en"}))
			}
			for _, longer := range tt.except {
				var phrase [][]string
				for _, token := range text.Tokens(longer) {
					phrase = append(phrase, text.Forms(token, []string{"en"}))
				}
				e.Except = append(e.Except, phrase)
			}
			var got []string
			for _, s := range at.occurrences(e) {
				got = append(got, tt.text[s.from:s.to])
			}
			if strings.Join(got, "|") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if said := (&dossier{texts: []assetText{at}}).says(e); said != (tt.want != "") {
				t.Errorf("an asset with the text says it: %t", said)
			}
		})
	}
}
