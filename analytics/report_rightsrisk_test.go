package analytics

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
)

// plainStanding is the rule of territories once more, over the maps of the fake library: 0 within, 1 nobody can tell, 2 outside.
func plainStanding(d *library, word string, territories []string) int {
	if word == "" || len(territories) == 0 || slices.ContainsFunc(territories, func(t string) bool { return strings.EqualFold(t, word) }) {
		return 0
	}
	parts := func(name string) (out []string) {
		for n, above := range d.broader {
			if slices.Contains(above, name) {
				out = append(out, n)
			}
		}
		return out
	}
	country := func(w string) bool { return len(w) == 2 && strings.ToUpper(w) != strings.ToLower(w) }
	licensed, codes, vague, groups := map[string]bool{}, false, false, false
	var add func(name string)
	add = func(name string) {
		licensed[name] = true
		for _, p := range parts(name) {
			add(p)
		}
	}
	for _, t := range territories {
		named := d.words["region"][strings.ToLower(t)]
		for _, n := range named {
			add(n)
			groups = groups || !country(t) && len(parts(n)) > 0
		}
		if len(named) == 0 {
			codes, vague = codes || country(t), vague || !country(t)
		}
	}
	named := d.words["region"][strings.ToLower(word)]
	if len(named) == 0 {
		if country(word) && !vague && !groups {
			return 2
		}
		return 1
	}
	var whole, some func(name string) bool
	whole = func(name string) bool {
		p := parts(name)
		return licensed[name] || len(p) > 0 && !slices.ContainsFunc(p, func(n string) bool { return !whole(n) })
	}
	some = func(name string) bool { return licensed[name] || slices.ContainsFunc(parts(name), some) }
	switch {
	case whole(named[0]):
		return 0
	case some(named[0]) || vague || codes && len(parts(named[0])) > 0:
		return 1
	}
	return 2
}

func plainRisks(d *library, events []semdex.Event, r Request) ([][]any, []Total) {
	type row struct {
		n           int64
		first, last string
		where       map[string]bool
	}
	rows := map[[2]string]*row{}
	note := func(id, kind string, n int64, day, where string) {
		x := rows[[2]string{id, kind}]
		if x == nil {
			x = &row{first: day, last: day, where: map[string]bool{}}
			rows[[2]string{id, kind}] = x
		}
		x.n, x.first, x.last = x.n+n, min(x.first, day), max(x.last, day)
		if where != "" {
			x.where[where] = true
		}
	}
	var uses, unknown, live int64
	for _, e := range events {
		if !ofKind(&e, "asset.download", "asset.placed", "asset.embed") || e.Weight() == 0 || !plainMatches(d, &e, r) {
			continue
		}
		id, known := plainAsset(d, &e)
		if !known {
			unknown += e.Weight()
			continue
		}
		day, place := e.OccurredAt.In(r.TZ).Format(time.DateOnly), cmp.Or(e.Context["uri"], e.Context["region"], e.Context["channel"])
		var kinds [][2]string
		rights := d.records[semdex.AssetID(id)].Rights
		if rights == nil {
			if d.rules.Missing {
				kinds = append(kinds, [2]string{"no_rights", place})
			}
			rights = &semdex.Rights{}
		}
		if rights.ValidFrom != "" && day < string(rights.ValidFrom) {
			kinds = append(kinds, [2]string{"before_start", place})
		} else if rights.ValidUntil != "" && day > string(rights.ValidUntil) {
			kinds = append(kinds, [2]string{"after_end", place})
		}
		if c := e.Context["channel"]; c != "" && len(rights.Channels) > 0 && !slices.ContainsFunc(rights.Channels, func(x string) bool { return strings.EqualFold(x, c) }) {
			kinds = append(kinds, [2]string{"channel", c})
		}
		if s := plainStanding(d, e.Context["region"], rights.Territories); s > 0 {
			kinds = append(kinds, [2]string{[]string{"", "territory_unknown", "territory"}[s], e.Context["region"]})
		}
		for _, k := range kinds {
			note(id, k[0], e.Weight(), day, k[1])
		}
		if len(kinds) > 0 {
			uses += e.Weight()
		}
	}
	for id, a := range d.records {
		if a.Rights == nil || a.Rights.ValidUntil == "" {
			continue
		}
		today, _ := time.Parse(time.DateOnly, string(d.today))
		end, _ := time.Parse(time.DateOnly, string(a.Rights.ValidUntil))
		kind := ""
		switch left := end.Sub(today).Hours() / 24; {
		case left < 0:
			kind = "ended_live"
		case left <= 30:
			kind = "ends_30"
		case left <= 60:
			kind = "ends_60"
		case left <= 90:
			kind = "ends_90"
		default:
			continue
		}
		net, days, matches := map[string]int64{}, map[string][]string{}, map[string]bool{}
		for _, e := range events {
			x, _ := plainAsset(d, &e)
			day := e.OccurredAt.In(r.TZ).Format(time.DateOnly)
			if x != string(id) || e.Weight() == 0 || r.To != "" && day > string(r.To) {
				continue
			}
			uri := e.Context["uri"]
			switch e.Type {
			case "asset.unplaced":
				net[uri] -= e.Weight()
			case "asset.placed":
				net[uri] += e.Weight()
				days[uri] = append(days[uri], day)
				matches[uri] = matches[uri] || plainMatches(d, &e, Request{Filter: r.Filter, Direct: r.Direct, TZ: r.TZ})
			}
		}
		for uri, n := range net {
			if n > 0 && matches[uri] {
				live += n
				note(string(id), kind, n, slices.Min(days[uri]), cmp.Or(uri, "(no uri)"))
				note(string(id), kind, 0, slices.Max(days[uri]), "")
			}
		}
	}
	var out [][]any
	assets := map[string]bool{}
	for key, x := range rows {
		a := d.records[semdex.AssetID(key[0])]
		assets[key[0]] = true
		where := slices.Sorted(maps.Keys(x.where))
		text := strings.Join(where, ", ")
		if len(where) > 5 {
			text = strings.Join(where[:5], ", ") + fmt.Sprintf(" and %d more", len(where)-5)
		}
		cells := []any{key[0], plainTitle(a), key[1], x.n, x.first, x.last, text, nil}
		if a.Rights != nil && a.Rights.ValidUntil != "" {
			cells[7] = string(a.Rights.ValidUntil)
		}
		out = append(out, cells)
	}
	return plainSort(out, 3, 0, 2), []Total{{"risks", int64(len(out))}, {"assets", int64(len(assets))}, {"uses", uses}, {"live", live}, {"uses_of_unknown_assets", unknown}}
}

