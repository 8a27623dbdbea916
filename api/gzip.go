package api

import (
	"fmt"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// gzipLevel is where the time is about half that of the usual level, and an answer about a twentieth longer.
const gzipLevel = 3

// compressed has answers sent as gzip to those who take it: the forms that gain by it, from 1 KiB on. Files of
// spreadsheets are compressed by themselves. Tags stay as they are, for they are weak.
func compressed(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.EnableZstd(false), gzhttp.CompressionLevel(gzipLevel), gzhttp.MinSize(gzhttp.DefaultMinSize),
		gzhttp.ContentTypes([]string{typeJSON, typeProblem, typeCSV, typeNDJSON, typeHTML, typeText}))
	if err != nil {
		panic(fmt.Errorf("gzip: %w", err)) // made of these options alone
	}
	return wrap(h)
}
