package canto_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
	"semdex/indexer"
	"semdex/indexer/canto"
	"semdex/indexer/canto/cantotest"
	"semdex/internal/mirror"
)

// joined is a source that is brought into a mirror.
type joined struct {
	*cantotest.Server
	t      *testing.T
	source *canto.Source
	mirror *mirror.Mirror
}

func join(t *testing.T, s *cantotest.Server, change ...func(*canto.Config)) *joined {
	t.Helper()
	m, err := mirror.Open(filepath.Join(t.TempDir(), "mirror.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return &joined{s, t, source(t, s, change...), m}
}

// sync brings the changes in, and gives what came of it with the calls that it took.
func (j *joined) sync() (indexer.Result, map[string]int) {
	j.t.Helper()
	j.ResetStats()
	got, err := indexer.Sync(j.t.Context(), j.source, j.mirror, indexer.Options{})
	if err != nil {
		j.t.Fatalf("got error %v, want none", err)
	}
	return got, j.Stats().Calls
}

// counts are those of a Result: added, changed, deleted, rejected.
func counts(r indexer.Result) [4]int {
	return [4]int{r.Added, r.Changed, r.Deleted, len(r.Rejected)}
}

func (j *joined) wants(what string, want [4]int) indexer.Result {
	j.t.Helper()
	got, _ := j.sync()
	if counts(got) != want {
		j.t.Errorf("%s: got %v added, changed, deleted and rejected, want %v (%+v)", what, counts(got), want, got.Rejected)
	}
	return got
}

func (j *joined) asset(id semdex.AssetID) *semdex.Asset {
	j.t.Helper()
	a, err := j.mirror.Asset(id)
	if err != nil {
		j.t.Fatal(err)
	}
	return a
}

func (j *joined) must(err error) {
	j.t.Helper()
	if err != nil {
		j.t.Fatal(err)
	}
}

func TestAFirstSyncThroughManyFaults(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{}, append(images(200), cantotest.Record{Scheme: "video", ID: "v", Name: "v.mp4"})...)
	j := join(t, s)
	s.SetFaults(cantotest.Faults{LimitEvery: 5, DropEvery: 7, Malformed: map[string]cantotest.Malformation{"image/i0042": cantotest.BadShape},
		OnList: func(n int) {
			if n == 4 {
				s.ExpireTokens()
			}
		}})
	got, _ := j.sync()
	if counts(got) != [4]int{200, 0, 0, 1} || !got.Complete {
		t.Fatalf("got %v and complete to be %v, want all but one of 201, and it named", counts(got), got.Complete)
	}
	if r := got.Rejected[0]; r.ID != "canto:image:i0042" || r.File != "canto list image" || r.Line != 43 || !strings.Contains(r.Reason, "size") || !strings.Contains(r.Raw, "i0042") {
		t.Errorf("got %+v, want it to name the record, its place and the key", r)
	}
	if stats := s.Stats(); stats.Tokens != 2 || stats.Limited == 0 || stats.Early > 0 || len(stats.Violations) > 0 {
		t.Errorf("got %+v, want two tokens, and waits that were kept", stats)
	}
	s.SetFaults(cantotest.Faults{Malformed: map[string]cantotest.Malformation{"image/i0042": cantotest.BadShape}})
	got, calls := j.sync()
	if counts(got) != [4]int{} || calls["list"] != 1 || calls["tree"] != 1 || calls["token"] != 0 || calls["field"] != 0 {
		t.Errorf("a second sync: got %v with the calls %v, want nothing with one list page", counts(got), calls)
	}
	s.SetFaults(cantotest.Faults{})
	j.must(s.Edit("image", "i0042", func(r *cantotest.Record) { r.Name = "good" }))
	j.wants("the record is mended", [4]int{1, 0, 0, 0})
}

func TestChangesShowAfterTheNextSync(t *testing.T) {
	t.Parallel()
	records := images(150)
	for i := range records {
		records[i].Uploaded = time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC)
		records[i].Modified = records[i].Uploaded
	}
	s := tenant(t, cantotest.Options{}, records...)
	for n := range 30 {
		if err := s.Move("image", images(150)[n].ID, "Ports"); err != nil {
			t.Fatal(err)
		}
	}
	j := join(t, s)
	j.wants("the first sync", [4]int{150, 0, 0, 0})
	j.wants("nothing changed", [4]int{})

	j.must(s.Edit("image", "i0003", func(r *cantotest.Record) { r.Name = "edited.jpg" }))
	j.must(s.Put(cantotest.Record{Scheme: "video", ID: "new", Name: "new.mp4"}))
	j.wants("an edit and a new asset", [4]int{1, 1, 0, 0})
	if a := j.asset("canto:image:i0003"); a.Name != "edited.jpg" {
		t.Errorf("got the name %q, want the edited one", a.Name)
	}

	j.must(s.Move("image", "i0100", "Ports"))
	_, calls := j.sync()
	if a := j.asset("canto:image:i0100"); !slices.Equal(a.Albums, []string{"Ports"}) {
		t.Errorf("moved into an album: got %q, want Ports", a.Albums)
	}
	if calls["list"] > 4 {
		t.Errorf("a move took %d list calls, want those of its album", calls["list"])
	}
	j.must(s.RenameAlbum("Ports", "Harbours/Ports"))
	j.wants("an album is renamed", [4]int{0, 31, 0, 0})
	j.must(s.Move("image", "i0000"))
	j.wants("moved out of an album", [4]int{0, 1, 0, 0})
	if a := j.asset("canto:image:i0000"); len(a.Albums) > 0 {
		t.Errorf("moved out of an album: got %q, want none", a.Albums)
	}
	j.must(s.DeleteAlbum("Harbours/Ports"))
	j.wants("an album is deleted", [4]int{0, 30, 0, 0})

	s.Delete("image", "i0007")
	got, calls := j.sync()
	if counts(got) != [4]int{0, 0, 1, 0} || calls["batch"] != 1 || calls["single"] != 0 {
		t.Errorf("a silent delete: got %v with the calls %v, want it confirmed by one batch", counts(got), calls)
	}
	s.Delete("image", "i0008")
	j.must(s.Put(cantotest.Record{Scheme: "video", ID: "another", Name: "another.mp4"}))
	j.wants("one is deleted and one added", [4]int{1, 0, 1, 0})
	j.wants("and then nothing", [4]int{})
}

