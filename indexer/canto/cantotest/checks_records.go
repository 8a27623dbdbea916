package cantotest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"semdex"
)

// one lists a library of this record alone, and gives its asset.
func one(ctx context.Context, o Options, r Record, open func(*Server) (Client, error), look func(*semdex.Asset) error) error {
	return try(o, []Record{r}, open, func(t *trial) error {
		got, err := t.fetch(ctx, nil)
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		if err := got.has([]Record{r}); err != nil {
			return err
		}
		return look(got.assets[r.Scheme+"/"+r.ID])
	})
}

// differs says what an asset has in the place of what it should have.
func differs[T comparable](what string, got, want T) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%s: got %v, want %v", what, got, want)
}

func differsTime(what string, got, want time.Time) error {
	if got.Equal(want) {
		return nil
	}
	return fmt.Errorf("%s: got %v, want %v", what, got, want)
}

func differsList(what string, got []string, want ...string) error {
	if slices.Equal(got, want) {
		return nil
	}
	return fmt.Errorf("%s: got %q, want %q", what, got, want)
}

func modifiedIsNotTime(ctx context.Context, open func(*Server) (Client, error)) error {
	uploaded := time.Date(2024, 2, 3, 9, 30, 5, 123e6, time.UTC)
	modified := time.Date(2025, 1, 30, 23, 15, 0, 7e6, time.UTC)
	r := Record{Scheme: "image", ID: "a", Name: "a.jpg", Uploaded: uploaded, Modified: modified}
	return one(ctx, Options{}, r, open, func(a *semdex.Asset) error {
		return errors.Join(differsTime("created", a.Created, uploaded), differsTime("modified", a.Modified, modified))
	})
}

func stampsInZone(ctx context.Context, open func(*Server) (Client, error)) error {
	at := time.Date(2025, 7, 1, 20, 45, 0, 0, time.UTC)
	r := Record{Scheme: "image", ID: "a", Name: "a.jpg", Uploaded: at, Modified: at}
	return one(ctx, Options{TimeZone: time.FixedZone("tenant", 5*3600+1800)}, r, open, func(a *semdex.Asset) error {
		return errors.Join(differsTime("created", a.Created, at), differsTime("modified", a.Modified, at))
	})
}

func numbersInStrings(ctx context.Context, open func(*Server) (Client, error)) error {
	r := Record{Scheme: "image", ID: "a", Name: "a.jpg", Size: "5743148000", Width: "6000", Height: "0"}
	return one(ctx, Options{}, r, open, func(a *semdex.Asset) error {
		return errors.Join(differs("size", a.Size, 5743148000), differs("width", a.Width, 6000), differs("height", a.Height, 0))
	})
}

func keysAbsent(ctx context.Context, open func(*Server) (Client, error)) error {
	bare := Record{Scheme: "document", ID: "bare", Name: "bare.pdf", Additional: map[string]any{"Region": nil, "Note": ""}}
	rich := Record{Scheme: "document", ID: "rich", Name: "rich.pdf", Tags: []string{"crane", "harbour"}, Keywords: []string{"Logistics"},
		Additional: map[string]any{"Region": []string{"EMEA", "APAC"}, "Note": "One, two", "Checked": true}}
	return try(Options{}, []Record{bare, rich}, open, func(t *trial) error {
		got, err := t.fetch(ctx, nil)
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		if err := got.has([]Record{bare, rich}); err != nil {
			return err
		}
		b, r := got.assets["document/bare"], got.assets["document/rich"]
		return errors.Join(differsList("tags where there are none", b.Tags), differsList("keywords where there are none", b.Keywords),
			differs("custom fields where there are none", len(b.Fields), 0), differsList("tags", r.Tags, "crane", "harbour"),
			differsList("keywords", r.Keywords, "Logistics"), differsList("Region", r.Fields["Region"], "EMEA", "APAC"),
			differsList("Note", r.Fields["Note"], "One, two"), differsList("Checked", r.Fields["Checked"], "true"))
	})
}

