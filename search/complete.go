package search

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"semdex"
	"semdex/internal/text"
)

// completions are the labels of a vocabulary, ready to be completed while they are typed. They are made once
// for a vocabulary and then only read.
//
// What was typed completes a label where each typed word begins a word of the label, in the order typed; other
// words may stand before, between and behind. Words are terms: case and accents do not count.
type completions struct {
	labels []completable
	starts []wordStart // by the text from there on
	found  sync.Pool   // of *collected, for one request after the other
}

// completable is a label that completes to a concept in use.
type completable struct {
	concept int32
	label   semdex.Label
	key     string // text.Key
}

// wordStart is where a word of a label begins: a byte of its key.
type wordStart struct{ label, at int32 }

// newCompletions reads the labels of th. What is deprecated is completed to what has taken its place, by names
// that no concept in use bears; where nothing has, it is left out.
func newCompletions(th Thesaurus) *completions {
	concepts := th.Len() // what they keep must not hold the vocabulary, which they outlive
	c := &completions{found: sync.Pool{New: func() any { return &collected{at: make([]int32, concepts)} }}}
	used := map[string]bool{}
	for n := range int32(th.Len()) {
		if th.Deprecated(n) {
			continue
		}
		for _, l := range th.Labels(n) {
			used[c.add(n, l)] = true
		}
	}
	for n := range int32(th.Len()) {
		if !th.Deprecated(n) {
			continue
		}
		for _, l := range th.Labels(n) {
			if used[text.Key(l.Text)] {
				continue
			}
			l.Kind = max(l.Kind, semdex.AltLabel) // one more name of another concept
			for _, next := range inPlaceOf(th, n) {
				c.add(next, l)
			}
		}
	}
	slices.SortFunc(c.starts, func(a, b wordStart) int {
		return cmp.Or(strings.Compare(c.from(a), c.from(b)), cmp.Compare(a.label, b.label))
	})
	return c
}

// inPlaceOf gives the concepts in use that have taken the place of a deprecated one, over any number of steps.
func inPlaceOf(th Thesaurus, deprecated int32) []int32 {
	var out []int32
	seen := []int32{deprecated}
	for i := 0; i < len(seen); i++ {
		for _, next := range th.Successors(seen[i]) {
			if slices.Contains(seen, next) {
				continue
			}
			seen = append(seen, next)
			if !th.Deprecated(next) {
				out = append(out, next)
			}
		}
	}
	return out
}

// add gives the key of the label. A label without a word cannot be typed word by word and is left out.
func (c *completions) add(concept int32, l semdex.Label) string {
	tokens := text.Tokens(l.Text)
	if len(tokens) == 0 {
		return ""
	}
	n := int32(len(c.labels))
	c.labels = append(c.labels, completable{concept, l, text.Join(tokens)})
	at := 0
	for _, t := range tokens {
		c.starts = append(c.starts, wordStart{n, int32(at)})
		at += len(t.Term) + 1
	}
	return c.labels[n].key
}

func (c *completions) from(s wordStart) string { return c.labels[s.label].key[s.at:] }

// beginning gives the word starts from which on the text begins with prefix.
func (c *completions) beginning(prefix string) []wordStart {
	first, _ := slices.BinarySearchFunc(c.starts, prefix, func(s wordStart, p string) int { return strings.Compare(c.from(s), p) })
	n, _ := slices.BinarySearchFunc(c.starts[first:], prefix, func(s wordStart, p string) int {
		if strings.HasPrefix(c.from(s), p) {
			return -1
		}
		return 1
	})
	return c.starts[first : first+n]
}

// place is where in a label what was typed stands, the best first.
type place uint8

const (
	whole     place = iota // it is the label
	atStart                // the label begins with it
	atWord                 // a later word begins it, and the rest follows at once
	scattered              // its words begin words of the label, with others between
	nowhere
)

// typing is what was typed so far, as terms.
type typing struct {
	words  []string // at least one
	spaced string   // a space, and the words joined by spaces
}

// readTyping gives false where there is no word.
func readTyping(s string) (typing, bool) {
	var t typing
	for _, token := range text.Tokens(s) {
		t.words = append(t.words, token.Term)
		t.spaced += " " + token.Term
	}
	return t, len(t.words) > 0
}