func TestAFieldThatIsRenamed(t *testing.T) {
	t.Parallel()
	records := images(30)
	for i := range records {
		records[i].Additional = map[string]any{"License until": "2027-03-01", "Region": "EMEA"}
	}
	s := tenant(t, cantotest.Options{})
	s.DefineField("License until", "meta_date_0")
	s.DefineField("Region", "meta_text_0")
	if err := s.Put(records...); err != nil {
		t.Fatal(err)
	}
	byName := join(t, s, func(c *canto.Config) { c.Map = map[string]string{"License until": "rights.valid_until"} })
	byID := join(t, s, func(c *canto.Config) { c.Map = map[string]string{"meta_date_0": "rights.valid_until"} })
	byName.wants("by name", [4]int{30, 0, 0, 0})
	byID.wants("by id", [4]int{30, 0, 0, 0})

	byName.must(s.RenameField("License until", "Licence end"))
	_, err := indexer.Sync(t.Context(), byName.source, byName.mirror, indexer.Options{})
	public := semdex.Public(err)
	if semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(public.Message, `"Licence end", with the id meta_date_0`) || !strings.Contains(public.Hint, "map:") {
		t.Errorf("by name: got error %v, want an Invalid one that names the new name and the id", err)
	}
	byID.wants("by id it goes on", [4]int{})
	for _, j := range []*joined{byName, byID} {
		if a := j.asset("canto:image:i0001"); a.Rights == nil || a.Rights.ValidUntil != "2027-03-01" {
			t.Errorf("got the rights %+v, want them kept", a.Rights)
		}
	}
	byID.must(s.RenameField("Region", "Area"))
	byID.wants("a field that is not mapped is renamed", [4]int{0, 30, 0, 0})
	if a := byID.asset("canto:image:i0001"); !slices.Equal(a.Fields["Area"], []string{"EMEA"}) {
		t.Errorf("got the fields %v, want Area", a.Fields)
	}
}

func TestALibraryWithoutAssets(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{})
	j := join(t, s)
	got, _ := j.sync()
	if counts(got) != [4]int{} || !got.Complete {
		t.Errorf("got %v and complete to be %v, want nothing", counts(got), got.Complete)
	}
	j.must(s.Put(images(1)...))
	j.wants("one comes", [4]int{1, 0, 0, 0})
	s.Delete("image", "i0000")
	if _, err := indexer.Sync(t.Context(), j.source, j.mirror, indexer.Options{}); semdex.CodeOf(err) != semdex.Conflict {
		t.Errorf("it goes: got error %v, want the guard of the sync to be asked", err)
	}
}

func TestAnAccountThatLostItsRightsDeletesNothing(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{}, images(50)...)
	j := join(t, s)
	j.wants("the first sync", [4]int{50, 0, 0, 0})
	s.SetFaults(cantotest.Faults{Blind: true})
	if _, err := indexer.Sync(t.Context(), j.source, j.mirror, indexer.Options{}); semdex.CodeOf(err) != semdex.Conflict {
		t.Errorf("got error %v, want one with code %s", err, semdex.Conflict)
	}
	if n, err := j.mirror.Count(); err != nil || n != 50 {
		t.Errorf("got %d assets and error %v, want all 50", n, err)
	}
	s.SetFaults(cantotest.Faults{})
	j.wants("the rights are back", [4]int{})
}

func TestChangesMeanwhileAreFoundInTheEnd(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{}, images(200)...)
	j := join(t, s)
	s.SetFaults(cantotest.Faults{OnList: func(n int) {
		if n < 2 || n > 7 {
			return
		}
		for i := range 2 {
			s.Delete("image", images(200)[n*4+i].ID)
		}
		if err := s.Put(cantotest.Record{Scheme: "image", ID: "new" + string(rune('a'+n)), Name: "n"}); err != nil {
			t.Error(err)
		}
		if err := s.Edit("image", "i0150", func(r *cantotest.Record) { r.Name += "+" }); err != nil {
			t.Error(err)
		}
	}})
	j.sync()
	s.SetFaults(cantotest.Faults{})
	j.sync()
	j.wants("in the end nothing is new", [4]int{})
	if n, err := j.mirror.Count(); err != nil || n != s.Len() || n != 194 {
		t.Errorf("got %d assets of %d and error %v, want all 194", n, s.Len(), err)
	}
	if a := j.asset("canto:image:i0150"); strings.Count(a.Name, "+") != 6 {
		t.Errorf("got the name %q, want all six edits", a.Name)
	}
}

func TestSettingsThatChangeListEverythingAgain(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{}, append(images(40), cantotest.Record{Scheme: "video", ID: "v", Name: "v.mp4", Additional: map[string]any{"Title": "V"}})...)
	j := join(t, s)
	j.wants("the first sync", [4]int{41, 0, 0, 0})
	j.source = source(t, s, func(c *canto.Config) { c.Map = map[string]string{"Title": "title"} })
	j.wants("a field is mapped", [4]int{0, 1, 0, 0})
	j.source = source(t, s, func(c *canto.Config) { c.Schemes = []string{"image"} })
	j.wants("videos are no longer wanted", [4]int{0, 0, 1, 0})
}
