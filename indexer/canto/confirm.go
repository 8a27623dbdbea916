package canto

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"semdex"
	"semdex/indexer"
	"semdex/internal/remote"
)

// batchSize is how many assets Canto gives in one batch.
const batchSize = 100

// Confirm asks for single assets, a hundred at a time. Gone is what Canto does not give, and what is of a scheme that
// this source does not list any more.
func (s *Source) Confirm(ctx context.Context, ids []semdex.AssetID, yield func(indexer.Item) error) (gone []semdex.AssetID, err error) {
	f := s.fetching(ctx, yield)
	if _, err := f.resolveMap(); err != nil {
		return nil, err
	}
	var asked []key
	for _, id := range ids {
		if k, ok := s.keyOf(id); ok && !s.foreign(k.scheme) {
			asked = append(asked, k)
		} else {
			gone = append(gone, id)
		}
	}
	for keys := range slices.Chunk(asked, batchSize) {
		there, err := f.batch(keys)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			if !there[k] {
				gone = append(gone, s.id(k))
			}
		}
	}
	slices.Sort(gone)
	return gone, nil
}

// reference names an asset in the body of a batch.
type reference struct {
	Scheme string `json:"scheme"`
	ID     string `json:"id"`
}

// batch asks for some assets, lists those that are there, and says which. Where the answer cannot be read as a whole,
// it asks for fewer; one that cannot be read alone is there all the same.
func (f *fetching) batch(keys []key) (map[key]bool, error) {
	found, err := f.askBatch(keys)
	switch {
	case err == nil:
		return f.confirmed(keys, found)
	case !partial(err) && !errors.Is(err, errNameless):
		return nil, err
	case len(keys) == 1:
		if err := f.spoiled(batchList, len(f.broken[batchList.name]), err); err != nil {
			return nil, err
		}
		return map[key]bool{keys[0]: true}, f.yield(indexer.Item{File: batchList.name, Rejected: &indexer.Rejection{
			File: batchList.name, ID: f.id(keys[0]), Reason: err.Error()}})
	}
	there, err := f.batch(keys[:len(keys)/2])
	if err != nil {
		return nil, err
	}
	more, err := f.batch(keys[len(keys)/2:])
	maps.Copy(there, more)
	return there, err
}

// batchList stands for the answers to batches, as if they were a list.
var batchList = listing{name: "canto batch"}

// errNameless stands for a record in a batch that does not tell which asset it is.
var errNameless = errors.New("a record does not tell which asset it is")

// askBatch sends a batch call, and gives the assets that are there.
func (f *fetching) askBatch(keys []key) (map[key]entry, error) {
	body := make([]reference, 0, len(keys))
	for _, k := range keys {
		body = append(body, reference{k.scheme, k.id})
	}
	r := f.request(groupBatch, "/batch/content", nil)
	r.Method = http.MethodPost
	if r.Timeout == 0 {
		r.Timeout = batchTimeout
	}
	var err error
	if r.Body, err = json.Marshal(body); err != nil {
		return nil, err
	}
	var docs []json.RawMessage
	_, err = f.read(f.ctx, r, func(body []byte) (err error) {
		docs, err = readBatch(body)
		return err
	})
	found := map[key]entry{}
	for i, raw := range docs {
		e := f.entry(batchList, row{position: i, raw: raw})
		if !e.known && err == nil {
			err = fmt.Errorf("%w: %w", errNameless, e.err)
		}
		found[e.key] = e
	}
	return found, err
}

// readBatch reads the answer of a batch call.
func readBatch(body []byte) ([]json.RawMessage, error) {
	var reply struct {
		Docs   []json.RawMessage `json:"docResult"`
		Failed json.RawMessage   `json:"failed"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, err
	}
	if reply.Docs == nil && reply.Failed == nil {
		return nil, errors.New("it is no answer to a batch")
	}
	return reply.Docs, nil
}

// confirmed lists the assets of a batch, in the order in which they were asked for.
func (f *fetching) confirmed(keys []key, found map[key]entry) (map[key]bool, error) {
	there := map[key]bool{}
	for _, k := range keys {
		e, ok := found[k]
		if !ok {
			continue
		}
		there[k] = true
		if err := f.offer(e); err != nil {
			return nil, err
		}
	}
	return there, nil
}

// maxPreview bounds a preview, in bytes, and previewSize its longer side, in pixels.
const (
	maxPreview  = 32 << 20
	previewSize = "800"
)

// Preview gives the picture that stands for an asset, as a file in JPEG or PNG. It is NotFound where Canto has none.
func (s *Source) Preview(ctx context.Context, id semdex.AssetID) ([]byte, error) {
	k, ok := s.keyOf(id)
	if !ok {
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "no asset of this source has the id " + string(id), Hint: "ids begin with " + s.config.Prefix + ":image: or another scheme"}
	}
	r := remote.Request{URL: s.config.URL + "/api_binary/v1/" + escape(k.scheme) + "/" + escape(k.id) + "/preview/" + previewSize,
		Timeout: s.config.Timeout, Pace: s.paces[groupBinary], MaxBody: maxPreview}
	response, err := s.send(ctx, r, s.client.Follow)
	if fault := remote.FaultOf(err); fault != nil && fault.Kind == remote.Missing {
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "Canto has no preview of " + string(id), Hint: "it may be deleted, or of a kind without previews", Err: fault}
	}
	if err != nil {
		return nil, err
	}
	if remote.IsPage(response.Body) || len(response.Body) == 0 {
		return nil, explain(s.client.Unreadable(r, response.Body, errors.New("it is no picture")))
	}
	return response.Body, nil
}
