package canto_test

import (
	"cmp"
	"fmt"
	"net/http"
	"testing"
	"time"

	"semdex/indexer/canto"
	"semdex/indexer/canto/cantotest"
)

// config is that of a client of an imitation, which does not wait long.
func config(s *cantotest.Server) canto.Config {
	o := s.Options()
	return canto.Config{
		URL: s.URL(), OAuthURL: s.OAuthURL(), AppID: o.AppID, AppSecret: o.AppSecret, TimeZone: o.TimeZone,
		PageSize: o.PageSize, MaxOffset: o.MaxOffset, CallsPerMinute: o.CallsPerMinute["list"], Window: o.Window,
		Backoff: time.Millisecond, Transport: http.DefaultTransport.(*http.Transport).Clone(), Now: o.Now,
	}
}

// tenant starts an imitation without limits, with pages of 25.
func tenant(t *testing.T, o cantotest.Options, records ...cantotest.Record) *cantotest.Server {
	t.Helper()
	if o.CallsPerMinute == nil {
		o.CallsPerMinute = map[string]int{}
		for _, group := range cantotest.Groups {
			o.CallsPerMinute[group] = 1_000_000
		}
	}
	o.Window = cmp.Or(o.Window, 20*time.Millisecond)
	o.PageSize = cmp.Or(o.PageSize, 25)
	s, err := cantotest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Put(records...); err != nil {
		t.Fatal(err)
	}
	return s
}

// source makes a client of an imitation.
func source(t *testing.T, s *cantotest.Server, change ...func(*canto.Config)) *canto.Source {
	t.Helper()
	c := config(s)
	for _, f := range change {
		f(&c)
	}
	src, err := canto.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// images are records in the order of their upload.
func images(n int) []cantotest.Record {
	records := make([]cantotest.Record, n)
	for i := range records {
		records[i] = cantotest.Record{Scheme: "image", ID: fmt.Sprintf("i%04d", i), Name: fmt.Sprintf("image %d.jpg", i), ApprovalStatus: "Approved"}
	}
	return records
}
