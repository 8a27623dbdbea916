package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
)

// Forms of answers.
const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
	typeCSV     = "text/csv"
	typeXLSX    = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	typeNDJSON  = "application/x-ndjson"
	typeHTML    = "text/html"
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
	body, err := encode(v)
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

// encode writes v as JSON: lists are never null, and <, > and & stand as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
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

// whole gives a copy of v with empty lists in place of missing ones. v itself may be shared, and stays as it is.
func whole(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(whole(v.Elem()))
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(whole(v.Field(i)))
			}
		}
		return out
	case reflect.Slice:
		if v.IsNil() && v.Type().Elem().Kind() != reflect.Uint8 {
			return reflect.MakeSlice(v.Type(), 0, 0)
		}
		if k := v.Type().Elem().Kind(); k != reflect.Struct && k != reflect.Pointer {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(whole(v.Index(i)))
		}
		return out
	}
	return v
}
