package local

import (
	"context"

	"semdex/search"
)

// Spellings is not there yet.
func (v *view) Spellings(context.Context, *search.Spelling) ([]search.Spelled, error) {
	return nil, nil
}
