package analytics

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
)

// plainLicence is an event or a record that tells of money.
type plainLicence struct {
	cells            [][]any // its groups
	asset, currency  string
	purchase, reuse  int64
	amount, onRecord int64
}

func plainSpend(d *library, events []semdex.Event, r Request) ([][]any, []Total) {
	r.By = append(slices.Clone(r.By), "currency")
	licences := plainLicences(d, events, r)
	used, ever := map[string]int64{}, map[string]int64{}
	for _, e := range events {
		if !ofKind(&e, "asset.download", "asset.placed", "asset.embed") {
			continue
		}
		id, _ := plainAsset(d, &e)
		day := semdex.DateOf(e.OccurredAt.In(r.TZ))
		if r.To == "" || day <= r.To {
			ever[id] += e.Weight()
			if r.From == "" || day >= r.From {
				used[id] += e.Weight()
			}
		}
	}
	figures := func(list []plainLicence) []any {
		var purchases, reuses, spend, record, uses, unused, vain int64
		assets := map[string]int64{}
		for _, l := range list {
			purchases, reuses, spend, record = purchases+l.purchase, reuses+l.reuse, spend+l.amount, record+l.onRecord
			if l.asset != "" {
				assets[l.asset] += l.amount
			}
		}
		for id, amount := range assets {
			uses += used[id]
			if ever[id] == 0 {
				unused, vain = unused+1, vain+amount
			}
		}
		row := []any{purchases, reuses, float64(spend) / 10000, float64(record) / 10000, int64(len(assets)), uses, nil, unused, float64(vain) / 10000}
		if uses > 0 {
			row[6] = math.Round(float64(spend)/float64(uses)/10000*10000) / 10000
		}
		if d.rules.Currency != "" {
			row = append(row, nil)
			if rate, ok := plainRate(d, list[0].currency); ok {
				row[9] = math.Round(float64(spend)*rate) / 10000
			}
		}
		return row
	}
	groups := map[string][]plainLicence{}
	cells := map[string][]any{}
	currencies := map[string][]plainLicence{}
	for _, l := range licences {
		for _, c := range l.cells {
			key := fmt.Sprintf("%q", c)
			groups[key], cells[key] = append(groups[key], l), c
		}
		name := cmp.Or(l.currency, "(none)")
		currencies[name] = append(currencies[name], l)
	}
	rows, _ := plainTable(r, make([]any, 10), nil, 2, func(yield func(cells, figures []any)) {
		for key, list := range groups {
			yield(cells[key], figures(list))
		}
	})
	all := figures(append(licences, plainLicence{currency: "?"})[:max(1, len(licences))])
	totals := []Total{{"purchases", all[0]}, {"reuses", all[1]}, {"licensed_assets", all[4]}, {"uses", all[5]}, {"unused_assets", all[7]}}
	converted, whole := 0.0, true
	for _, name := range slices.Sorted(maps.Keys(currencies)) {
		f := figures(currencies[name])
		totals = append(totals, Total{"spend_" + name, f[2]}, Total{"spend_unused_" + name, f[8]})
		if d.rules.Currency == "" {
			continue
		}
		if f[9] == nil {
			whole = false
			continue
		}
		converted += math.Round(f[9].(float64) * 10000)
	}
	switch {
	case d.rules.Currency != "" && whole:
		totals = append(totals, Total{"spend_converted", converted / 10000})
	case d.rules.Currency != "":
		totals = append(totals, Total{"spend_converted", nil})
	}
	return rows, totals
}

func plainRate(d *library, currency string) (float64, bool) {
	if currency == d.rules.Currency {
		return 1, true
	}
	rate, ok := d.rules.Rates[currency]
	return rate, ok
}

