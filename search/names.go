package search

import (
	"slices"
	"sync/atomic"
)

// names remember what concepts are called in the languages of the library: a name is found by walking all labels of a
// concept, and an answer shows hundreds. The zero value remembers nothing yet.
type names struct {
	kept atomic.Pointer[[][]atomic.Pointer[string]] // by language, the last for none; by concept
}

// of gives the names in a language, by concept; nil where they are not kept.
func (n *names) of(st *state, lang string) []atomic.Pointer[string] {
	langs := st.settings.Languages
	at := len(langs)
	if lang != "" {
		if at = slices.Index(langs, lang); at < 0 {
			return nil
		}
	}
	kept := n.kept.Load()
	if kept == nil {
		fresh := make([][]atomic.Pointer[string], len(langs)+1)
		for i := range fresh {
			fresh[i] = make([]atomic.Pointer[string], st.th.Len())
		}
		n.kept.CompareAndSwap(nil, &fresh)
		kept = n.kept.Load()
	}
	return (*kept)[at]
}

// label is the name of a concept to show in lang, else in the library's languages.
func (st *state) label(c int32, lang string) string {
	kept := st.names.of(st, lang)
	if kept == nil {
		return st.findLabel(c, lang)
	}
	if name := kept[c].Load(); name != nil {
		return *name
	}
	name := st.findLabel(c, lang)
	kept[c].Store(&name)
	return name
}

func (st *state) findLabel(c int32, lang string) string {
	if lang == "" {
		return st.th.PrefLabel(c, st.settings.Languages...)
	}
	return st.th.PrefLabel(c, append([]string{lang}, st.settings.Languages...)...)
}
