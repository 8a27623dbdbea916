package search

import (
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/internal/text"
)

// hit puts an answer's hit together; nil where the record is gone since the index found it, or may no longer
// be seen.
func (s *Service) hit(q *querying, found Found) (*Hit, error) {
	a, err := s.records.Asset(found.ID)
	if err != nil || a == nil || !q.request.Access.Visible(a) {
		return nil, err
	}
	h := &Hit{ID: found.ID, Score: found.Score, Asset: q.st.assetView(a, q.request.Access, q.request.Lang), Highlights: map[string][]string{}}
	h.Matched = Matched{Terms: []string{}, Concepts: []semdex.ConceptID{}, Fields: []string{}}
	w := &hitWriter{q: q, hit: h, texts: q.st.textsOf(a, q.request.Lang, &q.memo)}
	w.marks = make([][]span, len(w.texts))
	var because []string
	for _, m := range found.Matches {
		why := w.match(m) + w.misread(m)
		because = append(because, why)
		if q.request.Explain {
			weight := 0.0
			if m.Reason >= 0 {
				weight = q.reasons[m.Reason].weight
			}
			h.Explain = append(h.Explain, Explanation{Part: q.parts[m.Group], Class: m.Class.String(), Weight: weight, Because: why})
		}
	}
	w.mark(q.marker())
	w.highlights()
	h.Matched.Found = q.foundBy(a, w.texts)
	h.Pinned = found.Pinned
	if decided := q.because(q.curated, found.ID); decided != "" {
		because = append([]string{decided}, because...)
	}
	h.Matched.Because = strings.Join(slices.Compact(because), "; ")
	return h, nil
}

var classNames = [...]string{"", "exact", "tagged", "words", "synonym", "narrower", "narrower label", "related", "related label", "misspelt"}

func (c Class) String() string { return classNames[c] }

type hitWriter struct {
	q     *querying
	hit   *Hit
	texts []assetText
	marks [][]span // by text
}

// match says in words why the hit suits one part of the query, and notes what is to be told of it.
func (w *hitWriter) match(m Match) string {
	if m.Reason < 0 {
		return "matches " + w.q.parts[m.Group]
	}
	r := &w.q.reasons[m.Reason]
	switch {
	case m.Value != nil && r.named < 0:
		return w.valued(*m.Value)
	case m.Value != nil:
		return w.tagged(r, *m.Value)
	case r.label != nil:
		return w.label(r)
	}
	return w.words(r)
}

// misread says for which typed words of that part of the query others were read.
func (w *hitWriter) misread(m Match) string {
	if m.Class == Misspelt {
		return ", read for “" + w.q.parts[m.Group] + "”"
	}
	if m.Reason < 0 || len(w.q.corrections) == 0 {
		return ""
	}
	r := &w.q.reasons[m.Reason]
	stretch := r.words
	for i := range w.q.named {
		if n := &w.q.named[i]; stretch == "" && n.concept == r.named {
			stretch = w.q.request.Query[n.from:n.to]
		}
	}
	return w.q.readFor(stretch)
}

func (w *hitWriter) tagged(r *reason, v Value) string {
	w.concept(r.expanded.Concept)
	field := v.Field
	if name, custom := strings.CutPrefix(field, "field:"); custom {
		field = "fields." + name
	}
	w.field(field)
	for i, t := range w.texts {
		if t.field == field && t.text == v.Value {
			w.marks[i] = append(w.marks[i], span{0, len(t.text)})
		}
	}
	return "tagged " + w.q.st.label(r.expanded.Concept, w.q.request.Lang) + w.via(r)
}

// via says how the expanded concept hangs together with the one that the query named.
func (w *hitWriter) via(r *reason) string {
	named := w.q.st.label(r.named, w.q.request.Lang)
	switch r.expanded.Via {
	case "self":
		if r.words != "" {
			return ", a kind of “" + r.words + "”"
		}
	case "narrower", "narrowMatch":
		return ", narrower than " + named
	case "exactMatch":
		return ", the same as " + named
	case "closeMatch":
		return ", close to " + named
	case "related":
		return ", related to " + named
	case "replaced":
		return ", which has taken the place of " + named
	}
	return ""
}

func (w *hitWriter) label(r *reason) string {
	w.concept(r.expanded.Concept)
	tokens := text.Tokens(r.label.Text)
	terms := make([][]string, len(tokens))
	for i, t := range tokens {
		terms[i] = text.Forms(t, w.q.st.labels.stemLanguages(*r.label))
	}
	evidence := TextEvidence{Terms: terms}
	where := ""
	if r.expanded.Class == Tagged {
		written := evidence.asWritten(r.except)
		_, where = w.find(&written)
	}
	if where == "" {
		_, where = w.find(&evidence)
	}
	name := w.q.st.label(r.expanded.Concept, w.q.request.Lang)
	if r.label.Kind == semdex.HiddenLabel {
		return "a spelling of " + name + where + w.via(r)
	}
	if text.Exact(name) == text.Exact(r.label.Text) {
		return "“" + r.label.Text + "”" + where + w.via(r)
	}
	return "“" + r.label.Text + "”" + where + ", a name of " + name + w.via(r)
}

