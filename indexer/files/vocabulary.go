package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"

	"semdex"
	"semdex/indexer"
)

// Vocabulary is one RDF file, plain or gzip.
type Vocabulary struct {
	Title string // what the library calls it; the name of the file where empty
	Path  string
}

// Name is what the library calls it.
func (v *Vocabulary) Name() string {
	if v.Title != "" {
		return v.Title
	}
	return filepath.Base(v.Path)
}

// Fetch reads the file, unless its content is what the cursor stands for.
func (v *Vocabulary) Fetch(_ context.Context, cursor []byte) (indexer.Export, error) {
	body, err := os.ReadFile(v.Path)
	if err != nil {
		return indexer.Export{}, &semdex.Error{Code: semdex.Invalid, Message: "cannot read the vocabulary " + v.Path, Err: err,
			Hint: "check vocabularies: path: in the configuration; relative paths start at the configuration file"}
	}
	sum := sha256.Sum256(body)
	if bytes.Equal(cursor, sum[:]) {
		return indexer.Export{Unchanged: true, Cursor: cursor}, nil
	}
	return indexer.Export{Documents: []indexer.Document{{Name: v.Path, Format: v.format(), Body: body}}, Cursor: sum[:]}, nil
}

// Check looks whether the file can be read.
func (v *Vocabulary) Check(context.Context) []indexer.Finding {
	return check("vocabulary file", v.Path)
}

// format is the ending of the file, .gz looked through.
func (v *Vocabulary) format() string {
	return strings.TrimPrefix(filepath.Ext(strings.TrimSuffix(strings.ToLower(v.Path), ".gz")), ".")
}
