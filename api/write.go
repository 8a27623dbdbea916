package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Forms of answers.
const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
	typeCSV     = "text/csv"
	typeXLSX    = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	typeNDJSON  = "application/x-ndjson"
	typeParquet = "application/vnd.apache.parquet"
	typeHTML    = "text/html"
	typeSVG     = "image/svg+xml"
	typeText    = "text/plain"
)

// json answers with v.
func (c *call) json(status int, v any) error {
	if c.tagged && status == http.StatusOK {
		return c.jsonTagged(v)
	}
	return writeJSON(c.gin.Writer, typeJSON, status, v)
}

func writeJSON(w http.ResponseWriter, mime string, status int, v any) error {
	b := takeBuffer()
	defer b.giveBack()
	body, err := b.encode(v)
	if err != nil {
		return err
	}
	return writeBytes(w, mime, status, body)
}

func writeBytes(w http.ResponseWriter, mime string, status int, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", mime)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}

// buffer is room to write an answer in.
type buffer struct{ bytes.Buffer }

var buffers = sync.Pool{New: func() any { return &buffer{} }}

// maxKeptBuffer is how large a buffer may be, in bytes, that is kept for the next answer.
const maxKeptBuffer = 1 << 20

func takeBuffer() *buffer { return buffers.Get().(*buffer) }

// giveBack ends the use of the buffer and of all that was made in it.
func (b *buffer) giveBack() {
	if b.Cap() <= maxKeptBuffer {
		b.Reset()
		buffers.Put(b)
	}
}

// encode writes v as JSON into the buffer, which is empty: lists are never null, and <, > and & stand as they are.
func (b *buffer) encode(v any) ([]byte, error) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(whole(reflect.ValueOf(v)).Interface()); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return unescapeHTML(b.Bytes()), nil
}

// unescapeHTML undoes the escapes that encoding/json leaves in what a type's own MarshalJSON gave.
func unescapeHTML(data []byte) []byte {
	if !bytes.Contains(data, []byte(`\u00`)) {
		return data
	}
	out := data[:0]
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			out = append(out, data[i])
			continue
		}
		if i+6 <= len(data) {
			if plain := map[string]byte{`\u003c`: '<', `\u003e`: '>', `\u0026`: '&'}[string(data[i:i+6])]; plain != 0 {
				out = append(out, plain)
				i += 5
				continue
			}
		}
		out = append(out, data[i], data[i+1]) // JSON never ends in a backslash
		i++
	}
	return out
}

// whole gives v with empty lists in place of missing ones: a copy where any is missing, for v itself may be shared.
func whole(v reflect.Value) reflect.Value {
	if !lacks(v) {
		return v
	}
	switch v.Kind() {
	case reflect.Pointer:
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(whole(v.Elem()))
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for _, f := range listFields(v.Type()) {
			out.Field(f.index).Set(whole(v.Field(f.index)))
		}
		return out
	}
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		out.Index(i).Set(whole(v.Index(i)))
	}
	return out
}

// lacks reports whether a list is missing in v where it would be written.
func lacks(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && v.Type().Elem().Kind() == reflect.Struct && lacks(v.Elem())
	case reflect.Struct:
		for _, f := range listFields(v.Type()) {
			if field := v.Field(f.index); !(f.omitted && field.Kind() == reflect.Slice && field.IsNil()) && lacks(field) {
				return true
			}
		}
	case reflect.Slice:
		elem := v.Type().Elem().Kind()
		if v.IsNil() {
			return elem != reflect.Uint8
		}
		if elem != reflect.Struct && elem != reflect.Pointer {
			return false
		}
		for i := range v.Len() {
			if lacks(v.Index(i)) {
				return true
			}
		}
	}
	return false
}

// listField is a field of a struct that may be a list or hold one.
type listField struct {
	index   int
	omitted bool // where it is empty it is not written
}

var listFieldsOf sync.Map // of reflect.Type to []listField

// listFields gives the fields of a struct's type that lists may be missing in.
func listFields(t reflect.Type) []listField {
	if known, ok := listFieldsOf.Load(t); ok {
		return known.([]listField)
	}
	out := []listField{}
	for i := range t.NumField() {
		f := t.Field(i)
		kind := f.Type.Kind()
		if !f.IsExported() || kind != reflect.Pointer && kind != reflect.Struct && kind != reflect.Slice {
			continue
		}
		_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		out = append(out, listField{i, slices.Contains(strings.Split(options, ","), "omitempty")})
	}
	listFieldsOf.Store(t, out)
	return out
}