func TestRightsRiskEqualsPlainSearch(t *testing.T) {
	compareReports(t, "rights-risk", nil, nil, plainRisks)
}

func TestTerritories(t *testing.T) {
	d := brand()
	d.broader["Bavaria"], d.words["region"]["de-by"] = []string{"Germany"}, []string{"Bavaria"}
	d.words["region"]["germany"], d.words["region"]["emea"] = []string{"Germany"}, []string{"EMEA"}
	d.schemes["Bavaria"] = "region"
	tests := []struct {
		name, word  string
		territories []string
		want        standing
	}{
		{"no territories are all", "Mars", nil, within},
		{"a code as it is written, without case", "xx", []string{"XX"}, within},
		{"a label of a code", "Germany", []string{"DE"}, within},
		{"a code within a group", "AT", []string{"dach"}, within},
		{"what stands below", "DE-BY", []string{"DE"}, within},
		{"a group of which all is licensed", "DACH", []string{"DE", "AT"}, within},
		{"a group of which a part is", "DACH", []string{"DE"}, partly},
		{"a group of which none is", "DACH", []string{"FR"}, outside},
		{"another country", "fr", []string{"DE", "AT"}, outside},
		{"a country that the vocabulary does not have", "BR", []string{"DE", "US"}, outside},
		{"and its subdivision", "BR-SP", []string{"US"}, outside},
		{"a subdivision that the vocabulary does not have", "DE-BE", []string{"de"}, within},
		{"a country that may be in a group", "BR", []string{"EMEA"}, partly},
		{"a country that the group may have", "EMEA", []string{"US"}, partly},
		{"a region that nobody knows", "Mars", []string{"DE"}, partly},
		{"territories that nobody knows", "FR", []string{"DE", "our markets"}, partly},
	}
	for _, tt := range tests {
		if got := newTerritories(d).judge(tt.word, &semdex.Rights{Territories: tt.territories}); got != tt.want {
			t.Errorf("%s: %s in %q is %d, want %d", tt.name, tt.word, tt.territories, got, tt.want)
		}
	}
}
