package enginetest

import (
	"math/rand/v2"
	"slices"
	"strings"

	"semdex"
	"semdex/internal/text"
	"semdex/search"
)

// planner makes random plans about a library.
type planner struct {
	*rand.Rand
	assets []*semdex.Asset
	by     *mapGrouping
}

func (p *planner) plan() *search.Plan {
	plan := &search.Plan{Access: search.Access{All: p.IntN(2) == 0, Rights: p.IntN(3) == 0, Use: semdex.Use{On: "2026-03-15"}}, Limit: 1000}
	if p.IntN(3) == 0 {
		plan.Limit = p.IntN(30)
	}
	if p.IntN(4) == 0 {
		plan.Access.Only = "set"
		if p.IntN(8) > 0 {
			plan.Access.Restriction = search.NewRestriction([]search.Filter{p.filter(), p.filter()}[:1+p.IntN(2)])
		}
	}
	for range p.IntN(4) {
		plan.Groups = append(plan.Groups, p.group())
	}
	if p.IntN(4) == 0 {
		for i := range plan.Groups {
			plan.Groups[i].Share = float64(p.IntN(4)) / 3
		}
	}
	for range p.IntN(3) {
		plan.Filters = append(plan.Filters, p.filter())
	}
	for _, name := range []string{"region", "tags", "other", ""}[:p.IntN(5)] {
		plan.Facets = append(plan.Facets, search.Facet{Name: name, By: p.by})
	}
	if p.IntN(4) == 0 {
		plan.Facets = append(plan.Facets, search.Facet{Name: "size", Ranges: &search.Ranges{Field: "size", From: []int64{1, 10 << 20, 20 << 20}}})
	}
	if p.IntN(4) == 0 {
		plan.Pinned, plan.Raised, plan.Hidden = p.some(3), p.some(60), p.some(20)
	}
	return plan
}

// some picks ids, among them one that is not there.
func (p *planner) some(most int) []semdex.AssetID {
	ids := []semdex.AssetID{"files:none"}
	for range p.IntN(most + 1) {
		if id := p.assets[p.IntN(len(p.assets))].ID; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// code gives what may name an asset, as it is written or in another case.
func (p *planner) code() string {
	a := p.assets[p.IntN(len(p.assets))]
	_, bare, _ := strings.Cut(string(a.ID), ":")
	stem, _, _ := strings.Cut(a.Name, ".")
	code := []string{string(a.ID), bare, a.Name, stem, a.Fields["SKU"][0], "dach", "none"}[p.IntN(7)]
	return []string{code, strings.ToUpper(code), strings.ToLower(code)}[p.IntN(3)]
}

// group makes a group; now and then with more strengths of evidence than fit a byte.
func (p *planner) group() search.Group {
	g := search.Group{Required: p.IntN(4) == 0, Excluded: p.IntN(6) == 0}
	values, texts := p.IntN(6), p.IntN(5)
	if p.IntN(20) == 0 {
		values, texts = 400, 5
	}
	for reason := range values {
		g.Values = append(g.Values, search.ValueEvidence{Value: p.value(), Class: p.class(), Weight: p.Float64(), Reason: reason})
	}
	if p.IntN(3) == 0 {
		g.Codes = append(g.Codes, search.CodeEvidence{Code: p.code(), Class: p.class(), Weight: p.Float64(), Reason: 2000})
	}
	for i := range texts {
		e := p.text()
		e.Class, e.Weight, e.Reason = p.class(), p.Float64(), 1000+i
		g.Texts = append(g.Texts, e)
		if len(e.Except) > 0 && p.IntN(2) == 0 { // the same without exceptions, as weaker evidence
			e.Except, e.Class, e.Reason = nil, min(e.Class+1, search.Misspelt), 1500+i
			g.Texts = append(g.Texts, e)
		}
	}
	return g
}

func (p *planner) class() search.Class { return search.Class(1 + p.IntN(int(search.Misspelt))) }

func (p *planner) value() search.Value {
	switch a := p.assets[p.IntN(len(p.assets))]; p.IntN(5) {
	case 0:
		return search.Value{Field: "concepts", Value: a.Concepts[p.IntN(len(a.Concepts))]}
	case 1:
		return search.Value{Field: "type", Value: a.Type}
	case 2:
		return search.Value{Field: "tags", Value: tagPool[p.IntN(len(tagPool))]}
	case 3:
		return search.Value{Field: "field:Region", Value: regionPool[p.IntN(len(regionPool))]}
	}
	return search.Value{Field: "concepts", Value: ConceptURI(p.IntN(10_000))} // mostly borne by none
}

func (p *planner) text() search.TextEvidence {
	e := search.TextEvidence{Scored: p.IntN(2) == 0, Where: search.TextPlace(p.IntN(2))}
	for range 1 + p.IntN(2) {
		t := text.Tokens(Words[p.IntN(len(Words)*2/3)])[0]
		e.Terms = append(e.Terms, text.Forms(t, languages))
	}
	if p.IntN(4) == 0 {
		last := len(e.Terms) - 1
		e.Prefix, e.Terms[last] = true, []string{e.Terms[last][0][:1+p.IntN(len(e.Terms[last][0])-1)]}
	}
	for !e.Scored && len(e.Except) < 3 && p.IntN(2) == 0 {
		e.Except = append(e.Except, p.around(e.Terms))
	}
	return e
}

// around gives words as they stand with others before them, behind them, or both. Mostly these are frequent ones.
func (p *planner) around(terms [][]string) [][]string {
	other := func() [][]string {
		return [][]string{text.Forms(text.Tokens(Words[min(p.IntN(len(Words)), p.IntN(len(Words)))])[0], languages)}
	}
	switch p.IntN(3) {
	case 0:
		return slices.Concat(other(), terms)
	case 1:
		return slices.Concat(terms, other())
	}
	return slices.Concat(other(), terms, other())
}

func (p *planner) filter() search.Filter {
	f := search.Filter{Name: []string{"region", "tags", "type", ""}[p.IntN(4)], Not: p.IntN(4) == 0}
	switch p.IntN(4) {
	case 0:
		from := int64(1577836800 + p.IntN(200_000_000))
		f.Range = &search.Range{Field: []string{"created", "modified"}[p.IntN(2)], From: from, To: from + int64(p.IntN(100_000_000))}
	case 1:
		for range 1 + p.IntN(60) {
			f.Values = append(f.Values, search.Value{Field: "id", Value: string(p.assets[p.IntN(len(p.assets))].ID)})
		}
	default:
		for range p.IntN(4) {
			f.Values = append(f.Values, p.value())
		}
	}
	return f
}
