package search

import "semdex"

// emptyThesaurus is the vocabulary of a library that has none.
type emptyThesaurus struct{}

func (emptyThesaurus) Len() int                             { return 0 }
func (emptyThesaurus) Find(semdex.ConceptID) (int32, bool)  { return 0, false }
func (emptyThesaurus) FindForeign(string) []int32           { return nil }
func (emptyThesaurus) ID(int32) semdex.ConceptID            { return "" }
func (emptyThesaurus) Labels(int32) []semdex.Label          { return nil }
func (emptyThesaurus) PrefLabel(int32, ...string) string    { return "" }
func (emptyThesaurus) PathString(int32, ...string) string   { return "" }
func (emptyThesaurus) Notations(int32) []string             { return nil }
func (emptyThesaurus) Narrower(int32) []int32               { return nil }
func (emptyThesaurus) Broader(int32) []int32                { return nil }
func (emptyThesaurus) Ancestors(int32) []int32              { return nil }
func (emptyThesaurus) Related(int32) []int32                { return nil }
func (emptyThesaurus) ExactMatches(int32) []int32           { return nil }
func (emptyThesaurus) CloseMatches(int32) []int32           { return nil }
func (emptyThesaurus) NarrowMatches(int32) []int32          { return nil }
func (emptyThesaurus) Deprecated(int32) bool                { return false }
func (emptyThesaurus) Successors(int32) []int32             { return nil }
func (emptyThesaurus) InScheme(int32, semdex.SchemeID) bool { return false }
