package analytics

import (
	"slices"
	"testing"

	"semdex"
)

func TestTopConceptsEqualsPlainUsage(t *testing.T) {
	d, events := brand(), someEvents(700)
	s := open(t, t.TempDir(), Options{})
	record(t, s, events...)
	for _, r := range searchRequests(t, true) {
		asked := r
		if len(r.By) == 0 {
			r.By = []string{"topic"}
		}
		name, whole := 0, r
		if r.Interval != "" {
			name = 1
		}
		whole.By, whole.Interval = nil, ""
		all := []any{int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0)}
		if rows := plainUsage(d, events, whole); len(rows) > 0 {
			all = rows[0]
		}
		rows := slices.DeleteFunc(plainUsage(d, events, r), func(row []any) bool { return row[name] == "(none)" })
		for i, row := range rows {
			rows[i] = append(row, plainPercent(row[len(row)-8].(int64), all[0].(int64)))
		}
		checkReport(t, s, d, "top-concepts", asked, rows, append(all, plainPercent(all[0].(int64), all[0].(int64))))
	}
}

func TestTopConceptsWithoutMembers(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	record(t, s, semdex.Event{Type: semdex.SearchExecuted, OccurredAt: start, Concepts: []string{"c:Bridges"}}, semdex.Event{Type: semdex.SearchExecuted, OccurredAt: start})
	got, err := s.Report(t.Context(), brand(), "top-concepts", Request{Counters: true})
	if err != nil {
		t.Fatal(err)
	}
	if row := rowsOf(got)[0]; len(row) != 10 || row[0] != "Bridges" || row[9] != 50.0 || got.Len() != 1 {
		t.Errorf("got %v", rowsOf(got))
	}
}
