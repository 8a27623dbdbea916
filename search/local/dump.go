package local

import (
	"fmt"
	"slices"
	"strings"

	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// Dump writes down what the index holds of its live documents, one line for each, sorted: the id, and every
// term of every field with how often it stands where. Segments and document numbers do not show, so two
// indexes of the same assets give the same lines.
func (x *Index) Dump() ([]string, error) {
	x.mu.Lock()
	v := x.current
	v.users.Add(1)
	x.mu.Unlock()
	defer v.Release()
	var lines []string
	for i := range v.parts {
		docs, err := dumpPart(&v.parts[i])
		if err != nil {
			return nil, err
		}
		lines = append(lines, docs...)
	}
	slices.Sort(lines)
	return lines, nil
}

func dumpPart(p *part) ([]string, error) {
	terms := make([][]string, p.arrays.docs)
	fields := slices.Clone(p.segment.Fields())
	slices.Sort(fields)
	for _, field := range fields {
		if field == "_id" {
			continue
		}
		if err := dumpField(p, field, terms); err != nil {
			return nil, err
		}
	}
	var lines []string
	var fault error
	p.live.each(func(doc uint32) {
		id, err := p.segment.DocID(uint64(doc))
		if err != nil {
			fault = err
		}
		lines = append(lines, string(id)+"\t"+strings.Join(terms[doc], " "))
	})
	return lines, fault
}

func dumpField(p *part, field string, terms [][]string) error {
	if !strings.HasPrefix(field, "t:") {
		return eachTerm(p.segment, field, func(term string, found documents) {
			found.each(func(doc uint32) { terms[doc] = append(terms[doc], fmt.Sprintf("%s=%q", field, term)) })
		})
	}
	dict, err := p.segment.Dictionary(field)
	if err != nil {
		return err
	}
	words := dict.AutomatonIterator(nil, nil, nil)
	for {
		entry, err := words.Next()
		if err != nil || entry == nil {
			return err
		}
		list, err := dict.PostingsList([]byte(entry.Term), nil, nil)
		if err != nil {
			return err
		}
		if err := dumpPostings(list, field, entry.Term, terms); err != nil {
			return err
		}
	}
}

func dumpPostings(list segment.PostingsList, field, term string, terms [][]string) error {
	postings := list.Iterator(true, true, true, nil)
	for {
		p, err := postings.Next()
		if err != nil || p == nil {
			return err
		}
		at := make([]uint64, 0, len(p.Locations()))
		for _, l := range p.Locations() {
			at = append(at, l.Pos())
		}
		terms[p.Number()] = append(terms[p.Number()], fmt.Sprintf("%s=%q%v", field, term, at))
	}
}
