package cantotest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/indexer"
)

// Check is one thing that a right client does. Run gives an error where the client under check does not; it makes its
// own servers.
//
// open builds a client of a server with its addresses and credentials and, of its Options, the time zone, the page size
// and, as the allowed calls, CallsPerMinute in a Window. A client waits a Window after a 429 that does not say how long.
type Check struct {
	Name string
	Run  func(ctx context.Context, open func(*Server) (Client, error)) error
}

// Client is what a check drives: a source as the indexer drives it, with ids "prefix:scheme:id".
type Client interface {
	indexer.Source
	// Preview downloads the preview of an asset.
	Preview(ctx context.Context, id semdex.AssetID) ([]byte, error)
}

// Checks are all of them.
func Checks() []Check {
	return []Check{
		{"each asset is listed once over many pages", onceOverPages},
		{"one token serves many calls", oneToken},
		{"a token that expires midway is renewed", tokenExpires},
		{"a 429 with Retry-After is waited for", waitsAsTold},
		{"a 429 without Retry-After is waited for", waitsUntold},
		{"there are never more calls in a window than allowed", keepsPace},
		{"a library without assets is no error", emptyLibrary},
		{"a list may not say how much was found", foundAbsent},
		{"time is the upload, not the modification", modifiedIsNotTime},
		{"stamps are in the time zone of the tenant", stampsInZone},
		{"the token does not reach the CDN", tokenStays},
		{"a first sync makes no call per asset", noCallPerAsset},
		{"numbers stand in strings", numbersInStrings},
		{"keys may be absent or null", keysAbsent},
		{"albums are paths", albumsArePaths},
		{"a listing that failed midway does not claim to be complete", brokenListing},
		{"a listing that lost its rights midway does not claim to be complete", blindListing},
		{"connections that break are tried again", brokenConnections},
		{"a malformed record is named and the others are listed", malformedRecord},
		{"deletions during the listing hide no other asset", mutationMidway},
		{"what was edited since the cursor is listed", editsListed},
	}
}

// trial is a client with the server that it is tried on.
type trial struct {
	*Server
	client Client
}

// try runs a check on a server with these options and records.
func try(o Options, records []Record, open func(*Server) (Client, error), run func(*trial) error) error {
	if o.CallsPerMinute == nil {
		o.CallsPerMinute = map[string]int{}
		for _, group := range Groups {
			o.CallsPerMinute[group] = 100_000
		}
	}
	if o.Window == 0 {
		o.Window = 50 * time.Millisecond
	}
	o.PageSize = 25
	s, err := New(o)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Put(records...); err != nil {
		return err
	}
	client, err := open(s)
	if err != nil {
		return fmt.Errorf("open the client: %w", err)
	}
	if err := run(&trial{s, client}); err != nil {
		return err
	}
	if violations := s.Stats().Violations; len(violations) > 0 {
		return fmt.Errorf("the client did what none may do: %s", strings.Join(violations, "; "))
	}
	return nil
}

// samples are records of a scheme, in the order of their upload.
func samples(scheme string, n int) []Record {
	records := make([]Record, n)
	for i := range records {
		records[i] = Record{Scheme: scheme, ID: fmt.Sprintf("%s-%03d", scheme, i), Name: fmt.Sprintf("%s %d.bin", scheme, i),
			ApprovalStatus: "Approved", Size: fmt.Sprint(1000 + i)}
	}
	return records
}

// library is enough of three schemes to take several pages each.
func library() []Record {
	return slices.Concat(samples("image", 70), samples("video", 60), samples("document", 60))
}

// answer of a Fetch: assets by "scheme/id".
type fetched struct {
	assets   map[string]*semdex.Asset
	rejected []indexer.Rejection
	listing  indexer.Listing
}

// fetch lists, and fails where an asset comes twice.
func (t *trial) fetch(ctx context.Context, cursor []byte) (fetched, error) {
	got := fetched{assets: map[string]*semdex.Asset{}}
	twice := map[string]bool{}
	var err error
	got.listing, err = t.client.Fetch(ctx, cursor, func(item indexer.Item) error {
		switch {
		case item.Rejected != nil:
			got.rejected = append(got.rejected, *item.Rejected)
		case item.Asset != nil:
			name := t.name(item.Asset.ID)
			twice[name] = got.assets[name] != nil
			got.assets[name] = item.Asset
		}
		return nil
	})
	if err != nil {
		return got, err
	}
	for name, is := range twice {
		if is && cursor == nil {
			return got, fmt.Errorf("%s was listed twice", name)
		}
	}
	return got, nil
}

// name is "scheme/id" of an id of the client, or the id itself where it has another form.
func (t *trial) name(id semdex.AssetID) string {
	rest, ours := strings.CutPrefix(string(id), t.client.Name()+":")
	scheme, id2, parted := strings.Cut(rest, ":")
	if !ours || !parted {
		return string(id)
	}
	return scheme + "/" + id2
}

// has checks that these records were listed, and no others.
func (f *fetched) has(want []Record) error {
	for _, r := range want {
		if f.assets[r.Scheme+"/"+r.ID] == nil {
			return fmt.Errorf("%s/%s was not listed (%d of %d were)", r.Scheme, r.ID, len(f.assets), len(want))
		}
	}
	if len(f.assets) != len(want) {
		return fmt.Errorf("%d assets were listed, want %d", len(f.assets), len(want))
	}
	if len(f.rejected) > 0 {
		return fmt.Errorf("%s was rejected: %s", f.rejected[0].ID, f.rejected[0].Reason)
	}
	return nil
}