// joined is the text.Key of what was typed.
func (t *typing) joined() string { return t.spaced[1:] }

// in says where in a key the typed words stand.
func (t *typing) in(key string) place {
	switch {
	case key == t.joined():
		return whole
	case strings.HasPrefix(key, t.joined()):
		return atStart
	case strings.Contains(key, t.spaced):
		return atWord
	}
	words := t.words
	for word := range strings.SplitSeq(key, " ") {
		if strings.HasPrefix(word, words[0]) {
			if words = words[1:]; len(words) == 0 {
				return scattered
			}
		}
	}
	return nowhere
}

// completed is a concept that what was typed completes to.
type completed struct {
	*completable
	place place
	tier  uint8 // of the label's language, the reader's first
	edits int   // typing errors; 0 for what was typed right
	count int   // assets
}

// better orders the labels of one concept: which one tells that it was meant.
func (a *completed) better(b *completed) int {
	return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(a.place, b.place), cmp.Compare(a.tier, b.tier), cmp.Compare(a.label.Kind, b.label.Kind),
		cmp.Compare(len(a.key), len(b.key)), strings.Compare(a.key, b.key), strings.Compare(a.label.Text, b.label.Text), strings.Compare(a.label.Lang, b.label.Lang))
}

// before orders concepts: what was typed right, then what has assets, then what was typed whole. After that the
// place in the label decides, the reader's language, the kind of label, and how many assets there are.
func (a *completed) before(b *completed) int {
	return cmp.Or(compareFlags(a.edits > 0, b.edits > 0), compareFlags(a.count == 0, b.count == 0), compareFlags(a.place != whole, b.place != whole),
		a.edits-b.edits, cmp.Compare(a.place, b.place), cmp.Compare(a.tier, b.tier), cmp.Compare(a.label.Kind, b.label.Kind), b.count-a.count,
		strings.Compare(a.key, b.key), cmp.Compare(a.concept, b.concept))
}

