package plot

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

var pictures = flag.String("pictures", "", "a folder to write the samples to, to be looked at")

var (
	none  = math.NaN()
	month = []string{"Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026", "May 2026", "Jun 2026", "Jul 2026", "Aug 2026", "Sep 2026"}
	topic = []string{"Rain jackets", "Tents", "Rucksacks", "Sleeping bags", "Ski touring", "Trail running", "Climbing ropes", "Stoves & pots",
		"Children’s hiking boots", "Mountain safety", "Wanderstiefel für Damen, breite Passform, wasserdicht", "Headlamps", "Packrafting", "Repair & care", "Base layers", "Via ferrata", "Maps", "Snowshoes", "Trekking poles", "Harnesses", "Water filters", "Gaiters", "Hammocks", "Dog gear"}
)

const source = "Semdex, library brand, 2026-01-01 to 2026-09-30, Europe/Berlin, as of now"

func lines() Lines {
	return Lines{Periods: month, Series: []Series{
		{"Europe", []float64{120400, 131800, 118000, 142300, 150900, 171000, 169200, 182400, 201700}},
		{"North America", []float64{90100, 88000, 97000, 99000, 104000, 99000, 112000, 118000, 120500}},
		{"Asia and Pacific", []float64{60000, 64000, none, none, 81000, 84000, 83000, 97000, 118900}},
		{"Latin America", []float64{12000, 14000, 13000, 17000, none, 16000, none, 19000, 21000}},
	}}
}

func bars(n int, compared bool) Bars {
	b := Bars{Name: "Jul to Sep 2026"}
	if compared {
		b.Before = "Apr to Jun 2026"
	}
	for i := range n {
		v := math.Round(148200 / math.Pow(float64(i+1), 0.9))
		before := v * (0.6 + 0.1*float64(i*7%9))
		if i == 4 {
			before = 0
		}
		name := fmt.Sprintf("Topic %d", i)
		if i < len(topic) {
			name = topic[i]
		}
		b.Bars = append(b.Bars, Bar{name, v, math.Round(before)})
	}
	return b
}

func treemap() Treemap {
	r := rand.New(rand.NewPCG(1, 2))
	var t Treemap
	for i, group := range []string{"Outdoor", "Winter sports", "Running", "Climbing", "Travel", "Water", "Brand & people"} {
		n := Node{Name: group}
		for j := range 14 - i {
			n.Children = append(n.Children, Node{Name: topic[(i*5+j)%len(topic)], Value: math.Round(9000 * r.Float64() * r.Float64() / float64(i+1))})
		}
		t.Nodes = append(t.Nodes, n)
	}
	t.Nodes = append(t.Nodes, Node{Name: "Not tagged", Value: 2300})
	return t
}

func flatTreemap() Treemap {
	var t Treemap
	for i := range 40 {
		t.Nodes = append(t.Nodes, Node{Name: topic[i%len(topic)], Value: 5000 / float64(i+1)})
	}
	return t
}

func scatter(n int, grouped bool) Scatter {
	r := rand.New(rand.NewPCG(3, 4))
	s := Scatter{X: Axis{"Assets", "number"}, Y: Axis{"Searches", "in nine months"}, Corner: "Demand without supply"}
	for i := range n {
		demand := math.Exp(r.NormFloat64()*1.6 + 5)
		supply := math.Floor(demand / 10 * math.Exp(r.NormFloat64()*1.3))
		p := Point{Label: topic[i%len(topic)], X: supply, Y: math.Round(demand)}
		if i >= len(topic) {
			p.Label = fmt.Sprintf("%s %d", p.Label, i/len(topic))
		}
		if grouped {
			p.Group, p.Size = []string{"Europe", "North America", "Asia and Pacific"}[i%3], r.Float64()*100
		}
		s.Points = append(s.Points, p)
	}
	return s
}

func plainScatter() Scatter {
	r := rand.New(rand.NewPCG(5, 6))
	s := Scatter{X: Axis{"Share without alt text", "%"}, Y: Axis{"Downloads", ""}}
	for i := range topic {
		s.Points = append(s.Points, Point{Label: topic[i], X: math.Round(r.Float64() * 100), Y: math.Round(r.Float64() * 900)})
	}
	return s
}