// listsAll checks that a whole listing has all that the server holds, and says that it is complete.
func (t *trial) listsAll(ctx context.Context, want []Record) error {
	got, err := t.fetch(ctx, nil)
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	if err := got.has(want); err != nil {
		return err
	}
	if !got.listing.Complete {
		return errors.New("the listing has everything and does not say that it is complete")
	}
	return nil
}

func onceOverPages(ctx context.Context, open func(*Server) (Client, error)) error {
	all := library()
	return try(Options{}, all, open, func(t *trial) error { return t.listsAll(ctx, all) })
}

func oneToken(ctx context.Context, open func(*Server) (Client, error)) error {
	all := library()
	return try(Options{}, all, open, func(t *trial) error {
		for range 2 {
			if err := t.listsAll(ctx, all); err != nil {
				return err
			}
		}
		if n := t.Stats().Tokens; n != 1 {
			return fmt.Errorf("the client asked for %d tokens, want 1", n)
		}
		return nil
	})
}

func tokenExpires(ctx context.Context, open func(*Server) (Client, error)) error {
	all := library()
	return try(Options{}, all, open, func(t *trial) error {
		t.SetFaults(Faults{OnList: func(n int) {
			if n == 3 {
				t.ExpireTokens()
			}
		}})
		if err := t.listsAll(ctx, all); err != nil {
			return err
		}
		if n := t.Stats().Tokens; n != 2 {
			return fmt.Errorf("the client asked for %d tokens where one expired, want 2", n)
		}
		return nil
	})
}

// limited checks that a client that is told to wait does so, and lists everything in the end.
func (t *trial) limited(ctx context.Context, f Faults, want []Record) error {
	t.SetFaults(f)
	if err := t.listsAll(ctx, want); err != nil {
		return err
	}
	stats := t.Stats()
	switch {
	case stats.Limited == 0:
		return errors.New("no call was answered 429, so nothing was tried")
	case stats.Early > 0:
		return fmt.Errorf("%d calls came before the wait was over", stats.Early)
	}
	return nil
}

func waitsAsTold(ctx context.Context, open func(*Server) (Client, error)) error {
	all := library()
	return try(Options{}, all, open, func(t *trial) error {
		return t.limited(ctx, Faults{LimitEvery: 4, LimitTimes: 1, RetryAfter: 1}, all)
	})
}

func waitsUntold(ctx context.Context, open func(*Server) (Client, error)) error {
	all := library()
	return try(Options{Window: 200 * time.Millisecond}, all, open, func(t *trial) error {
		return t.limited(ctx, Faults{LimitEvery: 4, LimitTimes: 2}, all)
	})
}

func keepsPace(ctx context.Context, open func(*Server) (Client, error)) error {
	all := samples("image", 60)
	limits := map[string]int{}
	for _, group := range Groups {
		limits[group] = 3
	}
	return try(Options{CallsPerMinute: limits, Window: 200 * time.Millisecond}, all, open, func(t *trial) error {
		if err := t.listsAll(ctx, all); err != nil {
			return err
		}
		stats := t.Stats()
		if stats.Calls["list"] <= limits["list"] {
			return fmt.Errorf("the client made %d list calls, too few to try its pace", stats.Calls["list"])
		}
		for group, peak := range stats.Peak {
			if limit, limited := limits[group]; limited && peak > limit {
				return fmt.Errorf("%d calls of the group %s came within a window, %d are allowed", peak, group, limit)
			}
		}
		return nil
	})
}

func emptyLibrary(ctx context.Context, open func(*Server) (Client, error)) error {
	return try(Options{}, nil, open, func(t *trial) error {
		got, err := t.fetch(ctx, nil)
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		if err := got.has(nil); err != nil {
			return err
		}
		one := samples("audio", 1) // which leaves five schemes without results
		if err := t.Put(one...); err != nil {
			return err
		}
		return t.listsAll(ctx, one)
	})
}

func foundAbsent(ctx context.Context, open func(*Server) (Client, error)) error {
	all := library()
	return try(Options{}, all, open, func(t *trial) error {
		t.SetFaults(Faults{NoFound: true})
		got, err := t.fetch(ctx, nil)
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		return got.has(all)
	})
}

func tokenStays(ctx context.Context, open func(*Server) (Client, error)) error {
	all := samples("image", 3)
	return try(Options{}, all, open, func(t *trial) error {
		if err := t.listsAll(ctx, all); err != nil {
			return err
		}
		body, err := t.client.Preview(ctx, semdex.AssetID(t.client.Name()+":image:"+all[1].ID))
		if violations := t.Stats().Violations; len(violations) > 0 {
			return errors.New(violations[0])
		}
		if err != nil {
			return fmt.Errorf("preview: %w", err)
		}
		if _, err := png.DecodeConfig(bytes.NewReader(body)); err != nil {
			return fmt.Errorf("the preview is no picture: %w", err)
		}
		return nil
	})
}

func noCallPerAsset(ctx context.Context, open func(*Server) (Client, error)) error {
	all := library()
	return try(Options{}, all, open, func(t *trial) error {
		if err := t.listsAll(ctx, all); err != nil {
			return err
		}
		calls := t.Stats().Calls
		if calls["single"] > 0 || calls["binary"] > 0 {
			return fmt.Errorf("the client asked for %d records and %d pictures one by one", calls["single"], calls["binary"])
		}
		if n := calls["list"] + calls["batch"]; n > len(all)/4 {
			return fmt.Errorf("the client made %d calls for %d assets", n, len(all))
		}
		return nil
	})
}
