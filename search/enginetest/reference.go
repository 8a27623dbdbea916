package enginetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"semdex"
	"semdex/internal/text"
	"semdex/search"
)

// reference runs plans by looking at every asset, as slowly and plainly as can be.
type reference struct {
	docs []*document
}

// document is an asset as a plan sees it.
type document struct {
	asset  *semdex.Asset
	values map[string][]string // by field of search.Value
	main   [][][]string        // by text of what it is about, by word: the forms of the word
	rest   [][][]string        // the same of its other texts
}

func newReference(languages []string, assets []*semdex.Asset) *reference {
	r := &reference{}
	for _, a := range assets {
		r.docs = append(r.docs, newDocument(languages, a))
	}
	return r
}

func newDocument(languages []string, a *semdex.Asset) *document {
	d := &document{asset: a, values: map[string][]string{
		"concepts": a.Concepts, "tags": a.Tags, "keywords": a.Keywords, "type": {a.Type}, "album": a.Albums,
		"source": {a.ID.Source()}, "approval": {string(a.Approval)}, "id": {string(a.ID)},
	}}
	if !a.Created.IsZero() {
		d.values["year"] = []string{fmt.Sprint(a.Created.Year())}
	}
	untagged := languages
	if a.Language != "" {
		untagged = []string{a.Language}
	}
	for _, t := range []semdex.Text{a.Title, a.Description, a.Alt} {
		for lang, s := range t {
			langs := untagged
			if lang != "" {
				langs = []string{lang}
			}
			d.main = append(d.main, read(s, langs))
		}
	}
	for _, s := range slices.Concat(a.Tags, a.Keywords) {
		d.main = append(d.main, read(s, untagged))
	}
	lists := [][]string{{a.Name}, a.Albums, {a.Credit, a.Copyright}}
	for name, values := range a.Fields {
		d.values[search.CustomField(name)] = values
		lists = append(lists, values)
	}
	for _, list := range lists {
		for _, s := range list {
			d.rest = append(d.rest, read(s, untagged))
		}
	}
	return d
}

func read(s string, langs []string) (words [][]string) {
	for _, t := range text.Tokens(s) {
		words = append(words, text.Forms(t, langs))
	}
	return words
}

func (d *document) bears(v search.Value) bool { return slices.Contains(d.values[v.Field], v.Value) }

// says reports whether the words stand one after the other in one of the texts that count.
func (d *document) says(e *search.TextEvidence) bool {
	return saysIn(d.main, e) || e.Where == search.Anywhere && saysIn(d.rest, e)
}

func saysIn(texts [][][]string, e *search.TextEvidence) bool {
	for _, words := range texts {
		for i := 0; i+len(e.Terms) <= len(words); i++ {
			if standAt(words[i:], e.Terms, e.Prefix) && !within(words, i, e) {
				return true
			}
		}
	}
	return false
}

// within reports whether what stands at a place is part of a longer phrase, in which it does not count.
func within(words [][]string, at int, e *search.TextEvidence) bool {
	for _, longer := range e.Except {
		for start := 0; start+len(longer) <= len(words); start++ {
			if start <= at && at+len(e.Terms) <= start+len(longer) && standAt(words[start:], longer, false) {
				return true
			}
		}
	}
	return false
}

func standAt(words, terms [][]string, prefix bool) bool {
	for i, wanted := range terms {
		meets := func(form string) bool {
			if prefix && i == len(terms)-1 {
				return strings.HasPrefix(form, wanted[0])
			}
			return slices.Contains(wanted, form)
		}
		if !slices.ContainsFunc(words[i], meets) {
			return false
		}
	}
	return true
}

// strength is a kind of evidence; the zero strength is none.
type strength struct {
	class  search.Class
	weight float64
}

func (s strength) better(other strength) bool {
	return s.class != 0 && (other.class == 0 || s.class < other.class || s.class == other.class && s.weight > other.weight)
}

func (d *document) best(g *search.Group) strength {
	var best strength
	for _, v := range g.Values {
		if s := (strength{v.Class, v.Weight}); s.better(best) && d.bears(v.Value) {
			best = s
		}
	}
	for i := range g.Texts {
		if s := (strength{g.Texts[i].Class, g.Texts[i].Weight}); s.better(best) && d.says(&g.Texts[i]) {
			best = s
		}
	}
	for _, c := range g.Codes {
		if s := (strength{c.Class, c.Weight}); s.better(best) && d.coded(c.Code) {
			best = s
		}
	}
	return best
}

func (d *document) permitted(a search.Access) bool {
	if a.Only != "" && (a.Restriction == nil || slices.ContainsFunc(a.Restriction.Filters, func(f search.Filter) bool { return !d.passes(&f) })) {
		return false
	}
	cleared := d.asset.Rights.Refuses(a.Use, a.DenyMissing) == semdex.Allowed
	if a.All {
		return cleared || !a.Rights
	}
	return cleared && d.asset.Approval == semdex.Approved
}

func (d *document) passes(f *search.Filter) bool {
	holds := slices.ContainsFunc(f.Values, d.bears)
	if f.Range != nil {
		if n, ok := d.number(f.Range.Field); ok && n >= f.Range.From && n <= f.Range.To {
			holds = true
		}
	}
	return holds != f.Not
}

func (d *document) number(field string) (int64, bool) {
	switch field {
	case "created":
		return d.asset.Created.Unix(), !d.asset.Created.IsZero()
	case "modified":
		return d.asset.Modified.Unix(), !d.asset.Modified.IsZero()
	}
	n := map[string]int64{"size": d.asset.Size, "width": d.asset.Width, "height": d.asset.Height, "duration": int64(d.asset.Duration * 1000)}[field]
	return n, n != 0
}

