package rdf

// A place is what a Turtle document may go on with.
type place uint8

const (
	atStatement place = iota // a subject, a directive or the end
	atPredicate
	atMore    // after a semicolon: another semicolon, a predicate or the end of the list of them
	atListEnd // after [ ... ] as a subject: a predicate or the dot
	atObject
	atItem   // within ( ): another item or the end
	afterObj // after an object: , ; or the end
)

func (p place) String() string {
	return [...]string{"a subject", "a predicate", "a predicate", "a predicate or '.'", "an object",
		"an item or ')'", "',', ';' or the end of the statement"}[p]
}

// A sort is what a token of Turtle is to the grammar. Punctuation is itself.
type sort byte

const (
	sortIRI      sort = 'i'
	sortVerb     sort = 'a' // the keyword a
	sortResource sort = 'r' // a blank node, [] or ()
	sortLiteral  sort = 'l'
)

// A grammar follows a Turtle document and says of each token whether it may stand there. It only
// recognises; the engine builds the triples.
type grammar struct {
	at   place
	open []bracket
}

// A bracket is a [ or ( not closed yet.
type bracket struct {
	closer sort
	then   place // where the document is after it
}

// accept takes the next token, or reports false and stays where it was.
func (g *grammar) accept(s sort) bool {
	next, ok := g.at, false
	switch s {
	case sortIRI, sortVerb, sortResource, sortLiteral:
		next, ok = g.term(s)
	case '[', '(':
		return g.enter(s)
	case ']', ')':
		return g.leave(s)
	case ';':
		next, ok = atMore, g.at == atMore || g.at == afterObj
	case ',':
		next, ok = atObject, g.at == afterObj
	case '.':
		next = atStatement
		ok = len(g.open) == 0 && (g.at == afterObj || g.at == atMore || g.at == atListEnd)
	}
	if ok {
		g.at = next
	}
	return ok
}

func (g *grammar) term(s sort) (next place, ok bool) {
	switch g.at {
	case atStatement:
		return atPredicate, s == sortIRI || s == sortResource
	case atPredicate, atMore, atListEnd:
		return atObject, s == sortIRI || s == sortVerb
	case atObject:
		return afterObj, s != sortVerb
	case atItem:
		return atItem, s != sortVerb
	}
	return g.at, false
}

func (g *grammar) enter(s sort) bool {
	b := bracket{closer: ']'}
	switch g.at {
	case atStatement:
		b.then = atListEnd
	case atObject:
		b.then = afterObj
	case atItem:
		b.then = atItem
	default:
		return false
	}
	g.at = atPredicate
	if s == '(' {
		b.closer = ')'
		g.at = atItem
		if b.then == atListEnd {
			b.then = atPredicate
		}
	}
	g.open = append(g.open, b)
	return true
}

func (g *grammar) leave(s sort) bool {
	if len(g.open) == 0 {
		return false
	}
	last := g.open[len(g.open)-1]
	if last.closer != s || s == ')' && g.at != atItem || s == ']' && g.at != afterObj && g.at != atMore {
		return false
	}
	g.open, g.at = g.open[:len(g.open)-1], last.then
	return true
}
