package local

import (
	"testing"

	"github.com/blevesearch/bleve/v2"
)

// Bleve gives the index beneath, to ask it plainly.
func (x *Index) Bleve() bleve.Index { return x.bleve }

// Ways are the limits at which a search goes on another way. No answer depends on them.
type Ways struct {
	HelpedDocs, SparseShare, TableRoom, TableBytes, LexisBytes, LexisPerAsset, FewMatches, DenseShare, TallyShare, SpanShare, Unscreened int
}

// Go sets the limits until the end of the test.
func (w Ways) Go(t *testing.T) {
	old := Ways{helpedDocs, sparseShare, tableRoom, tableBytes, lexisBytes, lexisPerAsset, fewMatches, int(denseShare), tallyShare, spanShare, unscreened}
	w.set()
	t.Cleanup(old.set)
}

func (w Ways) set() {
	helpedDocs, sparseShare, tableRoom, tableBytes = w.HelpedDocs, w.SparseShare, w.TableRoom, w.TableBytes
	lexisBytes, lexisPerAsset, fewMatches, denseShare = w.LexisBytes, w.LexisPerAsset, w.FewMatches, uint32(w.DenseShare)
	tallyShare, spanShare, unscreened = w.TallyShare, w.SpanShare, w.Unscreened
}
