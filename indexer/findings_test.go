package indexer_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer"
	"semdex/internal/remote"
)

func TestFindings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	dated := func(at time.Time) http.Header { return http.Header{"Date": {at.Format(http.TimeFormat)}} }
	var f indexer.Findings
	f.Tell(indexer.Failure, "a", errors.New("plain"))
	f.Tell(indexer.Warning, "b", &semdex.Error{Message: "known", Hint: "mend it"})
	f.Tell(indexer.Failure, "c", &semdex.Error{Message: "called", Err: &remote.Fault{Method: "GET", URL: "https://x", Status: 403}})
	clocks := []time.Time{
		f.Clock("Acme", dated(now.Add(-time.Minute)), now), f.Clock("Acme", dated(now.Add(time.Hour)), now), f.Clock("Acme", http.Header{}, now),
	}
	want := []indexer.Finding{
		{Level: indexer.Failure, Subject: "a", Message: "plain", Mend: "try again"},
		{Level: indexer.Warning, Subject: "b", Message: "known", Mend: "mend it"},
		{Level: indexer.Failure, Subject: "c", Message: "called: GET https://x: status 403", Mend: "try again"},
		{Level: indexer.Fine, Subject: "clock", Message: "agrees with that of Acme"},
		{Level: indexer.Warning, Subject: "clock", Message: "the clocks of this machine and of Acme are 1h0m0s apart", Mend: "set the clock of this machine by a time server (NTP)"},
	}
	if diff := cmp.Diff(want, f.List); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]time.Time{now.Add(-time.Minute), now.Add(time.Hour), now}, clocks); diff != "" {
		t.Errorf("clocks (-want +got):\n%s", diff)
	}
}
