package search

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

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
		{"what overlaps is left out", "Eco box", []span{{0, 5}, {4, 7}}, "<em>Eco b</em>ox"},
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

func onRune(s string, at int) bool { return at == len(s) || utf8.RuneStart(s[at]) }

func TestOccurrences(t *testing.T) {
	tests := []struct {
		name, text, words string
		prefix            bool
		want              string // what is marked, joined by |
	}{
		{"a word in any inflection", "Jackets, jacket and JACKET'S", "jackets", false, "Jackets|jacket|JACKET"},
		{"words one after the other", "rain jackets, jacket rain, rain on jackets", "rain jacket", false, "rain jackets"},
		{"a prefix", "packaging for packs and pickles", "pack", true, "packaging|packs"},
		{"signs within", "a back-to-school day", "back to school", false, "back-to-school"},
		{"none", "umbrella", "rain", false, ""},
		{"more words than the text has", "rain", "rain jacket", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := assetText{text: tt.text, langs: []string{"en"}}
			e := &TextEvidence{Prefix: tt.prefix}
			for _, token := range text.Tokens(tt.words) {
				e.Terms = append(e.Terms, text.Forms(token, []string{"en"}))
			}
			var got []string
			for _, s := range at.occurrences(e) {
				got = append(got, tt.text[s.from:s.to])
			}
			if strings.Join(got, "|") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
