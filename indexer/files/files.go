// Package files is the source of assets that stand in a file, one JSON object a line, plain or gzip: the
// form in which Semdex exports a library, too.
//
// The file is read from front to back. A line that is no asset is handed on as rejected, with its number
// and the reason, and stops nothing; where its id can still be told, what is stored under that id stays.
package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"semdex"
	"semdex/indexer"
)

// Source reads one assets file.
type Source struct {
	Prefix string // first part of the ids it gives; "files" where empty
	Path   string
}

// readerVersion is part of the cursor, so that a file is read again by a reader that reads it differently.
const readerVersion = "1"

// Name is the prefix of the ids.
func (s *Source) Name() string {
	if s.Prefix == "" {
		return "files"
	}
	return s.Prefix
}

// Fetch lists the whole file, or nothing where its content is what the cursor stands for.
func (s *Source) Fetch(ctx context.Context, cursor []byte, yield func(indexer.Item) error) (indexer.Listing, error) {
	sum, err := s.fingerprint()
	if err != nil {
		return indexer.Listing{}, s.unreadable(err)
	}
	if bytes.Equal(cursor, sum) {
		return indexer.Listing{Cursor: sum}, nil
	}
	in, err := Open(s.Path)
	if err != nil {
		return indexer.Listing{}, s.unreadable(err)
	}
	defer in.Close()
	var stopped error
	err = eachLine(in, func(line int, text []byte, fault error) error {
		if stopped = ctx.Err(); stopped == nil {
			stopped = yield(s.item(line, text, fault))
		}
		return stopped
	})
	switch {
	case stopped != nil:
		return indexer.Listing{}, fmt.Errorf("%s: %w", s.Path, stopped)
	case err != nil:
		return indexer.Listing{}, s.unreadable(err)
	}
	return indexer.Listing{Cursor: sum, Complete: true}, nil
}

func (s *Source) unreadable(err error) error {
	return &semdex.Error{Code: semdex.Invalid, Message: "cannot read the assets file " + s.Path, Err: err,
		Hint: "check sources: assets: in the configuration; relative paths start at the configuration file"}
}

// Check looks whether the file can be read.
func (s *Source) Check(context.Context) []indexer.Finding { return check("assets file", s.Path) }

// check looks whether there is something to read in a file.
func check(subject, path string) []indexer.Finding {
	in, err := Open(path)
	if err == nil {
		_, err = io.CopyN(io.Discard, in, 1)
		in.Close()
	}
	if err != nil && err != io.EOF {
		return []indexer.Finding{{Level: indexer.Failure, Subject: subject, Message: err.Error(), Mend: "check the path in the configuration, and that this user may read the file"}}
	}
	return []indexer.Finding{{Level: indexer.Fine, Subject: subject, Message: path + " can be read"}}
}

func (s *Source) fingerprint() ([]byte, error) {
	f, err := os.Open(s.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	io.WriteString(h, readerVersion+"\n")
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

func (s *Source) item(line int, text []byte, fault error) indexer.Item {
	item := indexer.Item{File: s.Path, Line: line}
	var asset *semdex.Asset
	if fault == nil {
		asset, fault = ReadAsset(text)
	}
	if fault != nil {
		item.Rejected = &indexer.Rejection{File: s.Path, Line: line, Reason: fault.Error(), Raw: strings.ToValidUTF8(string(text[:min(len(text), indexer.MaxRaw)]), "\uFFFD")}
		if id := salvageID(text); id != "" {
			item.Rejected.ID = s.id(id)
		}
		return item
	}
	asset.ID = s.id(string(asset.ID))
	if asset.Approval == "" {
		asset.Approval = semdex.Approved
	}
	item.Asset = asset
	return item
}

// id puts the prefix before an id as it stands in the file. An export of the same source has it already.
func (s *Source) id(id string) semdex.AssetID {
	if strings.HasPrefix(id, s.Name()+":") {
		return semdex.AssetID(id)
	}
	return semdex.AssetID(s.Name() + ":" + id)
}

// ReadAsset reads one line of an assets file. The error says which key is wrong, and how.
func ReadAsset(line []byte) (*semdex.Asset, error) {
	if !utf8.Valid(line) {
		return nil, fmt.Errorf("not UTF-8; save the file as UTF-8")
	}
	var a semdex.Asset
	if err := json.Unmarshal(line, &a); err != nil {
		return nil, err
	}
	return &a, nil
}

// idInLine finds the first id that is a string or a number.
var idInLine = regexp.MustCompile(`"id"\s*:\s*("(?:[^"\\]|\\.){1,512}"|-?[0-9][0-9.eE+-]*)`)

// salvageID finds the id in a line that could not be read, or gives "".
func salvageID(line []byte) string {
	var keys map[string]json.RawMessage
	var raw json.RawMessage
	if err := json.Unmarshal(line, &keys); err == nil {
		raw = keys["id"]
	} else if match := idInLine.FindSubmatch(line); match != nil {
		raw = match[1]
	}
	var id string
	if err := json.Unmarshal(raw, &id); err == nil {
		return strings.TrimSpace(id)
	}
	var number json.Number
	if err := json.Unmarshal(raw, &number); err == nil {
		return number.String()
	}
	return ""
}
