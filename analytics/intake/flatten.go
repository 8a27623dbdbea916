package intake

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// listed parts the items of a list of plain values.
const listed = "\x1f"

// flatten puts the plain values of an object into out by their paths, folded. Of two of one path the first counts.
func flatten(object []byte, out map[string]string) error {
	if !utf8.Valid(object) {
		return errors.New("it is not UTF-8; set encoding")
	}
	if !json.Valid(object) {
		var any any
		return json.Unmarshal(object, &any)
	}
	f := flattener{rest: string(object)}
	f.value("", out)
	return nil
}

// flattener reads JSON that is valid, from left to right. Texts are parts of what it reads.
type flattener struct{ rest string }

// next gives the first byte of what follows.
func (f *flattener) next() byte {
	f.rest = strings.TrimLeft(f.rest, " \t\r\n")
	return f.rest[0]
}

// each reads what stands between brackets, parted by commas.
func (f *flattener) each(item func()) {
	for f.rest = f.rest[1:]; ; {
		switch f.next() {
		case '}', ']':
			f.rest = f.rest[1:]
			return
		case ',':
			f.rest = f.rest[1:]
		default:
			item()
		}
	}
}

func (f *flattener) value(path string, out map[string]string) {
	text := ""
	switch f.next() {
	case '{':
		f.each(func() {
			key := fold(f.string())
			f.next()
			f.rest = f.rest[1:] // the colon
			if path != "" {
				key = path + "." + key
			}
			f.value(key, out)
		})
		return
	case '[':
		text = f.list()
	default:
		text = f.plain()
	}
	if _, there := out[path]; text != "" && !there {
		out[path] = text
	}
}

// plain reads a string without blanks around it, a number or a name; null is nothing.
func (f *flattener) plain() string {
	if f.next() == '"' {
		return strings.TrimSpace(f.string())
	}
	end := strings.IndexAny(f.rest, ",]} \t\r\n")
	word := f.rest[:end]
	f.rest = f.rest[end:]
	if word == "null" {
		return ""
	}
	return word
}

// string reads a string in quotes.
func (f *flattener) string() string {
	for i := 1; ; i++ {
		switch f.rest[i] {
		case '\\':
			i++
		case '"':
			quoted := f.rest[:i+1]
			f.rest = f.rest[i+1:]
			text := quoted[1:i]
			if strings.IndexByte(text, '\\') >= 0 && json.Unmarshal([]byte(quoted), &text) != nil {
				return ""
			}
			return text
		}
	}
}

// list joins plain values. Of a text in several languages ({culture, value}) it gives the English one, else the first.
func (f *flattener) list() string {
	var items []string
	words, english := "", ""
	f.each(func() {
		switch f.next() {
		case '{':
			one := map[string]string{}
			f.value("", one)
			if words == "" {
				words = one["value"]
			}
			if english == "" && strings.HasPrefix(strings.ToLower(one["culture"]), "en") {
				english = one["value"]
			}
		case '[':
			f.list()
		default:
			if text := f.plain(); text != "" {
				items = append(items, text)
			}
		}
	})
	switch {
	case len(items) > 0:
		return strings.Join(items, listed)
	case english != "":
		return english
	}
	return words
}