func heatmap(rows, columns int) Heatmap {
	r := rand.New(rand.NewPCG(7, 8))
	var h Heatmap
	for j := range columns {
		name := fmt.Sprintf("Market %d", j+1)
		if columns <= len(month) {
			name = month[j]
		}
		h.Columns = append(h.Columns, name)
	}
	for i := range rows {
		h.Rows = append(h.Rows, topic[i%len(topic)])
		var row []float64
		for range columns {
			v := math.Floor(math.Exp(r.NormFloat64() * 1.8 * 2))
			if r.IntN(11) == 0 {
				v = none
			}
			row = append(row, v)
		}
		h.Values = append(h.Values, row)
	}
	return h
}

// samples are charts of all kinds as reports give them.
func samples() map[string]Chart {
	chart := func(title, subtitle, unit string, data Data) Chart { return Chart{title, subtitle, source, unit, data} }
	return map[string]Chart{
		"lines":         chart("Searches rise in Europe and Asia", "Searches by region and month", "searches", lines()),
		"lines-one":     chart("Share of searches without an answer", "Month by month", "%", Lines{month, []Series{{"Without an answer", []float64{12.4, 11, 9.5, 9.9, 7.2, 6, 6.4, 4.1, 3.8}}}}),
		"lines-days":    chart("Downloads a day", "", "downloads", days()),
		"lines-below":   chart("Change against the year before", "", "%", Lines{month, []Series{{"Europe", []float64{-12, -4, 3, 8, -1, -20, 14, 17, 2}}, {"Asia", []float64{-11, -5, 2, 9, 0, -21, 13, 18, 1}}}}),
		"bars":          chart("What people look for", "Topics by downloads", "downloads", bars(8, false)),
		"bars-many":     chart("What people look for", "Topics by downloads", "downloads", bars(1204, false)),
		"bars-compared": chart("Tents are back", "Topics by downloads, against the three months before", "downloads", bars(24, true)),
		"bars-below":    chart("Who won and who lost", "", "downloads", Bars{Bars: []Bar{{"Tents", 1200, 0}, {"Ropes", -300, 0}, {"Maps", 80, 0}, {"Rucksacks for long walks", -1250.5, 0}}}),
		"treemap":       chart("Where the library is large", "Assets by topic", "assets", treemap()),
		"treemap-flat":  chart("Where the library is large", "", "assets", flatTreemap()),
		"scatter":       chart("What is asked for and missing", "Each point is a topic", "", scatter(150, false)),
		"scatter-sizes": chart("What is asked for and missing", "Each point is a topic; its size is the number of people", "", scatter(60, true)),
		"scatter-plain": chart("Alt texts and downloads", "", "", plainScatter()),
		"scatter-many":  chart("What is asked for and missing", "", "", scatter(1204, false)),
		"heatmap":       chart("Who uses what", "Downloads by topic and month", "downloads", heatmap(14, 9)),
		"heatmap-many":  chart("Who uses what", "Downloads by topic and market", "downloads", heatmap(30, 31)),
		"nothing":       chart("What people look for", "Topics by downloads", "downloads", Bars{}),
	}
}

func days() Lines {
	r := rand.New(rand.NewPCG(9, 10))
	l := Lines{Series: []Series{{Name: "Downloads"}, {Name: "Views"}}}
	for i := range 273 {
		l.Periods = append(l.Periods, fmt.Sprintf("2026-%02d-%02d", i/31+1, i%31+1))
		v := 400 + 200*math.Sin(float64(i)/7*2*math.Pi) + 80*r.Float64()
		l.Series[0].Values = append(l.Series[0].Values, math.Round(v))
		l.Series[1].Values = append(l.Series[1].Values, math.Round(v*2.2+100*r.Float64()))
	}
	return l
}

func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("-args -pictures FOLDER writes the samples")
	}
	for name, c := range samples() {
		for ending, write := range map[string]func(*bytes.Buffer) error{".svg": func(b *bytes.Buffer) error { return c.SVG(b) }, ".html": func(b *bytes.Buffer) error { return c.HTML(b) }} {
			var out bytes.Buffer
			if err := write(&out); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := os.WriteFile(filepath.Join(*pictures, name+ending), out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
