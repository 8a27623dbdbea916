package cantotest

import (
	"encoding/json"

	"semdex"
)

// kept is what a State keeps of an asset.
type kept struct {
	Scheme   string `json:"scheme"`
	ID       string `json:"id"`
	Hash     []byte `json:"hash"`
	Uploaded int64  `json:"uploaded"`
	Modified int64  `json:"modified"`
}

// state is what State writes.
type state struct {
	Version int     `json:"version"`
	Born    int64   `json:"born"`
	Last    int64   `json:"last"`
	Fields  []field `json:"fields"`
	Assets  []kept  `json:"assets"`
}

const stateVersion = 1

// State is what must be kept so that a server filled with the same assets after a restart gives the same stamps: an
// asset that says the same as before keeps its own, a changed or new one gets new ones. So the cursor of a client
// goes on to hold. It is for Options.State, and speaks of what Fill brought alone.
func (s *Server) State() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.content
	out := state{Version: stateVersion, Born: t.born, Last: t.last, Fields: t.fields}
	for _, e := range t.entries {
		out.Assets = append(out.Assets, kept{e.scheme, e.id, e.hash[:], e.uploaded, e.modified})
	}
	body, _ := json.Marshal(out) // strings and numbers are never an error
	return body
}

// restore reads a state. One of another version is as good as none.
func (t *tenant) restore(body []byte) error {
	var in state
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return &semdex.Error{Code: semdex.Invalid, Message: "the state of the imitation of Canto cannot be read", Err: err,
			Hint: "remove it; the assets then count as new"}
	}
	if in.Version != stateVersion {
		return nil
	}
	t.born, t.last, t.kept = in.Born, in.Last, map[key]kept{}
	for _, f := range in.Fields {
		t.addField(f)
	}
	for _, k := range in.Assets {
		t.kept[key{k.Scheme, k.ID}] = k
	}
	return nil
}
