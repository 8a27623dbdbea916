package canto

import (
	"fmt"
	"strings"
	"time"

	"semdex"
)

// digits is the layout of Canto's stamps but for their milliseconds.
const digits = "20060102150405"

// parseStamp reads a stamp of Canto: 17 digits, or 14, in the zone of the tenant. The zero time stands for none,
// which Canto writes as the beginning of 1970.
func parseStamp(text string, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0") == "" {
		return time.Time{}, nil
	}
	t, err := parseDigits(text, zone)
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if err == nil {
			break
		}
		t, err = time.ParseInLocation(layout, text, zone)
	}
	switch {
	case err != nil || t.Year() < 0 || t.Year() > 9999:
		return time.Time{}, fmt.Errorf("%q is no stamp (want 17 digits, such as 20240131093005123)", short(text))
	case t.Sub(time.Unix(0, 0)).Abs() < 24*time.Hour:
		return time.Time{}, nil
	}
	return t.UTC(), nil
}

// parseDigits reads 17 digits, or 14.
func parseDigits(text string, zone *time.Location) (time.Time, error) {
	if (len(text) != 17 && len(text) != 14) || strings.Trim(text, "0123456789") != "" {
		return time.Time{}, fmt.Errorf("not 17 digits")
	}
	t, err := time.ParseInLocation(digits, text[:14], zone)
	if err == nil && len(text) == 17 {
		t = t.Add(time.Duration(int(text[14]-'0')*100+int(text[15]-'0')*10+int(text[16]-'0')) * time.Millisecond)
	}
	return t, err
}

// parseTime reads the time in a custom field: 2006-01-02T15:04:05Z, 2006-01-02 (in UTC, as in files) or a stamp.
func parseTime(text string, zone *time.Location) (time.Time, error) {
	t, err := parseDigits(text, zone)
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if err == nil {
			break
		}
		t, err = time.Parse(layout, text)
	}
	if t = t.UTC(); err != nil || t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}, fmt.Errorf("%q is no time (want 2006-01-02T15:04:05Z, 2006-01-02 or 17 digits)", short(text))
	}
	return t, nil
}

// parseDate reads the day in a custom field: 2006-01-02, 2006-01-02T15:04:05Z or a stamp, whose day is the tenant's.
func parseDate(text string) (semdex.Date, error) {
	if t, err := parseDigits(text, time.UTC); err == nil {
		return semdex.DateOf(t), nil
	}
	day, err := semdex.ParseDate(text)
	if err != nil {
		return "", fmt.Errorf("%q is no date (want 2006-01-02)", short(text))
	}
	return day, nil
}

// short cuts a value for an error.
func short(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// setsBack reports whether the zone sets its clocks back within two hours of a time: around it, stamps without a
// zone do not tell which came first.
func setsBack(t time.Time, zone *time.Location) bool {
	_, before := t.Add(-2 * time.Hour).In(zone).Zone()
	_, after := t.Add(2 * time.Hour).In(zone).Zone()
	return after < before
}