// coded reports whether the code names the asset.
func (d *document) coded(code string) bool {
	name := cut(text.Fold(d.asset.Name))
	stem, _, _ := strings.Cut(name, ".")
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		stem = name[:i]
	}
	if wanted := cut(text.Fold(code)); name != "" && (name == wanted || stem == wanted) {
		return true
	}
	for _, form := range []string{code, strings.ToLower(code), strings.ToUpper(code)} {
		if id := string(d.asset.ID); id == form || form != "" && strings.HasSuffix(id, ":"+form) {
			return true
		}
		for field, values := range d.values {
			if strings.HasPrefix(field, "field:") && slices.Contains(values, form) {
				return true
			}
		}
	}
	return false
}

func cut(s string) string { return s[:min(len(s), 80)] }

// hit is an asset that a plan finds, with its evidence by group.
type hit struct {
	*document
	strengths []strength
	groups    int // there is evidence for
	classes   int // their sum
	raised    bool
	pinned    int // place from 1; 0 is not

	least, most float64 // how much is covered, in a plan with shares, apart from how well words suit
}

// suits weighs the evidence of all groups; ok is false where the asset is left out.
func (d *document) suits(p *search.Plan) (h *hit, ok bool) {
	h, ok = d.suitsGroups(p)
	h.pinned, h.raised = 1+slices.Index(p.Pinned, d.asset.ID), slices.Contains(p.Raised, d.asset.ID)
	h.raised = h.raised && slices.ContainsFunc(p.Groups, func(g search.Group) bool { return !g.Excluded })
	return h, (ok || h.pinned > 0) && !slices.Contains(p.Hidden, d.asset.ID)
}

func (d *document) suitsGroups(p *search.Plan) (h *hit, ok bool) {
	h = &hit{document: d, strengths: make([]strength, len(p.Groups))}
	ranked, refused := 0, false
	for i := range p.Groups {
		g := &p.Groups[i]
		s := d.best(g)
		if g.Excluded {
			refused = refused || s.class != 0
			continue
		}
		ranked++
		if s.class == 0 {
			refused = refused || g.Required
			continue
		}
		h.strengths[i] = s
		h.cover(p, g)
		h.groups++
		h.classes += int(s.class)
	}
	return h, !refused && (ranked == 0 || h.groups > 0)
}

// run gives all hits, those with more groups first, then those of better classes; and the facet counts.
func (r *reference) run(p *search.Plan) (hits []*hit, counts [][]int) {
	counts = make([][]int, len(p.Facets))
	for _, d := range r.docs {
		h, ok := d.suits(p)
		if !ok || !d.permitted(p.Access) {
			continue
		}
		if d.passesAll(p, "") {
			hits = append(hits, h)
		}
		for i, f := range p.Facets {
			if d.passesAll(p, f.Name) {
				counts[i] = d.counted(f, counts[i])
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b *hit) int { return cmp.Compare(b.rank(), a.rank()) })
	return hits, counts
}

// rank orders hits: pins, then more groups, then better classes, then what is raised.
func (h *hit) rank() int {
	if h.pinned > 0 {
		return 1<<40 - h.pinned
	}
	rank := 1<<20*h.groups - 2*h.classes
	if h.raised {
		rank++
	}
	return rank
}

// counted counts an asset for a facet.
func (d *document) counted(f search.Facet, counts []int) []int {
	if f.Ranges == nil {
		return d.count(f.By, counts)
	}
	if counts == nil {
		counts = make([]int, len(f.Ranges.From))
	}
	n, ok := d.number(f.Ranges.Field)
	for i := len(f.Ranges.From) - 1; ok && i >= 0; i-- {
		if n >= f.Ranges.From[i] {
			counts[i]++
			break
		}
	}
	return counts
}

// passesAll tries all filters but those of the facet without.
func (d *document) passesAll(p *search.Plan, without string) bool {
	for i := range p.Filters {
		if (without == "" || p.Filters[i].Name != without) && !d.passes(&p.Filters[i]) {
			return false
		}
	}
	return true
}

// groups gives the groups of a grouping that the asset is in, each once.
func (d *document) groups(by search.Grouping) map[int32]bool {
	in := map[int32]bool{}
	for _, field := range by.Fields() {
		for _, v := range d.values[field] {
			for _, g := range by.Groups(search.Value{Field: field, Value: v}) {
				in[g] = true
			}
		}
	}
	return in
}

func (d *document) count(by search.Grouping, counts []int) []int {
	for g := range d.groups(by) {
		for int(g) >= len(counts) {
			counts = append(counts, 0)
		}
		counts[g]++
	}
	return counts
}

// likeness is Lin's measure, summed anew for every pair.
func likeness(a, b *document, o *search.Overlap) (score float64, shared []int32) {
	weight := func(g int32) float64 {
		if int(g) < len(o.Weights) {
			return o.Weights[g]
		}
		return 0
	}
	both, sum := 0.0, 0.0
	in := b.groups(o.By)
	for g := range a.groups(o.By) {
		sum += weight(g)
		if in[g] {
			both += weight(g)
			if weight(g) > 0 {
				shared = append(shared, g)
			}
		}
	}
	for g := range in {
		sum += weight(g)
	}
	if both == 0 {
		return 0, nil
	}
	slices.SortFunc(shared, func(a, b int32) int { return cmp.Or(-cmp.Compare(weight(a), weight(b)), cmp.Compare(a, b)) })
	return 2 * both / sum, shared
}
