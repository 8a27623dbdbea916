package canto

import (
	"testing"
	"time"

	"semdex"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestStamps(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	tests := []struct {
		name, text string
		zone       *time.Location
		want       string // "": none
		fails      bool
	}{
		{"17 digits in winter", "20240131093005123", berlin, "2024-01-31T08:30:05.123Z", false},
		{"17 digits in summer", "20240731093005123", berlin, "2024-07-31T07:30:05.123Z", false},
		{"14 digits", "20240131093005", berlin, "2024-01-31T08:30:05Z", false},
		{"with spaces around", " 20240131093005123 ", time.UTC, "2024-01-31T09:30:05.123Z", false},
		{"RFC 3339 has a zone of its own", "2024-01-31T09:30:05+05:00", berlin, "2024-01-31T04:30:05Z", false},
		{"as in Date Created", "2024-01-30 07:12:44", berlin, "2024-01-30T06:12:44Z", false},
		{"a day", "2024-01-30", berlin, "2024-01-29T23:00:00Z", false},
		{"the beginning of 1970 is none", "19700101010000000", berlin, "", false},
		{"seen from America, too", "19691231190000000", zone(t, "America/New_York"), "", false},
		{"zeros are none", "00000000000000000", berlin, "", false},
		{"nothing is none", "", berlin, "", false},
		{"13 digits", "2024013109300", berlin, "", true},
		{"a month that there is not", "20241331093005123", berlin, "", true},
		{"a word", "soon", berlin, "", true},
		{"17 that are no digits", "2024013109300512x", berlin, "", true},
	}
	for _, tt := range tests {
		got, err := parseStamp(tt.text, tt.zone)
		text := ""
		if !got.IsZero() {
			text = got.Format(time.RFC3339Nano)
		}
		if text != tt.want || (err != nil) != tt.fails {
			t.Errorf("%s: got %q and error %v, want %q and failing to be %v", tt.name, text, err, tt.want, tt.fails)
		}
	}
}

func TestDatesInCustomFields(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       semdex.Date
		fails      bool
	}{
		{"a day", "2027-03-01", "2027-03-01", false},
		{"a time is its day as it is written", "2027-03-01T23:30:00-08:00", "2027-03-01", false},
		{"a stamp is the day of the tenant", "20270301003000000", "2027-03-01", false},
		{"nothing", " ", "", false},
		{"a word", "soon", "", true},
		{"another order", "01.03.2027", "", true},
		{"a day that there is not", "2027-02-30", "", true},
	}
	for _, tt := range tests {
		got, err := optionalDate(tt.text)
		if got != tt.want || (err != nil) != tt.fails {
			t.Errorf("%s: got %q and error %v, want %q and failing to be %v", tt.name, got, err, tt.want, tt.fails)
		}
	}
}

func TestClocksThatAreSetBack(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	tests := []struct {
		name string
		at   time.Time
		want bool
	}{
		{"an hour before", time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), true},
		{"an hour after", time.Date(2026, 10, 25, 2, 0, 0, 0, time.UTC), true},
		{"the day before", time.Date(2026, 10, 24, 1, 0, 0, 0, time.UTC), false},
		{"in spring they are set forward", time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), false},
	}
	for _, tt := range tests {
		if got := setsBack(tt.at, berlin); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
	s, err := New(Config{Tenant: "acme.canto.de", AppID: "a", AppSecret: "b", TimeZone: berlin})
	if err != nil {
		t.Fatal(err)
	}
	f := s.fetching(t.Context(), nil)
	at := time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)
	if got, want := f.since(at), at.Add(-70*time.Minute); !got.Equal(want) {
		t.Errorf("at such a time changes are read from %v on, want %v", got, want)
	}
	if got, want := f.since(at.Add(24*time.Hour)), at.Add(24*time.Hour-10*time.Minute); !got.Equal(want) {
		t.Errorf("at any other from %v on, want %v", got, want)
	}
	if !f.since(time.Time{}).IsZero() {
		t.Error("without a watermark changes are not read from the beginning")
	}
}
