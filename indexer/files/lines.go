package files

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// MaxLine bounds one line of a file, in bytes.
const MaxLine = 1 << 20

// Open opens a file for reading and, where its content is gzip, whatever its name, unpacks it.
func Open(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReaderSize(f, 1<<16)
	if magic, err := buffered.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return readCloser{buffered, f}, nil
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return readCloser{unpacked, f}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

// errLongLine stands for a line over MaxLine; the reader has gone past it.
var errLongLine = fmt.Errorf("line is longer than %d bytes", MaxLine)

// eachLine calls yield with the number and text of every line that is not blank; err is errLongLine for
// one over the bound, whose text is then only its beginning. The text is valid until yield returns.
func eachLine(r io.Reader, yield func(line int, text []byte, err error) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	for line := 1; ; line++ {
		text, long, err := readLine(in)
		text = bytes.TrimSpace(text)
		if line == 1 {
			text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
		}
		var fault error
		if long {
			fault = errLongLine
		}
		if len(text) > 0 {
			if err := yield(line, text, fault); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// readLine reads to the end of the line; of one over MaxLine it gives the beginning and says so.
func readLine(in *bufio.Reader) (text []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if !long && len(text)+len(part) <= MaxLine {
			text = append(text, part...)
		} else {
			long = true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, long, err
		}
	}
}