// plainLicences are the events and records of a request, those records left out that an event tells of.
func plainLicences(d *library, events []semdex.Event, r Request) (out []plainLicence) {
	bought := map[string]bool{}
	for _, e := range events {
		if !ofKind(&e, "license.purchase", "license.reuse") || e.Weight() == 0 {
			continue
		}
		id, _ := plainAsset(d, &e)
		bought[id] = true
		l := plainLicence{asset: id}
		if e.Type == "license.purchase" {
			l.purchase = e.Weight()
		} else {
			l.reuse = e.Weight()
		}
		if e.Value != nil {
			l.amount, l.currency = int64(math.Round(e.Value.Amount*10000)), strings.ToUpper(strings.TrimSpace(e.Value.Currency))
		}
		e.Context = maps.Clone(e.Context)
		e.Context["currency"] = l.currency // as a word of its own, which plainValues reads
		if plainMatches(d, &e, r) {
			l.cells = plainCells(d, &e, r)
			out = append(out, l)
		}
	}
	for id, a := range d.records {
		if bought[string(id)] || a.Rights == nil || a.Rights.Cost == nil || a.Rights.Cost.Amount <= 0 {
			continue
		}
		day := a.Rights.ValidFrom
		if day == "" && !a.Created.IsZero() {
			day = semdex.DateOf(a.Created.In(r.TZ))
		}
		if day == "" && (r.From != "" || r.To != "" || r.Interval != "") {
			continue
		}
		at, _ := time.ParseInLocation(time.DateOnly, string(cmp.Or(day, "2026-01-01")), r.TZ)
		l := plainLicence{asset: string(id), amount: int64(math.Round(a.Rights.Cost.Amount * 10000)), currency: strings.ToUpper(strings.TrimSpace(a.Rights.Cost.Currency))}
		l.onRecord = l.amount
		e := semdex.Event{Type: "", Asset: string(id), OccurredAt: at, Context: map[string]string{"currency": l.currency}}
		if plainMatches(d, &e, r) {
			l.cells = plainCells(d, &e, r)
			out = append(out, l)
		}
	}
	return out
}

func TestLicenceSpendEqualsPlainSums(t *testing.T) {
	compareReports(t, "licence-spend", append(groupBys, []string{"campaign"}, []string{"project"}), quiet, plainSpend)
}

func TestLicenceSpendConvertedEqualsPlainSums(t *testing.T) {
	compareReports(t, "licence-spend", groupBys[:2], func(d *library) {
		quiet(d)
		d.rules.Currency, d.rules.Rates = "EUR", map[string]float64{"USD": 0.8731, "GBP": 1.17}
	}, plainSpend)
}

// quiet adds assets that no event names, with costs on record.
func quiet(d *library) {
	for i := range 12 {
		id := semdex.AssetID("files:quiet" + string(rune('a'+i)))
		d.assets[string(id)] = id
		a := *d.records["files:a1"]
		a.ID, a.Created = id, start.AddDate(0, 3*i-20, i)
		a.Rights = &semdex.Rights{Cost: &semdex.Money{Amount: float64(i*123_456) / 10_000, Currency: []string{"EUR", "CHF", "usd"}[i%3]}}
		if i%4 == 0 {
			a.Rights.ValidFrom = semdex.DateOf(start.AddDate(0, i, 0))
		}
		if i == 5 {
			a.Created = time.Time{}
		}
		d.records[id] = &a
		d.tags["topic"][id] = []string{"Dogs", "Bridges"}[:i%3]
	}
}

func TestLicenceSpendTellsMissingRates(t *testing.T) {
	d := brand()
	s := open(t, t.TempDir(), Options{})
	for i, currency := range []string{"EUR", "SEK", ""} {
		record(t, s, semdex.Event{ID: fmt.Sprint(i), Type: semdex.LicensePurchase, OccurredAt: start, Value: &semdex.Money{Amount: 0.1, Currency: currency}})
	}
	tests := []struct {
		name  string
		rules Rules
		notes int
		total any
	}{
		{"nothing is converted without a currency", Rules{}, 0, nil},
		{"a missing rate is told", Rules{Currency: "EUR"}, 2, nil},
		{"the currency itself needs no rate", Rules{Currency: "EUR", Rates: map[string]float64{"SEK": 0.5}}, 1, nil},
	}
	for _, tt := range tests {
		d.rules = tt.rules
		r, err := s.Report(t.Context(), d, "licence-spend", Request{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Notes) != tt.notes || r.Totals[len(r.Totals)-1].Value != tt.total && tt.rules.Currency != "" {
			t.Errorf("%s: got notes %q, totals %v", tt.name, r.Notes, r.Totals)
		}
		var out strings.Builder
		if err := r.WriteJSON(&out); err != nil || strings.Contains(out.String(), `"notes":[`) != (tt.notes > 0) {
			t.Errorf("%s: got %s (error %v)", tt.name, out.String(), err)
		}
	}
}
