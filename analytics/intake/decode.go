package intake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const bufferSize = 64 << 10

// unpack gives what is in a file, plain or gzip, without the mark of UTF-8 at its start, and whether there was one.
func unpack(r io.Reader) (in *bufio.Reader, marked bool, err error) {
	in = bufio.NewReaderSize(r, bufferSize)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, false, err
		}
		in = bufio.NewReaderSize(z, bufferSize)
	}
	if mark, _ := in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3)
		marked = true
	}
	return in, marked, nil
}

// decode gives the text of a file in UTF-8. A mark at its start comes before what is told.
func decode(r io.Reader, told string) (*bufio.Reader, error) {
	in, marked, err := unpack(r)
	if err != nil || marked {
		return in, err
	}
	var from encoding.Encoding
	switch mark, _ := in.Peek(2); {
	case string(mark) == "\xff\xfe" || string(mark) == "\xfe\xff":
		from = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case told == "utf-16" || told == "utf-16le": // Windows writes the low byte first
		from = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case told == "utf-16be":
		from = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case told == "windows-1252":
		from = charmap.Windows1252
	default:
		return in, nil
	}
	return bufio.NewReaderSize(transform.NewReader(in, from.NewDecoder()), bufferSize), nil
}

// first is the first byte that is no blank, 0 where there is none near the start.
func first(in *bufio.Reader) byte {
	start, _ := in.Peek(bufferSize)
	if start = bytes.TrimLeft(start, " \t\r\n"); len(start) > 0 {
		return start[0]
	}
	return 0
}
