package library

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"semdex"
	"semdex/cmd/internal/config"
	"semdex/internal/remote"
)

// toFolder puts the files of a delivery in their places, each whole. One of the same name gives way, so that nothing in the folder counts
// twice; the list of deliveries says that it did.
func (d *delivery) toFolder(folder string) ([]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, unwritable(folder, err)
	}
	var written []string
	for _, f := range d.Files {
		path := filepath.Join(folder, f.Name)
		if err := putFile(path, f.body); err != nil {
			return written, unwritable(path, err)
		}
		written = append(written, path)
	}
	list := filepath.Join(folder, d.Name+"_deliveries.jsonl")
	if err := d.enlist(list); err != nil {
		return written, unwritable(list, err)
	}
	return written, nil
}

func unwritable(path string, err error) error {
	return &semdex.Error{Code: semdex.Conflict, Message: "cannot write " + path, Err: err, Hint: "check reports: to: folder in the configuration, its rights and the space that is left"}
}

// putFile puts a file in its place when it is whole and on disk.
func putFile(path string, body []byte) error {
	beside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(beside, path)
	}
	if err != nil {
		_ = os.Remove(beside) // it is told that the file could not be written
	}
	return err
}

// enlist adds the delivery to the list of those of its report. One that was enlisted when the program ended stands there once.
func (d *delivery) enlist(path string) error {
	body, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	line, err := json.Marshal(d)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	for old := range bytes.Lines(body) {
		var known delivery
		if json.Unmarshal(old, &known) == nil && known.ID == d.ID {
			continue
		}
		out.Write(old)
	}
	out.Write(append(line, '\n'))
	return putFile(path, out.Bytes())
}

// mostDelivered bounds the body of a webhook, in bytes.
const mostDelivered = 16 << 20

// reportNotice is the body of a webhook.
type reportNotice struct {
	Type    string `json:"type"` // report.delivered or report.corrected
	Library string `json:"library"`
	*delivery
	Files []sentFile `json:"files"`
}

// sentFile is a file within a webhook: text as it is, a workbook as base64.
type sentFile struct {
	deliveredFile
	Encoding string `json:"encoding"` // utf-8 or base64
	Content  string `json:"content"`
}

// toWebhook sends a delivery once, signed.
func (d *delivery) toWebhook(ctx context.Context, library string, to config.Delivery, now time.Time, transport http.RoundTripper) error {
	told := reportNotice{Type: "report.delivered", Library: library, delivery: d, Files: []sentFile{}}
	if d.Correction != nil {
		told.Type = "report.corrected"
	}
	for _, f := range d.Files {
		s := sentFile{f, "utf-8", string(f.body)}
		if f.Format == "xlsx" {
			s.Encoding, s.Content = "base64", base64.StdEncoding.EncodeToString(f.body)
		}
		told.Files = append(told.Files, s)
	}
	body, err := json.Marshal(told)
	if err != nil {
		return err
	}
	if len(body) > mostDelivered {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("the report has %d bytes, and a webhook takes %d", len(body), mostDelivered), Hint: "give limit, fewer dimensions or formats, or a folder"}
	}
	secret, err := remote.ReadWebhookSecret(string(to.Secret))
	if err != nil {
		return err
	}
	header, err := signed(secret, d.ID, now, body)
	if err != nil {
		return err
	}
	return (&notice{url: to.Webhook, header: header, body: body}).deliver(ctx, transport)
}