func compareFlags(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// completing is what one reader typed, and for whom it is completed.
type completing struct {
	*completions
	typing
	lang   string           // the reader's; "" is any
	wanted func(int32) bool // of a concept
	count  func(int32) int  // the assets that are about a concept
}

// collected are concepts with the best label of each.
type collected struct {
	at   []int32 // by concept: where in list it is, plus 1
	list []completed
}

// take keeps the better label of a concept.
func (k *collected) take(m *completed) {
	switch at := k.at[m.concept]; {
	case at == 0:
		k.list = append(k.list, *m)
		k.at[m.concept] = int32(len(k.list))
	case m.better(&k.list[at-1]) < 0:
		k.list[at-1] = *m
	}
}

// reset makes it ready for another request.
func (k *collected) reset() {
	for i := range k.list {
		k.at[k.list[i].concept] = 0
	}
	clear(k.list)
	k.list = k.list[:0]
}

// best gives the concepts that what was typed completes to, best first, at most limit.
func (c *completing) best(limit int) []completed { return c.pick(limit, c.typedRight) }

// typedRight gives the labels that what was typed completes, a concept perhaps several times.
func (c *completing) typedRight(yield func(completed)) {
	rarest := slices.MinFunc(c.words, func(a, b string) int { return len(c.beginning(a)) - len(c.beginning(b)) })
	for _, s := range c.beginning(rarest) {
		l := &c.labels[s.label]
		if p := c.at(l.key, s); p != nowhere {
			yield(completed{completable: l, place: p})
		}
	}
}

// at is in for a word start that the rarest word begins: a word typed alone need not be looked for.
func (c *completing) at(key string, s wordStart) place {
	switch {
	case len(c.words) > 1:
		return c.in(key)
	case s.at > 0:
		return atWord
	case len(key) == len(c.joined()):
		return whole
	}
	return atStart
}

// forgiven gives the concepts that what was typed completes to but for typing errors, best first, at most limit.
// Those for which known holds are left out. The first letter is always taken as right.
func (c *completing) forgiven(limit int, known func(int32) bool) []completed {
	typed := []rune(c.joined())
	most := maxEdits(typed)
	if most == 0 || limit <= 0 {
		return nil
	}
	near := newNearness(typed, most)
	return c.pick(limit, func(yield func(completed)) {
		for _, s := range c.beginning(string(typed[0])) {
			l := &c.labels[s.label]
			edits := near.edits(c.from(s))
			if edits > most || known(l.concept) {
				continue
			}
			m := completed{completable: l, place: atWord, edits: edits}
			if s.at == 0 {
				m.place = atStart
			}
			yield(m)
		}
	})
}

// pick gives the best of all that is found, in order, without putting the rest in order.
func (c *completing) pick(limit int, find func(yield func(completed))) []completed {
	if limit <= 0 {
		return nil
	}
	k := c.found.Get().(*collected)
	defer func() { k.reset(); c.found.Put(k) }()
	find(func(m completed) {
		if k.at[m.concept] > 0 || c.wanted(m.concept) {
			m.tier = languageTier(c.lang, m.label.Lang)
			k.take(&m)
		}
	})
	var best []completed
	for i := range k.list {
		m := &k.list[i]
		m.count = c.count(m.concept)
		if len(best) == limit && m.before(&best[limit-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, m, func(a completed, b *completed) int { return a.before(b) })
		best = slices.Insert(best, at, *m)
		best = best[:min(len(best), limit)]
	}
	return best
}

// languageTier puts the reader's language first, then what has none, then others.
func languageTier(reader, label string) uint8 {
	switch {
	case reader == "" || semdex.LanguageMatches(reader, label):
		return 0
	case label == "":
		return 1
	}
	return 2
}

// maxForgiven is how many letters of what was typed are compared with typing errors in mind.
const maxForgiven = 64

// maxEdits is how many typing errors are forgiven: none in what is so short that anything would do, one below 8
// letters, two from there on.
func maxEdits(typed []rune) int {
	switch n := len(typed); {
	case n < 4 || n > maxForgiven:
		return 0
	case n < 8:
		return 1
	}
	return 2
}

// nearness tells how many typing errors lie between what was typed and the beginning of texts. Texts that come in
// order share the work for what they begin with alike.
type nearness struct {
	typed   []rune
	most    int
	letters []rune  // of the text before
	columns [][]int // by letters of it: the edits to turn each beginning of typed into these letters
	least   []int   // by letters of it: the fewest edits that turn typed into these letters or a beginning of them
	dead    int     // so many letters are too far off, whatever follows; -1 where they are not
}

func newNearness(typed []rune, most int) *nearness {
	n := &nearness{typed: typed, most: most, dead: -1}
	for range len(typed) + most + 1 {
		n.columns = append(n.columns, make([]int, len(typed)+1))
	}
	n.least = make([]int, len(n.columns))
	for i := range n.columns[0] {
		n.columns[0][i] = i
	}
	n.least[0] = len(typed)
	return n
}

// edits counts the letters to insert, delete, replace or swap with the next that turn what was typed into a
// beginning of s; too many are told as one more than the most.
func (n *nearness) edits(s string) int {
	shared, length, differs := 0, 0, false
	for _, r := range s {
		if length == len(n.columns)-1 {
			break
		}
		if !differs && length < len(n.letters) && n.letters[length] == r {
			shared++
		} else {
			differs = true
			n.letters = append(n.letters[:length], r)
		}
		length++
	}
	n.letters = n.letters[:length]
	if n.dead >= 0 && shared >= n.dead {
		return min(n.least[n.dead], n.most+1)
	}
	n.dead = -1
	for j := shared + 1; j <= length; j++ {
		if closest := n.fill(j); closest > n.most {
			n.dead = j
			return min(n.least[j], n.most+1)
		}
	}
	return min(n.least[length], n.most+1)
}

// fill computes the column of the letters up to j from those before, and gives its least.
func (n *nearness) fill(j int) int {
	above, column := n.columns[j-1], n.columns[j]
	column[0] = j
	closest := j
	for i := 1; i < len(column); i++ {
		same := above[i-1]
		if n.typed[i-1] != n.letters[j-1] {
			same++
		}
		column[i] = min(same, above[i]+1, column[i-1]+1)
		if i > 1 && j > 1 && n.typed[i-1] == n.letters[j-2] && n.typed[i-2] == n.letters[j-1] {
			column[i] = min(column[i], n.columns[j-2][i-2]+1)
		}
		closest = min(closest, column[i])
	}
	n.least[j] = min(n.least[j-1], column[len(column)-1])
	return closest
}
