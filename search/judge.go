package search

import (
	"math"
	"slices"
	"strings"

	"semdex"
	"semdex/internal/text"
)

// dossier is an asset as a plan sees it: what the engine holds of it, made of its record.
type dossier struct {
	asset  *semdex.Asset
	values map[Value]bool // read once; nil before
	texts  []assetText
}

func (st *state) dossier(a *semdex.Asset) *dossier {
	return &dossier{asset: a, values: borneBy(a), texts: st.textsOf(a, "", &text.Memo{})}
}

// borneBy gives the raw values that an asset bears.
func borneBy(a *semdex.Asset) map[Value]bool {
	values := map[Value]bool{{"id", string(a.ID)}: true}
	fields := append([]string{"type", "album", "source", "approval", "year"}, conceptFields...)
	for name := range a.Fields {
		fields = append(fields, CustomField(name))
	}
	for _, field := range fields {
		for _, v := range assetValues(a, field) {
			if v != "" {
				values[Value{field, v}] = true
			}
		}
	}
	return values
}

func (d *dossier) bears(v Value) bool {
	if d.values == nil {
		d.values = borneBy(d.asset)
	}
	return d.values[v]
}

// verdict says how a plan decides about an asset, condition by condition.
type verdict struct {
	refusal  semdex.Refusal
	barred   bool    // by what the access is restricted to
	filters  []int   // that it does not pass
	excluded []int   // groups that leave it out
	missing  []int   // required groups without evidence
	matches  []Match // the best evidence for each group there is evidence for
	suits    bool    // there is a match, or no group asks for one
	hidden   bool
	pinned   bool
}

// present reports whether the asset is among the hits.
func (v *verdict) present() bool {
	suits := v.pinned || v.suits && len(v.excluded)+len(v.missing) == 0
	return suits && !v.barred && v.refusal == semdex.Allowed && len(v.filters) == 0 && !v.hidden
}

// standing gives how many groups there is evidence for, and the sum of their classes: what orders hits first.
func standing(matches []Match) (groups, classes int) {
	for _, m := range matches {
		groups++
		classes += int(m.Class)
	}
	return groups, classes
}

// judge decides as an Engine does.
func (d *dossier) judge(p *Plan) *verdict {
	v := &verdict{refusal: p.Access.refuses(d.asset), hidden: slices.Contains(p.Hidden, d.asset.ID), pinned: slices.Contains(p.Pinned, d.asset.ID)}
	v.barred = p.Access.Only != "" && !p.Access.Restriction.permits(d.asset)
	ranked := 0
	for i := range p.Groups {
		g := &p.Groups[i]
		m, found := d.best(g)
		m.Group = i
		if g.Excluded {
			if found {
				v.excluded = append(v.excluded, i)
			}
			continue
		}
		ranked++
		switch {
		case found:
			v.matches = append(v.matches, m)
		case g.Required:
			v.missing = append(v.missing, i)
		}
	}
	v.suits = ranked == 0 || len(v.matches) > 0
	for i := range p.Filters {
		if !d.passes(&p.Filters[i]) {
			v.filters = append(v.filters, i)
		}
	}
	return v
}

// refuses gives why the access leaves an asset out, but for what it is restricted to; Visible is the same decision.
func (access Access) refuses(a *semdex.Asset) semdex.Refusal {
	if access.All && !access.Rights {
		return semdex.Allowed
	}
	if !access.All && a.Approval != semdex.Approved {
		return semdex.ApprovalMissing
	}
	return a.Rights.Refuses(access.Use, access.DenyMissing)
}

// best gives the best evidence for a group; what the asset bears comes before what codes and texts say.
func (d *dossier) best(g *Group) (m Match, found bool) {
	weight := math.Inf(-1)
	better := func(class Class, w float64) bool {
		return !found || class < m.Class || class == m.Class && w > weight
	}
	take := func(class Class, w float64, reason int, v *Value) {
		m, found, weight = Match{Class: class, Reason: reason, Value: v}, true, w
	}
	for i := range g.Values {
		if e := &g.Values[i]; better(e.Class, e.Weight) && d.bears(e.Value) {
			take(e.Class, e.Weight, e.Reason, &e.Value)
		}
	}
	for i := range g.Codes {
		if e := &g.Codes[i]; better(e.Class, e.Weight) {
			if v, named := d.coded(e.Code); named {
				take(e.Class, e.Weight, e.Reason, &v)
			}
		}
	}
	for i := range g.Texts {
		if e := &g.Texts[i]; better(e.Class, e.Weight) && d.says(e) {
			take(e.Class, e.Weight, e.Reason, nil)
		}
	}
	return m, found
}

func (d *dossier) says(e *TextEvidence) bool {
	for i := range d.texts {
		if !d.texts[i].counts(e) {
			continue
		}
		d.texts[i].read()
		for from := 0; from+len(e.Terms) <= len(d.texts[i].words); from++ {
			if d.texts[i].standsAt(from, e) {
				return true
			}
		}
	}
	return false
}

// codeBytes is how much of a file name counts.
const codeBytes = 80

// coded reports by what a code names the asset.
func (d *dossier) coded(code string) (Value, bool) {
	name, wanted := cutCode(text.Fold(d.asset.Name)), cutCode(text.Fold(code))
	if stem := name[:max(0, strings.LastIndexByte(name, '.'))]; name != "" && (name == wanted || stem != "" && stem == wanted) {
		return Value{"name", name}, true
	}
	for _, form := range []string{code, strings.ToLower(code), strings.ToUpper(code)} {
		if id := string(d.asset.ID); form != "" && (id == form || strings.HasSuffix(id, ":"+form)) {
			return Value{"id", id}, true
		}
		for field := range d.asset.Fields {
			if v := (Value{CustomField(field), form}); d.bears(v) {
				return v, true
			}
		}
	}
	return Value{}, false
}

func cutCode(s string) string {
	if len(s) > codeBytes {
		return strings.ToValidUTF8(s[:codeBytes], "")
	}
	return s
}

func (d *dossier) passes(f *Filter) bool {
	holds := slices.ContainsFunc(f.Values, d.bears)
	if f.Range != nil {
		n, known := assetNumber(d.asset, f.Range.Field)
		holds = holds || known && n >= f.Range.From && n <= f.Range.To
	}
	return holds != f.Not
}
