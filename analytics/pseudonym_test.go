package analytics

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"semdex"
)

func TestPseudonyms(t *testing.T) {
	dir := t.TempDir()
	p, err := OpenPseudonyms(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenPseudonyms(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	other, err := OpenPseudonyms(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, id string
		stays    bool
	}{
		{"none", "", true},
		{"a name", "anna@acme.example", false},
		{"of another system", "u_1f2e3d4c", true},
		{"in capitals", "u_1F2E3D4C5B6A7988", true},
		{"too short", "u_1f2e3d4", false},
		{"no hexadecimal", "u_1f2e3d4g", false},
		{"with something behind", "u_1f2e3d4c ", false},
		{"another mark", "U_1f2e3d4c", false},
		{"no text", "\xff", false},
	}
	for _, tt := range tests {
		got := p.Of(tt.id)
		if (got == tt.id) != tt.stays {
			t.Errorf("%s: %q became %q", tt.name, tt.id, got)
		}
		if !tt.stays && (!isPseudonym(got) || len(got) != 18 || other.Of(tt.id) == got) {
			t.Errorf("%s: %q became %q, by another key %q", tt.name, tt.id, got, other.Of(tt.id))
		}
		for range 2 { // the second is remembered
			if a := again.Of(tt.id); a != got {
				t.Errorf("%s: the same key gives %q and %q", tt.name, got, a)
			}
		}
		if p.Of(got) != got {
			t.Errorf("%s: the pseudonym %q of a pseudonym", tt.name, p.Of(got))
		}
	}
	for i := range 2 * recentActors { // more than are remembered
		if id := fmt.Sprint("someone ", i); p.Of(id) != again.hashed(id) {
			t.Fatalf("%s has two pseudonyms", id)
		}
	}
	plain, err := OpenPseudonyms(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := plain.Of("anna"); got != "anna" {
		t.Errorf("plain: got %q", got)
	}
	if got, want := fmt.Sprint(plain.Known("anna")), fmt.Sprint([]string{"anna", p.Of("anna")}); got != want {
		t.Errorf("known: got %s, want %s", got, want)
	}
}

func TestTheKeyIsItsOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, keyFile)
	if _, err := OpenPseudonyms(dir, false); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != keyBytes {
		t.Errorf("got %v (error %v)", info, err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPseudonyms(dir, false); err == nil || !strings.Contains(err.Error(), "5 bytes") {
		t.Errorf("a spoilt key: got %v", err)
	}
}

// TestNoActorIsWritten looks for the id in every file of the folder, whichever way the event came.
func TestNoActorIsWritten(t *testing.T) {
	const who = "anna.who.is.never.written"
	line := `{"event_id":"%s","type":"asset.view","occurred_at":"2026-01-15T12:00:00Z","asset_id":"a1","actor":{"id":"%s"}}` + "\n"
	for _, plain := range []bool{false, true} {
		dir := t.TempDir()
		s, err := Open(dir, Options{PlainUsers: plain})
		if err != nil {
			t.Fatal(err)
		}
		e := view("by api")
		e.Actor.ID = who
		without := e
		without.ID = ""
		record(t, s, e, without)
		r, err := s.Import(t.Context(), strings.NewReader(fmt.Sprintf(line, "by file", who)+fmt.Sprintf(line, "of an export", "u_0123456789abcdef")), "f", later, nil)
		if err != nil || r.Accepted != 2 {
			t.Fatalf("import: %+v, %v", r, err)
		}
		if again := record(t, s, without); again.Duplicates != 1 {
			t.Errorf("an event without an id came again: %+v", again)
		}
		actors := map[string]int{}
		if err := s.Export(t.Context(), func(e semdex.Event) error { actors[e.Actor.ID]++; return nil }); err != nil {
			t.Fatal(err)
		}
		if actors[s.who.Of(who)] != 3 || actors["u_0123456789abcdef"] != 1 {
			t.Errorf("plain %v: exported %v", plain, actors)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if found := filesWith(t, dir, who); (len(found) > 0) != plain {
			t.Errorf("plain %v: the id stands in %v", plain, found)
		}
	}
}

// filesWith gives the files below dir that hold a text.
func filesWith(t *testing.T, dir, text string) (found []string) {
	t.Helper()
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if bytes.Contains(body, []byte(text)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func BenchmarkPseudonym(b *testing.B) {
	p, err := OpenPseudonyms(b.TempDir(), false)
	if err != nil {
		b.Fatal(err)
	}
	for _, different := range []int{200, 100_000} {
		ids := make([]string, different)
		for i := range ids {
			ids[i] = fmt.Sprintf("person-%d@acme.example", i)
		}
		b.Run(fmt.Sprint(different), func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				p.Of(ids[i%different])
			}
		})
	}
}

// TestActorsInLines looks at what becomes of lines that need not be written anew but for the actor.
func TestActorsInLines(t *testing.T) {
	const head, tail = `{"event_id":"e","type":"asset.view","occurred_at":"2026-01-15T12:00:00Z","asset_id":"a",`, `,"received_at":"2028-01-01T00:00:00Z"}`
	tests := []struct {
		name, line, want string // %s is the pseudonym
	}{
		{"as we write it", `"actor":{"id":"anna","type":"user"},"rendition":"anna"}`, `"actor":{"id":"%s","type":"user"},"rendition":"anna"`},
		{"a pseudonym", `"actor":{"type":"user","id":"u_01234567"}}`, `"actor":{"type":"user","id":"u_01234567"}`},
		{"with blanks", `"actor": {"id": "anna"}, "context": {"id":"anna"}}`, `"actor":{"id":"%s"},"context":{"id":"anna"}`},
		{"in another order", `"actor":{"type":"user","id":"anna"}}`, `"actor":{"id":"%s","type":"user"}`},
		{"escaped", `"actor":{"id":"\u0061nna"}}`, `"actor":{"id":"%s"}`},
		{"in a text", `"q":"\"actor\":{\"id\":\"anna\"","actor":{"id":"anna"}}`, `"q":"\"actor\":{\"id\":\"anna\"","actor":{"id":"%s"}`},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := s.Import(t.Context(), strings.NewReader(head+tt.line+"\n"), "f", later, nil); err != nil || r.Accepted != 1 {
			t.Fatalf("%s: %+v, %v", tt.name, r, err)
		}
		var got semdex.Event
		if err := s.Export(t.Context(), func(e semdex.Event) error { got = e; return nil }); err != nil {
			t.Fatal(err)
		}
		if got.ID != "e" || got.Actor.ID != s.who.Of("anna") && got.Actor.ID != "u_01234567" {
			t.Errorf("%s: got %+v", tt.name, got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		log, err := os.ReadFile(filepath.Join(dir, "events", "00000001.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Replace(tt.want, "%s", s.who.Of("anna"), 1)
		if !strings.Contains(string(log), want) {
			t.Errorf("%s: got %s, want %s", tt.name, log, want)
		}
		if asWritten := head + want + tail + "\n"; tt.name == "as we write it" && string(log) != asWritten {
			t.Errorf("%s: got %s, want %s", tt.name, log, asWritten)
		}
	}
}
