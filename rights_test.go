package semdex_test

import (
	"testing"
	"time"

	"semdex"
)

func TestRefuses(t *testing.T) {
	t.Parallel()
	bounded := &semdex.Rights{ValidFrom: "2026-01-01", ValidUntil: "2026-12-31", Territories: []string{"DE", "at"}, Channels: []string{"Web"}}
	tests := []struct {
		name   string
		rights *semdex.Rights
		use    semdex.Use
		deny   bool
		want   semdex.Refusal
	}{
		{"no record is usable", nil, semdex.Use{On: "2026-06-01", Territory: "US", Channel: "print"}, false, semdex.Allowed},
		{"no record where the library denies it", nil, semdex.Use{On: "2026-06-01"}, true, semdex.RightsMissing},
		{"an empty record allows everything", &semdex.Rights{}, semdex.Use{On: "2026-06-01", Territory: "US", Channel: "print"}, true, semdex.Allowed},
		{"the day before the first", bounded, semdex.Use{On: "2025-12-31"}, false, semdex.RightsNotYet},
		{"the first day", bounded, semdex.Use{On: "2026-01-01"}, false, semdex.Allowed},
		{"valid_until is the last day", bounded, semdex.Use{On: "2026-12-31"}, false, semdex.Allowed},
		{"the day after the last", bounded, semdex.Use{On: "2027-01-01"}, false, semdex.RightsExpired},
		{"no end", &semdex.Rights{ValidFrom: "2026-01-01"}, semdex.Use{On: "2099-01-01"}, false, semdex.Allowed},
		{"no beginning", &semdex.Rights{ValidUntil: "2026-12-31"}, semdex.Use{On: "1999-01-01"}, false, semdex.Allowed},
		{"without territory and channel only dates count", bounded, semdex.Use{On: "2026-06-01"}, true, semdex.Allowed},
		{"territories compare without case", bounded, semdex.Use{On: "2026-06-01", Territory: "AT"}, false, semdex.Allowed},
		{"another territory", bounded, semdex.Use{On: "2026-06-01", Territory: "US"}, false, semdex.RightsTerritory},
		{"channels compare without case", bounded, semdex.Use{On: "2026-06-01", Channel: "wEB"}, false, semdex.Allowed},
		{"another channel", bounded, semdex.Use{On: "2026-06-01", Territory: "DE", Channel: "print"}, false, semdex.RightsChannel},
		{"no territories means everywhere", &semdex.Rights{Channels: []string{"web"}}, semdex.Use{On: "2026-06-01", Territory: "US"}, false, semdex.Allowed},
		{"no channels means every channel", &semdex.Rights{Territories: []string{"US"}}, semdex.Use{On: "2026-06-01", Territory: "us", Channel: "tv"}, false, semdex.Allowed},
		{"the date is told before the territory", bounded, semdex.Use{On: "2027-01-01", Territory: "US", Channel: "print"}, false, semdex.RightsExpired},
		{"the territory is told before the channel", bounded, semdex.Use{On: "2026-06-01", Territory: "US", Channel: "print"}, false, semdex.RightsTerritory},
		{"editorial use is told, not enforced", &semdex.Rights{Editorial: true}, semdex.Use{On: "2026-06-01"}, false, semdex.Allowed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.rights.Refuses(tt.use, tt.deny); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     semdex.Date // "" for an error
	}{
		{"a day", "2026-02-28", "2026-02-28"},
		{"a leap day", "2028-02-29", "2028-02-29"},
		{"no leap day", "2026-02-29", ""},
		{"the day of a time as it is written there", "2026-03-01T23:30:00-05:00", "2026-03-01"},
		{"a time without zone", "2026-03-01T23:30:00", ""},
		{"not a day", "1.3.2026", ""},
		{"words after the day", "2026-03-01 or so", ""},
		{"nothing", "", ""},
		{"a day without zeros", "2026-3-1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := semdex.ParseDate(tt.in)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q and error %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestDateOfIsInTheLocationOfTheTime(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
	if got, want := semdex.DateOf(late), semdex.Date("2026-03-01"); got != want {
		t.Errorf("in UTC: got %s, want %s", got, want)
	}
	if got, want := semdex.DateOf(late.In(time.FixedZone("east", 3600))), semdex.Date("2026-03-02"); got != want {
		t.Errorf("an hour east: got %s, want %s", got, want)
	}
}
