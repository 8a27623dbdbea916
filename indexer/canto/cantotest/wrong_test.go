package cantotest_test

import (
	"testing"

	"semdex/indexer/canto/cantotest"
)

func TestARightClientPassesAllChecks(t *testing.T) {
	t.Parallel()
	for _, check := range cantotest.Checks() {
		t.Run(check.Name, func(t *testing.T) {
			t.Parallel()
			if err := check.Run(t.Context(), open(none)); err != nil {
				t.Errorf("got %v, want no error", err)
			}
		})
	}
}

func TestAWrongClientIsCaught(t *testing.T) {
	t.Parallel()
	caughtBy := map[mistake]string{
		skipsOne:       "each asset is listed once over many pages",
		tokenPerCall:   "one token serves many calls",
		keepsToken:     "a token that expires midway is renewed",
		impatient:      "a 429 without Retry-After is waited for",
		needsResults:   "a library without assets is no error",
		needsFound:     "a list may not say how much was found",
		trustsTime:     "time is the upload, not the modification",
		readsUTC:       "stamps are in the time zone of the tenant",
		leaksToken:     "the token does not reach the CDN",
		asksSingly:     "a first sync makes no call per asset",
		strictNumbers:  "numbers stand in strings",
		trustsEnds:     "a listing that failed midway does not claim to be complete",
		givesUp:        "connections that break are tried again",
		dropsMalformed: "a malformed record is named and the others are listed",
		noOverlap:      "deletions during the listing hide no other asset",
		forgetsEdits:   "what was edited since the cursor is listed",
	}
	for wrong, name := range caughtBy {
		t.Run(string(wrong), func(t *testing.T) {
			t.Parallel()
			caught(t, wrong, name)
		})
	}
}

// TestAClientWithoutPaceIsCaught runs by itself: beside others the client could be slow enough to keep to the limit.
func TestAClientWithoutPaceIsCaught(t *testing.T) {
	caught(t, paceless, "there are never more calls in a window than allowed")
}

// caught fails the test unless the check of that name fails.
func caught(t *testing.T, wrong mistake, name string) {
	t.Helper()
	for _, check := range cantotest.Checks() {
		if check.Name != name {
			continue
		}
		err := check.Run(t.Context(), open(wrong))
		if err == nil {
			t.Fatalf("the check %q passed, want it to fail", name)
		}
		t.Log(err)
		return
	}
	t.Fatalf("there is no check %q", name)
}
