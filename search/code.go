package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"semdex/internal/text"
)

const (
	maxCode       = 128         // bytes
	maxPiece      = 2 * maxCode // bytes before and behind a word that are looked at for the signs around a code
	leastCode     = 3           // letters and digits of a word that is taken for a code
	maxCodePieces = 6           // blank-separated pieces of a query that may be a code as a whole: a file name, perhaps
)

// weightCode is the weight of a code: nothing is surer.
const weightCode = 1.0

// asCode gives a piece of a query, without the signs around it, if it looks like a code: with a digit in it, or
// with "_", "-", "." or ":" between letters. It is "" for other words.
func asCode(s string) string {
	code := strings.TrimRight(strings.Trim(s, " \t\r\n\"'“”„‚‘’«»()[]{}<>,;:!?"), ".")
	if len(code) > maxCode || !utf8.ValidString(code) || len(strings.Fields(code)) > maxCodePieces {
		return ""
	}
	telling, looks := 0, false
	var before, glue rune
	for _, r := range code {
		switch {
		case unicode.IsNumber(r):
			looks = true
			fallthrough
		case unicode.IsLetter(r):
			telling++
			looks = looks || glue != 0 && before != 0
			before, glue = r, 0
		case strings.ContainsRune("_-.:", r) && glue == 0:
			glue = r
		default:
			before, glue = 0, 0
		}
	}
	if !looks || telling < leastCode {
		return ""
	}
	return code
}

func hasDigit(s string) bool { return strings.IndexFunc(s, unicode.IsNumber) >= 0 }

// codeAround gives the code that a stretch of the query is or belongs to: the blank-separated piece around it.
func (q *querying) codeAround(from, to int) string {
	query := q.request.Query
	if strings.IndexFunc(query[from:to], unicode.IsSpace) >= 0 {
		return ""
	}
	first, last := max(0, from-maxPiece), min(len(query), to+maxPiece)
	start, end := strings.LastIndexFunc(query[first:from], unicode.IsSpace), strings.IndexFunc(query[to:last], unicode.IsSpace)
	if start < 0 && first > 0 || end < 0 && last < len(query) {
		return "" // too long for a code
	}
	if start >= 0 {
		_, size := utf8.DecodeRuneInString(query[first+start:])
		first += start + size
	}
	if end >= 0 {
		last = to + end
	}
	return asCode(query[first:last])
}

// notations finds the pieces among tokens that look like codes and are notations of concepts.
func (q *querying) notations(tokens []text.Token) []named {
	var out []named
	in := q.allowed()
	for i := 0; i < len(tokens); {
		code := q.codeAround(tokens[i].Start, tokens[i].End)
		end := i + 1
		if code == "" {
			i = end
			continue
		}
		for end < len(tokens) && strings.IndexFunc(q.request.Query[tokens[i].Start:tokens[end].End], unicode.IsSpace) < 0 {
			end++
		}
		if found := q.st.labels.notedAlike(code, in); len(found) > 0 {
			out = append(out, named{i, end, sensesNoted(found, code)})
		}
		i = end
	}
	return out
}

// addCode makes the code that a unit may be evidence for its group, above all other evidence. A word that is glued
// without a digit and is a label is not taken for one.
func (q *querying) addCode(g *Group, u *unit) {
	if u.code == "" || len(u.senses) > 0 && u.senses[0].by == "label" && !hasDigit(u.code) {
		return
	}
	q.addCodeEvidence(g, u.code)
}

func (q *querying) addCodeEvidence(g *Group, code string) {
	for _, c := range g.Codes {
		if c.Code == code {
			return
		}
	}
	q.reasons = append(q.reasons, reason{named: -1, words: code, weight: weightCode})
	g.Codes = append(g.Codes, CodeEvidence{Code: code, Class: Exact, Weight: weightCode, Reason: len(q.reasons) - 1})
}

// addWholeCode makes a query of several pieces that looks like one code, such as a file name with blanks, evidence
// for all of its groups.
func (q *querying) addWholeCode(p *Plan) {
	code := asCode(q.request.Query)
	if code == "" || !strings.ContainsFunc(code, unicode.IsSpace) {
		return
	}
	for i := range p.Groups {
		if !p.Groups[i].Excluded {
			q.addCodeEvidence(&p.Groups[i], code)
		}
	}
}

// valued says which value of an asset a code or field:value of the query is.
func (w *hitWriter) valued(v Value) string {
	field := v.Field
	if name, custom := strings.CutPrefix(field, "field:"); custom {
		field = "fields." + name
	}
	if field == "name" {
		field = "filename"
	}
	w.field(field)
	for i, t := range w.texts {
		if t.field == field && t.text == v.Value {
			w.marks[i] = append(w.marks[i], span{0, len(t.text)})
		}
	}
	name := strings.TrimPrefix(field, "fields.")
	if field == "filename" {
		name = "file name"
	}
	return "its " + name + " is " + v.Value
}