func albumsArePaths(ctx context.Context, open func(*Server) (Client, error)) error {
	r := Record{Scheme: "image", ID: "a", Name: "a.jpg", Albums: []string{"Campaigns/2026/Spring", "Loose"}}
	return one(ctx, Options{}, r, open, func(a *semdex.Asset) error {
		return differsList("albums", a.Albums, "Campaigns/2026/Spring", "Loose")
	})
}

// failsMidway breaks a listing after its first pages and checks that it does not pass for a whole one.
func failsMidway(ctx context.Context, open func(*Server) (Client, error), f Faults) error {
	all := library()
	return try(Options{}, all, open, func(t *trial) error {
		t.SetFaults(Faults{OnList: func(n int) {
			if n == 3 {
				t.SetFaults(f)
			}
		}})
		got, err := t.fetch(ctx, nil)
		if err == nil && got.listing.Complete {
			return fmt.Errorf("%d of %d assets were listed, and the listing says that it is complete", len(got.assets), len(all))
		}
		return nil
	})
}

func brokenListing(ctx context.Context, open func(*Server) (Client, error)) error {
	return failsMidway(ctx, open, Faults{Forbidden: []string{"list"}})
}

func blindListing(ctx context.Context, open func(*Server) (Client, error)) error {
	return failsMidway(ctx, open, Faults{Blind: true})
}

func brokenConnections(ctx context.Context, open func(*Server) (Client, error)) error {
	all := library()
	return try(Options{}, all, open, func(t *trial) error {
		t.SetFaults(Faults{DropEvery: 3, CutEvery: 4})
		return t.listsAll(ctx, all)
	})
}

func malformedRecord(ctx context.Context, open func(*Server) (Client, error)) error {
	all := samples("image", 40)
	bad := all[30]
	return try(Options{}, all, open, func(t *trial) error {
		t.SetFaults(Faults{Malformed: map[string]Malformation{bad.Scheme + "/" + bad.ID: BadShape}})
		got, err := t.fetch(ctx, nil)
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		if len(got.rejected) != 1 || t.name(got.rejected[0].ID) != "image/"+bad.ID || !strings.Contains(strings.ToLower(got.rejected[0].Reason), "size") {
			return fmt.Errorf("rejected: got %+v, want image/%s alone, for its size", got.rejected, bad.ID)
		}
		got.rejected = nil
		return got.has(slices.Concat(all[:30], all[31:]))
	})
}

func mutationMidway(ctx context.Context, open func(*Server) (Client, error)) error {
	const gone = 8 // of each scheme
	all := library()
	return try(Options{}, all, open, func(t *trial) error {
		t.SetFaults(Faults{OnList: func(n int) {
			for _, r := range all { // the oldest of each scheme goes, so what follows moves up by a place
				if strings.HasSuffix(r.ID, fmt.Sprintf("-%03d", n-1)) && n <= gone {
					t.Delete(r.Scheme, r.ID)
				}
			}
		}})
		got, err := t.fetch(ctx, nil)
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		for _, r := range all {
			if r.ID[strings.LastIndexByte(r.ID, '-'):] >= fmt.Sprintf("-%03d", gone) && got.assets[r.Scheme+"/"+r.ID] == nil {
				return fmt.Errorf("%s/%s was there all the time and was not listed", r.Scheme, r.ID)
			}
		}
		return nil
	})
}

func editsListed(ctx context.Context, open func(*Server) (Client, error)) error {
	all := library()
	return try(Options{}, all, open, func(t *trial) error {
		first, err := t.fetch(ctx, nil)
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		edited, added := all[5], Record{Scheme: "video", ID: "new", Name: "new.mp4"}
		if err := t.Edit(edited.Scheme, edited.ID, func(r *Record) { r.Tags = []string{"edited"} }); err != nil {
			return err
		}
		if err := t.Put(added); err != nil {
			return err
		}
		second, err := t.fetch(ctx, first.listing.Cursor)
		if err != nil {
			return fmt.Errorf("fetch after the cursor: %w", err)
		}
		e, n := second.assets[edited.Scheme+"/"+edited.ID], second.assets["video/new"]
		if e == nil || n == nil {
			return fmt.Errorf("listed after the cursor: the edited asset %v, the new one %v, want both", e != nil, n != nil)
		}
		return differsList("tags of the edited asset", e.Tags, "edited")
	})
}
