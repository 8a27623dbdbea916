package canto

import (
	"strconv"
	"time"

	"semdex/internal/remote"
)

// rangeParameter is that of the time of upload.
const rangeParameter = "uploadedTime"

// unit is one in which ranges of time may be understood. Digits are local time, so they are reckoned with as if that
// were UTC.
type unit struct {
	step   time.Duration
	zone   *time.Location // that stamps are read in
	format func(t time.Time) string
}

func (f *fetching) unitNamed(name string) unit {
	switch name {
	case unitS:
		return unit{time.Second, f.config.TimeZone, func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }}
	case unitMS:
		return unit{time.Millisecond, f.config.TimeZone, func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }}
	}
	return unit{time.Millisecond, time.UTC, func(t time.Time) string {
		return t.UTC().Format(digits) + t.UTC().Format(".000")[1:]
	}}
}

// text writes a range, a step wider at both ends: whether these belong to it is not known.
func (u unit) text(from, to time.Time) string {
	return u.format(from.Add(-u.step)) + ".." + u.format(to.Add(u.step))
}

// window is a range of the time of upload.
type window struct {
	text string
	deep bool // it cannot be made small enough
}

// margin is how far the zone of stamps may be off.
const margin = 25 * time.Hour

// The widest range there is. All of its times have ten digits in seconds.
var eraBegin, eraEnd = time.Date(2001, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// windows parts a scheme by the time of upload, so that each part may be paged through. It gives none where ranges
// of time are not understood, or do not add up.
func (f *fetching) windows(l listing, first page) ([]window, error) {
	last, err := f.page(l.with("sortDirection", "descending"), 0, 1)
	if err != nil {
		return nil, err
	}
	stamps := f.uploads(l, append(last.rows, first.rows...))
	if len(stamps) == 0 || first.found < 0 {
		return nil, nil
	}
	if f.unit == nil {
		if f.unit, err = f.findUnit(l, stamps[0]); err != nil || f.unit == nil {
			return nil, err
		}
	}
	from, to := f.span(stamps)
	for _, span := range [][2]time.Time{{from, to}, {eraBegin, eraEnd}} {
		n, err := f.count(l, *f.unit, span[0], span[1])
		if err != nil {
			return nil, err
		}
		if n >= first.found {
			p := parting{fetching: f, listing: l, sound: true}
			err := p.part(span[0], span[1], n)
			if err != nil || !p.sound {
				return nil, err
			}
			return p.windows, nil
		}
	}
	return nil, nil
}

// uploads gives the stamps of upload as they are written.
func (f *fetching) uploads(l listing, rows []row) []string {
	var out []string
	for _, e := range f.entries(l, rows) {
		if text, err := scalar(e.record["lastUploaded"]); err == nil && text != "" {
			if at, err := parseStamp(text, f.config.TimeZone); err == nil && !at.IsZero() {
				out = append(out, text)
			}
		}
	}
	return out
}

// span is from the first to the last of the stamps, and a little wider.
func (f *fetching) span(stamps []string) (from, to time.Time) {
	for _, text := range stamps {
		at, err := parseStamp(text, f.unit.zone)
		if err != nil {
			continue // it was read before
		}
		if from.IsZero() || at.Before(from) {
			from = at
		}
		if at.After(to) {
			to = at
		}
	}
	return from.Add(-margin), to.Add(margin)
}

// findUnit tries which unit finds an asset at its stamp, and nothing where nothing is. It gives nil where none does.
func (f *fetching) findUnit(l listing, stamp string) (*unit, error) {
	names := []string{f.config.TimeUnit}
	if f.config.TimeUnit == auto {
		names = []string{unitMS, unitDigits, unitS} // the finer ones first
	}
	for _, name := range names {
		u := f.unitNamed(name)
		fits, err := f.fits(l, u, stamp)
		if err != nil && !remote.Is(err, remote.Refused) {
			return nil, err
		}
		if err == nil && fits {
			return &u, nil
		}
	}
	return nil, nil
}

// fits reports whether a unit is understood. What does not understand it finds nothing, or everything.
func (f *fetching) fits(l listing, u unit, stamp string) (bool, error) {
	at, err := parseStamp(stamp, u.zone)
	if err != nil {
		return false, err
	}
	here, err := f.count(l, u, at.Add(-margin), at.Add(margin))
	if err != nil || here <= 0 {
		return false, err
	}
	nowhere, err := f.count(l, u, eraEnd, eraEnd.Add(margin))
	return nowhere == 0, err
}

// count asks how many assets a range has; -1 where that is not told.
func (f *fetching) count(l listing, u unit, from, to time.Time) (int, error) {
	return f.found(l.with(rangeParameter, u.text(from, to)))
}

// parting is the search for windows that are small enough.
type parting struct {
	*fetching
	listing listing
	windows []window
	sound   bool // the parts have at least as much as the whole
}

// part halves a range of n assets until each part may be paged through.
func (p *parting) part(from, to time.Time, n int) error {
	small := p.config.MaxOffset - p.config.PageSize
	switch {
	case n == 0 || !p.sound:
		return nil
	case n <= small || to.Sub(from) <= p.unit.step:
		p.windows = append(p.windows, window{p.unit.text(from, to), n > small})
		return nil
	}
	middle := from.Add((to.Sub(from) / 2).Truncate(p.unit.step))
	left, err := p.count(p.listing, *p.unit, from, middle)
	if err != nil {
		return err
	}
	right, err := p.count(p.listing, *p.unit, middle.Add(p.unit.step), to)
	if err != nil {
		return err
	}
	if left < 0 || right < 0 || left+right < n {
		p.sound = false
		return nil
	}
	if err := p.part(from, middle, left); err != nil {
		return err
	}
	return p.part(middle.Add(p.unit.step), to, right)
}
