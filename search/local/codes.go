package local

import (
	"slices"
	"strings"

	"semdex/internal/text"
	"semdex/search"
)

// coded is what a code names in every part.
type coded struct {
	evidence *search.CodeEvidence
	level    uint16
	parts    [][]named
}

// named is a document that a code names, and by what.
type named struct {
	doc   uint32
	value search.Value
}

// decode finds what a code names.
func (v *view) decode(e *search.CodeEvidence, level uint16) (*coded, error) {
	c := &coded{evidence: e, level: level, parts: make([][]named, len(v.parts))}
	forms := codeForms(e.Code)
	ids := v.idsNamed(forms)
	for i := range v.parts {
		found, err := v.parts[i].byID(ids)
		if err != nil {
			return nil, err
		}
		more, err := v.parts[i].byName(cutString(text.Fold(e.Code)))
		if err != nil {
			return nil, err
		}
		found = append(append(found, more...), v.byField(i, forms)...)
		slices.SortStableFunc(found, func(a, b named) int { return int(a.doc) - int(b.doc) })
		c.parts[i] = slices.CompactFunc(found, func(a, b named) bool { return a.doc == b.doc })
	}
	return c, nil
}

// codeForms are the cases in which a code is looked for.
func codeForms(code string) []string {
	forms := []string{code}
	for _, f := range []string{strings.ToLower(code), strings.ToUpper(code)} {
		if !slices.Contains(forms, f) {
			forms = append(forms, f)
		}
	}
	return forms
}

// idsNamed gives the ids that a code may stand for.
func (v *view) idsNamed(forms []string) []string {
	ids := slices.Clone(forms)
	seen := map[string]bool{}
	for _, prefix := range v.values[valuePrefix] {
		for end := len(prefix); end > 0 && !seen[prefix[:end]]; end = strings.LastIndexByte(prefix[:end], ':') {
			seen[prefix[:end]] = true
			for _, form := range forms {
				ids = append(ids, prefix[:end]+":"+form)
			}
		}
	}
	return ids
}

// byID gives the documents with one of the ids.
func (p *part) byID(ids []string) ([]named, error) {
	docs, err := p.segment.DocNumbers(ids)
	if err != nil || docs == nil {
		return nil, err
	}
	var found []named
	for _, doc := range docs.ToArray() {
		id, err := p.segment.DocID(uint64(doc))
		if err != nil {
			return nil, err
		}
		found = append(found, named{doc, search.Value{Field: "id", Value: string(id)}})
	}
	return found, nil
}

// byName gives the documents whose file name is the folded code, or is but for what follows its last dot.
func (p *part) byName(code string) ([]named, error) {
	if code == "" {
		return nil, nil
	}
	dictionary, err := p.segment.Dictionary(prefixString + "name")
	if err != nil {
		return nil, err
	}
	var found []named
	names := terms(dictionary, []byte(code), []byte(code+"/")) // "/" follows "."
	for {
		entry, err := names.Next()
		if err != nil || entry == nil {
			return found, err
		}
		name := entry.Term
		if name != code && (!strings.HasPrefix(name, code+".") || strings.Contains(name[len(code)+1:], ".")) {
			continue
		}
		list, err := dictionary.PostingsList([]byte(name), nil, nil)
		if err != nil {
			return nil, err
		}
		docs, err := bitmapOf(list.Iterator(false, false, false, nil))
		if err != nil {
			return nil, err
		}
		for _, doc := range docs.ToArray() {
			found = append(found, named{doc, search.Value{Field: "name", Value: name}})
		}
	}
}

// byField gives the documents that have one of the forms as a value of a custom field.
func (v *view) byField(partIndex int, forms []string) []named {
	var found []named
	for _, field := range v.fields {
		column := v.parts[partIndex].arrays.columns[field]
		if column == nil || !strings.HasPrefix(field, search.CustomField("")) {
			continue
		}
		for _, form := range forms {
			if n, known := v.dictionary.lookup(field, form); known {
				list, set := column.bearing(n)
				add := func(doc uint32) { found = append(found, named{doc, search.Value{Field: field, Value: form}}) }
				set.each(add)
				for _, doc := range list {
					add(doc)
				}
			}
		}
	}
	return found
}

// of gives what of a document the code is.
func (c *coded) of(partIndex int, doc uint32) (search.Value, bool) {
	list := c.parts[partIndex]
	i, found := slices.BinarySearchFunc(list, doc, func(n named, doc uint32) int { return int(n.doc) - int(doc) })
	if !found {
		return search.Value{}, false
	}
	return list[i].value, true
}
