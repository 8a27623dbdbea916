package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lines gives the lines of a text with their ends, and takes some back.
type lines struct {
	in     *bufio.Reader
	number int    // of the line that was given last, from 1
	again  []line // were given and are given again, the last one first
}

// line is one with its end; of a long one there is the beginning.
type line struct {
	text []byte
	long bool
}

func newLines(in *bufio.Reader) *lines { return &lines{in: in} }

// next gives a line with its end. Of one that is longer than MaxRecord it gives the beginning, and long. After the last line
// it gives io.EOF.
func (l *lines) next() (text []byte, long bool, err error) {
	if n := len(l.again); n > 0 {
		given := l.again[n-1]
		l.again = l.again[:n-1]
		l.number++
		return given.text, given.long, nil
	}
	for {
		part, err := l.in.ReadSlice('\n')
		if !long {
			text = append(text, part...)
		}
		if len(text) > MaxRecord {
			text, long = text[:shown:shown], true
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(text) > 0, err == nil:
			l.number++
			return text, long, nil
		}
		return nil, false, err
	}
}

// back takes back the lines given last, in the order in which they were given.
func (l *lines) back(given []line) {
	for i := len(given) - 1; i >= 0; i-- {
		l.again = append(l.again, given[i])
	}
	l.number -= len(given)
}

func trimEnd(line []byte) []byte { return bytes.TrimRight(line, "\r\n") }

func blank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }
