package plot

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
)

func htmlOf(t *testing.T, c Chart) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.HTML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestPolicy holds to pages that work under the policy they carry: the one style has its hash, and there is nothing else that it
// would forbid.
func TestPolicy(t *testing.T) {
	t.Parallel()
	styles := regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	handlers := regexp.MustCompile(`\son[a-z]+=`)
	forbidden := []string{"<script", "<link", "<img", "<iframe", " style=", "url(", "@import", "href=", "src=", "https:", "http:"}
	for name, c := range samples() {
		page := htmlOf(t, c)
		found := styles.FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%s has %d styles", name, len(found))
		}
		sum := sha256.Sum256([]byte(found[0][1]))
		if want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; Policy() != want {
			t.Errorf("the policy is %s, want %s", Policy(), want)
		}
		if !strings.Contains(html.UnescapeString(page), `http-equiv="Content-Security-Policy" content="`+Policy()+`"`) {
			t.Errorf("%s does not carry the policy", name)
		}
		page = strings.ToLower(strings.ReplaceAll(page, `xmlns="http://www.w3.org/2000/svg"`, ""))
		if bad := handlers.FindString(page); bad != "" {
			t.Errorf("%s has %q", name, bad)
		}
		for _, bad := range forbidden {
			if strings.Contains(page, bad) {
				t.Errorf("%s has %q", name, bad)
			}
		}
	}
}

// TestDark holds to a rule for each colour that a picture uses.
func TestDark(t *testing.T) {
	t.Parallel()
	classes := regexp.MustCompile(`class="([fs]-[^"]*)"`)
	for name, c := range samples() {
		for _, m := range classes.FindAllStringSubmatch(htmlOf(t, c), -1) {
			for class := range strings.FieldsSeq(m[1]) {
				if !strings.Contains(style, "."+class+"{") {
					t.Errorf("%s has %s, which has no dark colour", name, class)
				}
			}
		}
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		c    Chart
		want []string
	}{
		{"lines", Chart{Title: "A & B", Unit: "%", Data: Lines{[]string{"Jan", "Feb"}, []Series{{"x", []float64{1, none}}}}},
			[]string{"<title>A &amp; B</title>", `<h1 class="unseen">A &amp; B</h1>`, `<th scope="col">Period</th><th scope="col" class="n">x</th>`, `<th scope="row">Jan</th><td class="n">1%</td>`, `<th scope="row">Feb</th><td class="n"></td>`}},
		{"bars", Chart{Unit: "searches", Data: Bars{Bars: []Bar{{"a", 5, 0}, {"<b>", 1204, 0}}}},
			[]string{"<title>Chart</title>", `<th scope="col" class="n">searches</th>`, "<tbody>\n<tr><th scope=\"row\">&lt;b&gt;</th><td class=\"n\">1,204</td></tr>\n<tr><th scope=\"row\">a</th>"}},
		{"bars compared", Chart{Data: Bars{[]Bar{{"a", 5, 4}}, "now", "then"}}, []string{`class="n">now</th><th scope="col" class="n">then</th>`, `<td class="n">5</td><td class="n">4</td>`}},
		{"treemap", Chart{Data: Treemap{[]Node{{Name: "g", Children: []Node{{Name: "p", Value: 2}}}, {Name: "q", Value: 1}}}},
			[]string{`<th scope="col">Group</th><th scope="col">Part</th>`, `<th scope="row">g</th><td>p</td><td class="n">2</td>`, `<th scope="row">q</th><td></td><td class="n">1</td>`}},
		{"scatter", Chart{Data: Scatter{X: Axis{"Assets", ""}, Y: Axis{"Searches", "a day"}, Points: []Point{{"a", 1, 2, 3, "g"}, {"b", 1, 2, 0, "h"}}}},
			[]string{`class="n">Assets</th><th scope="col" class="n">Searches (a day)</th><th scope="col" class="n">Size</th><th scope="col">Group</th>`, `<td class="n">1</td><td class="n">2</td><td class="n">3</td><td>g</td>`}},
		{"heatmap", Chart{Data: Heatmap{[]string{"r"}, []string{"c", "d"}, [][]float64{{none, 3}}}},
			[]string{`<th scope="col"></th><th scope="col" class="n">c</th>`, `<th scope="row">r</th><td class="n"></td><td class="n">3</td>`}},
	}
	for _, tt := range tests {
		page := htmlOf(t, tt.c)
		for _, want := range tt.want {
			if !strings.Contains(page, want) {
				t.Errorf("%s: %q is not in %s", tt.name, want, page[strings.Index(page, "<table>"):])
			}
		}
	}
}

func TestTablesAreBounded(t *testing.T) {
	t.Parallel()
	wide := Heatmap{Rows: []string{"r"}, Values: [][]float64{nil}}
	for i := range 100 {
		wide.Columns, wide.Values[0] = append(wide.Columns, fmt.Sprint(i)), append(wide.Values[0], 1)
	}
	var many Lines
	for i := range 9 {
		many.Series = append(many.Series, Series{Name: fmt.Sprint(i)})
	}
	for i := range 500 {
		many.Periods = append(many.Periods, fmt.Sprint(i))
		for j := range many.Series {
			many.Series[j].Values = append(many.Series[j].Values, float64(j))
		}
	}
	tests := []struct {
		name, note  string
		data        Data
		rows, cells int
	}{
		{"bars", "1,000 of 1,204 rows shown", bars(1204, false), 1000, 1},
		{"heatmap", "40 of 100 columns shown", wide, 1, 40},
		{"lines", "400 of 500 periods shown; 6 of 9 series shown", many, 400, 6},
	}
	for _, tt := range tests {
		page := htmlOf(t, Chart{Data: tt.data})
		rows, cells := strings.Count(page, `<th scope="row">`), strings.Count(page, "<td")
		if !strings.Contains(page, "<span>("+tt.note+")</span>") || rows != tt.rows || cells != tt.rows*tt.cells {
			t.Errorf("%s: %d rows, %d cells, and not %q", tt.name, rows, cells, tt.note)
		}
	}
}

// TestSlides shows what is left of a picture that is drawn on white: any colour is an attribute.
func TestSlides(t *testing.T) {
	t.Parallel()
	for name, c := range samples() {
		for i, e := range svg(t, c) {
			if i > 0 && e.attributes["fill"] == "" && e.attributes["stroke"] == "" {
				t.Errorf("%s: %s has no colour of its own", name, e.name)
			}
		}
	}
}