func (w *hitWriter) words(r *reason) string {
	for i := range w.q.words {
		if e := &w.q.words[i]; w.q.reasons[e.Reason].words == r.words {
			if said, where := w.find(e); said != "" {
				return "“" + said + "”" + where
			}
		}
	}
	return "“" + r.words + "”"
}

// find notes where the words stand in the texts of the asset, and gives the first of them, as it stands there,
// and its place.
func (w *hitWriter) find(e *TextEvidence) (said, where string) {
	for i := range w.texts {
		spans := w.texts[i].occurrences(e)
		if len(spans) == 0 {
			continue
		}
		if where == "" {
			said = w.texts[i].text[spans[0].from:spans[0].to]
			where = " in the " + strings.TrimPrefix(w.texts[i].field, "fields.")
		}
		w.note(i, spans)
	}
	return said, where
}

// mark notes where anything that was searched for stands in the texts of the asset.
func (w *hitWriter) mark(m *marker) {
	for i := range w.texts {
		w.note(i, m.spans(&w.texts[i]))
	}
}

// note keeps spans of a text to be marked.
func (w *hitWriter) note(i int, spans []span) {
	if len(spans) == 0 {
		return
	}
	w.field(w.texts[i].field)
	w.marks[i] = append(w.marks[i], spans...)
	for _, s := range spans {
		w.term(text.Lower(w.texts[i].text[s.from:s.to]))
	}
}

func (w *hitWriter) field(name string) {
	if !slices.Contains(w.hit.Matched.Fields, name) {
		w.hit.Matched.Fields = append(w.hit.Matched.Fields, name)
	}
}

func (w *hitWriter) term(t string) {
	if !slices.Contains(w.hit.Matched.Terms, t) {
		w.hit.Matched.Terms = append(w.hit.Matched.Terms, t)
	}
}

func (w *hitWriter) concept(c int32) {
	if id := w.q.st.th.ID(c); !slices.Contains(w.hit.Matched.Concepts, id) {
		w.hit.Matched.Concepts = append(w.hit.Matched.Concepts, id)
	}
}

func (w *hitWriter) highlights() {
	for i, spans := range w.marks {
		if len(spans) > 0 {
			field := w.texts[i].field
			w.hit.Highlights[field] = append(w.hit.Highlights[field], mark(w.texts[i].text, spans))
		}
	}
}

// assetView gives an asset in the form of answers.
func (st *state) assetView(a *semdex.Asset, access Access, lang string) *AssetView {
	langs := st.settings.Languages
	if lang != "" {
		langs = append([]string{lang}, langs...)
	}
	_, id, _ := strings.Cut(string(a.ID), ":")
	return &AssetView{
		ID: a.ID, Source: AssetSource{System: a.ID.Source(), ID: id}, Title: a.Title.In(langs...), Titles: a.Title,
		Description: a.Description.In(langs...), Alt: a.Alt.In(langs...), Type: a.Type, MIME: a.MIME, Filename: a.Name,
		Width: a.Width, Height: a.Height, Duration: a.Duration, Size: a.Size, Created: timestamp(a.Created), Modified: timestamp(a.Modified),
		URLs:   AssetURLs{optional(a.Links.Thumbnail), optional(a.Links.Preview), optional(a.Links.Original), optional(a.Links.Detail)},
		Rights: rightsView(a, access), Credit: a.Credit, Copyright: a.Copyright, Tags: mergeTags(a), Albums: a.Albums, Fields: a.Fields,
		Concepts: st.conceptRefs(st.conceptsOfAsset(a), lang),
	}
}

func mergeTags(a *semdex.Asset) []string {
	tags := append([]string{}, a.Tags...)
	for _, k := range a.Keywords {
		if !slices.Contains(tags, k) {
			tags = append(tags, k)
		}
	}
	return tags
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func rightsView(a *semdex.Asset, access Access) AssetRights {
	v := AssetRights{Status: a.Approval}
	if r := a.Rights; r != nil {
		v.ValidFrom, v.ValidUntil, v.Territories, v.Channels, v.License, v.Editorial = r.ValidFrom, r.ValidUntil, r.Territories, r.Channels, r.License, r.Editorial
	}
	refusal := a.Rights.Refuses(access.Use, access.DenyMissing)
	if a.Approval != semdex.Approved {
		refusal = semdex.ApprovalMissing
	}
	v.Usable, v.Reason = refusal == semdex.Allowed, string(refusal)
	return v
}

// conceptsOfAsset gives the concepts that an asset's values name, each once, in the order of the values.
func (st *state) conceptsOfAsset(a *semdex.Asset) []int32 {
	var out []int32
	add := func(field string, values []string) {
		for _, v := range values {
			for _, c := range st.of(Value{field, v}) {
				if !slices.Contains(out, c) {
					out = append(out, c)
				}
			}
		}
	}
	add("concepts", a.Concepts)
	add("tags", a.Tags)
	add("keywords", a.Keywords)
	for _, name := range sortedKeys(a.Fields) {
		add(CustomField(name), a.Fields[name])
	}
	return out
}

func (st *state) conceptRefs(concepts []int32, lang string) []ConceptRef {
	refs := make([]ConceptRef, 0, len(concepts))
	for _, c := range concepts {
		refs = append(refs, ConceptRef{URI: st.th.ID(c), Label: st.label(c, lang)})
	}
	return refs
}
