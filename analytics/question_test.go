package analytics

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
)

// answerInstead makes the test binary the process that answers an own question.
const answerInstead = "answer-question"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == answerInstead {
		os.Exit(AnswerQuestion(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// asking opens a store of events that answers own questions, within bounds that a test can wait for.
func asking(t *testing.T, events ...semdex.Event) *Store {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, t.TempDir(), Options{Answerer: []string{program, answerInstead}, AnswerMemory: 128 << 20})
	record(t, s, events...)
	return s
}

func ask(t *testing.T, s *Store, l Library, sql string) *Answer {
	t.Helper()
	a, err := s.Ask(t.Context(), l, Question{SQL: sql})
	if err != nil {
		t.Fatalf("%s: %v; %s", sql, err, semdex.HintOf(err))
	}
	return a
}

func answerRows(r *Report) (rows [][]any) {
	for row := range r.Rows() {
		rows = append(rows, slices.Clone(row))
	}
	return rows
}

// TestOwnQuestionsAgreeWithUsage asks for what reports count, in SQL.
func TestOwnQuestionsAgreeWithUsage(t *testing.T) {
	t.Parallel()
	l := brand()
	l.records = make(map[semdex.AssetID]*semdex.Asset)
	for _, id := range l.assets {
		l.records[id] = &semdex.Asset{ID: id}
	}
	s := asking(t, someEvents(3000)...)
	tests := []struct {
		name, sql string
		by        []string
		counter   int // column of the report behind the dimensions
		shift     int // columns of the dimensions in the report
	}{
		{"channel", "SELECT coalesce(channel, '(none)'), sum(count) FROM events GROUP BY ALL HAVING sum(count) > 0", []string{"channel"}, 0, 1},
		{"views by client", "SELECT client, sum(count) FROM events WHERE event_type = 'asset.view' GROUP BY ALL", []string{"client"}, 1, 1},
		{"searches by unit", "SELECT coalesce(business_unit, '(none)'), sum(count) FROM searches GROUP BY ALL", []string{"business_unit"}, 5, 1},
		{"different assets", "SELECT actor_type, count(DISTINCT asset) FROM events GROUP BY ALL", []string{"actor_type"}, 6, 1},
		{"different users", "SELECT language, count(DISTINCT actor) FROM (SELECT coalesce(lang, '(none)') AS language, actor FROM events) GROUP BY ALL", []string{"language"}, 7, 1},
		{"type of asset", `SELECT coalesce(v.value, '(none)'), sum(e.count) FROM events e LEFT JOIN asset_values v ON v.asset = e.asset AND v.dimension = 'type' GROUP BY ALL`, []string{"type"}, 0, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := map[string]int64{}
			usage, err := s.Usage(t.Context(), l, Request{By: test.by})
			if err != nil {
				t.Fatal(err)
			}
			for row := range usage.Rows() {
				if n := row[test.shift+test.counter].(int64); n > 0 {
					want[row[0].(string)] = n
				}
			}
			got := map[string]int64{}
			for row := range ask(t, s, l, test.sql).Rows() {
				name, _ := row[0].(string)
				if name == "" {
					name = None
				}
				if n := row[1].(int64); n > 0 {
					got[name] = n
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestOwnQuestionsRollUp compares what stands above an asset's values with a report by topic of what names assets.
func TestOwnQuestionsRollUp(t *testing.T) {
	t.Parallel()
	l := brand()
	l.records = make(map[semdex.AssetID]*semdex.Asset)
	for _, id := range l.assets {
		l.records[id] = &semdex.Asset{ID: id}
	}
	var events []semdex.Event
	for _, e := range someEvents(2000) {
		if e.Type == semdex.AssetDownload {
			e.Concepts = nil
			events = append(events, e)
		}
	}
	s := asking(t, events...)
	for _, direct := range []bool{false, true} {
		usage, err := s.Usage(t.Context(), l, Request{By: []string{"topic"}, Direct: direct})
		if err != nil {
			t.Fatal(err)
		}
		want, got := map[string]int64{}, map[string]int64{}
		for row := range usage.Rows() {
			want[row[0].(string)+" "+row[1].(string)] = row[3].(int64)
		}
		condition := ""
		if direct {
			condition = " AND v.direct"
		}
		for row := range ask(t, s, l, "SELECT coalesce(value, '(none)') || ' ' || coalesce(uri, ''), sum(count) FROM events e LEFT JOIN asset_values v ON v.asset = e.asset AND v.dimension = 'topic'"+
			condition+" GROUP BY ALL").Rows() {
			got[row[0].(string)] = row[1].(int64)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("direct %v: got %v, want %v", direct, got, want)
		}
	}
}

// vocabulary is a library that knows its concepts.
type vocabulary struct{ *library }

func (v *vocabulary) Languages() []string { return []string{"de", "en"} }

func (v *vocabulary) Concepts(yield func(Concept) error) error {
	return errors.Join(
		yield(Concept{URI: "c:Dogs", Label: "Dogs", Schemes: []string{"s:topics", "s:pets"}, Broader: []string{"c:Pets", "c:Working"}}),
		yield(Concept{URI: "c:Pets"}))
}

// TestShownTables asks for every column of every table.
func TestShownTables(t *testing.T) {
	t.Parallel()
	l := &vocabulary{brand()}
	l.version = "1"
	l.records = map[semdex.AssetID]*semdex.Asset{
		"files:a1": {ID: "files:a1", Title: semdex.Text{"en": "Dog", "de": "Hündin"}, Type: "image", Approval: semdex.Approved,
			Created: time.Date(2026, 1, 2, 12, 0, 0, 0, time.FixedZone("", 3600)),
			Rights:  &semdex.Rights{ValidUntil: "2026-12-31", License: "rights-managed", Cost: &semdex.Money{Amount: 49.95, Currency: "eur"}}},
		"files:a2": {ID: "files:a2"},
	}
	l.tags["topic"] = map[semdex.AssetID][]string{"files:a1": {"Dogs"}}
	l.tags["region"], l.tags["type"], l.tags["campaign"] = nil, map[semdex.AssetID][]string{"files:a2": {"image"}}, nil
	seven, three := 7, int64(3)
	at := time.Date(2026, 5, 6, 7, 8, 9, 123456000, time.UTC)
	s := asking(t, semdex.Event{ID: "1", Type: semdex.SearchExecuted, OccurredAt: at, Query: "hund 'x'", Lang: "de", Total: &seven, Concepts: []string{"c:Pets", "c:Dogs"},
		QueryID: "q_1", Session: "s", Actor: semdex.Actor{ID: "u_0123abcd", Type: "user", BusinessUnit: "retail"}, Client: semdex.Client{Name: "cms", Integration: "cms-kit"},
		Context: map[string]string{"region": "DE", "shop": "Köln"}, Source: "web", Search: &semdex.SearchDetail{Added: []string{"c:Cats"}}},
		semdex.Event{ID: "2", Type: semdex.LicensePurchase, OccurredAt: at, Asset: "a1", Rendition: "small", QueryID: "q_1", Position: 2, Found: semdex.FoundByExpansion,
			Value: &semdex.Money{Amount: 1234.5678, Currency: "eur"}, Count: &three,
			Context: map[string]string{"campaign": "spring", "audience": "b2b", "channel": "web", "intended_use": "ad"}},
		semdex.Event{ID: "3", Type: semdex.AssetView, OccurredAt: at, Asset: "nobody's"})
	q := fmt.Sprintf("%016x", hashText("q_1"))
	tests := []struct {
		name, sql string
		want      [][]any
	}{
		{"a search", "SELECT * EXCLUDE (received_at) FROM searches", [][]any{{int64(1), at, "hund 'x'", "de", int64(7), `["c:Dogs","c:Pets"]`, `["c:Cats"]`, nil, q, "u_0123abcd", "user", "retail",
			fmt.Sprintf("%016x", hashText("s")), "cms", "cms-kit", "DE", nil, nil, nil, nil, `{"shop":"Köln"}`, int64(1), "web"}}},
		{"an act", "SELECT event, event_type, asset, rendition, query, position, found_by, campaign, audience, channel, intended_use, amount, currency, count, q, total, concepts FROM events WHERE event = 2",
			[][]any{{int64(2), semdex.LicensePurchase, "files:a1", "small", q, int64(2), "expansion", "spring", "b2b", "web", "ad", 1234.5678, "EUR", int64(3), nil, nil, nil}}},
		{"an asset that is none", "SELECT asset FROM events WHERE event = 3", [][]any{{"nobody's"}}},
		{"when an event came", "SELECT received_at FROM events WHERE event = 3", [][]any{{later}}},
		{"assets", "SELECT * FROM assets ORDER BY id", [][]any{
			{"files:a1", "Hündin", "image", "approved", time.Date(2026, 1, 2, 11, 0, 0, 0, time.UTC), "2026-12-31", "rights-managed", 49.95, "EUR"},
			{"files:a2", nil, nil, nil, nil, nil, nil, nil, nil}}},
		{"values with what stands above them", "SELECT * FROM asset_values ORDER BY ALL", [][]any{
			{"files:a1", "topic", "Animals", "c:Animals", false}, {"files:a1", "topic", "Dogs", "c:Dogs", true}, {"files:a1", "topic", "Pets", "c:Pets", false},
			{"files:a1", "topic", "Working animals", "c:Working animals", false}, {"files:a2", "type", "image", nil, true}}},
		{"concepts", "SELECT * FROM concepts ORDER BY ALL", [][]any{{"c:Dogs", "Dogs", "s:pets"}, {"c:Dogs", "Dogs", "s:topics"}, {"c:Pets", nil, nil}}},
		{"broader", "SELECT * FROM broader ORDER BY ALL", [][]any{{"c:Dogs", "c:Pets"}, {"c:Dogs", "c:Working"}}},
		{"tables", "SHOW TABLES", [][]any{{"asset_values"}, {"assets"}, {"broader"}, {"concepts"}, {"events"}, {"searches"}}},
		{"columns", "SELECT column_name, column_type FROM (DESCRIBE broader)", [][]any{{"uri", "VARCHAR"}, {"broader", "VARCHAR"}}},
		{"values", "VALUES (1, 'a', true, DATE '2026-01-31', 0.5, NULL)", [][]any{{int64(1), "a", true, "2026-01-31", 0.5, nil}}},
		{"what no JSON holds", "SELECT 'NaN'::DOUBLE, 'inf'::FLOAT, [1, NULL], {'a': DATE '2026-01-31'}, MAP {'k': 1.5}, '\\xFF'::BLOB, INTERVAL 1 DAY, TIME '10:11:12', 170141183460469231731687303715884105727, '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID",
			[][]any{{nil, nil, "[1,null]", `{"a":"2026-01-31T00:00:00Z"}`, `{"k":1.5}`, "ff", "0 months 1 days 0s", "10:11:12", 170141183460469231731687303715884105727., "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}}},
		{"with, recursive", "WITH RECURSIVE up AS (SELECT broader FROM broader WHERE uri = 'c:Dogs' UNION SELECT b.broader FROM broader b JOIN up ON b.uri = up.broader) SELECT count(*) FROM up", [][]any{{int64(2)}}},
		{"a comment and a semicolon", "/* all; of them */ SELECT count(*) -- ; DROP\n FROM events;", [][]any{{int64(3)}}},
		{"names that are the same", "SELECT 1 AS a, 2 AS A, 3 AS a", [][]any{{int64(1), int64(2), int64(3)}}},
		{"none", "SELECT * FROM events WHERE false", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := answerRows(ask(t, s, l, test.sql).Report); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %#v\nwant %#v", got, test.want)
			}
		})
	}
	for _, sql := range []string{"EXPLAIN SELECT * FROM events", "-- why\nexplain analyze SELECT count(*) FROM events", "SUMMARIZE events", "DESCRIBE SELECT 1", "SHOW events"} {
		if ask(t, s, l, sql).Len() == 0 {
			t.Errorf("%s: no rows", sql)
		}
	}
	l.version, l.records = "2", nil
	if got := ask(t, s, l, "SELECT * FROM assets").Len(); got != 0 {
		t.Errorf("of another state there are %d assets, want 0", got)
	}
	record(t, s, semdex.Event{ID: "4", Type: semdex.AssetView, OccurredAt: at, Asset: "a2"})
	if got := answerRows(ask(t, s, l, "SELECT asset FROM events WHERE event = 4").Report); !reflect.DeepEqual(got, [][]any{{"files:a2"}}) {
		t.Errorf("a new event: got %v", got)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	s, l := asking(t, someEvents(50)...), brand()
	for _, test := range []struct {
		limit, rows int
		truncated   bool
	}{{10, 10, true}, {50, 50, false}, {0, 50, false}} {
		a, err := s.Ask(t.Context(), l, Question{SQL: "SELECT event FROM events", Limit: test.limit})
		if err != nil {
			t.Fatal(err)
		}
		if a.Len() != test.rows || a.Truncated != test.truncated {
			t.Errorf("limit %d: %d rows, truncated %v; want %d, %v", test.limit, a.Len(), a.Truncated, test.rows, test.truncated)
		}
	}
	for name, sql := range map[string]string{"rows": "SELECT * FROM range(1000000)", "an endless one": "SELECT * FROM range(1000000000000)",
		"bytes": "SELECT repeat('x', 1000000) FROM range(200)"} {
		if a := ask(t, s, l, sql); !a.Truncated || a.Len() > MaxAnswerRows {
			t.Errorf("%s: %d rows, truncated %v", name, a.Len(), a.Truncated)
		}
	}
}

// TestAnswersKeepTheirOrder orders more rows than are given.
func TestAnswersKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s, l := asking(t), brand()
	a := ask(t, s, l, "SELECT range AS n, -range AS m FROM range(1000000) ORDER BY m")
	want := int64(999_999)
	for row := range a.Rows() {
		if row[0] != want {
			t.Fatalf("got %v, want %d", row[0], want)
		}
		want--
	}
	if !a.Truncated || want != 999_999-MaxAnswerRows {
		t.Errorf("truncated %v at %d", a.Truncated, want)
	}
}

func TestNextPart(t *testing.T) {
	t.Parallel()
	var small []part
	for i := range int64(smallParts) {
		small = append(small, part{"", i, i + 1})
	}
	tests := []struct {
		name              string
		parts             []part
		last              int64
		keep              int
		wantAfter, wantTo int64
	}{
		{"none yet", nil, 5, 0, 0, 5},
		{"nothing new", []part{{"", 0, 5}}, 5, 1, 5, 5},
		{"some more", []part{{"", 0, 5}}, 9, 1, 5, 9},
		{"no more than fit", nil, 3 * partEvents, 0, 0, partEvents},
		{"up to the end of a full one", []part{{"", 0, 5}}, 2 * partEvents, 1, 5, partEvents},
		{"many small ones become one", small, 100, 0, 0, 100},
		{"full ones stay", append([]part{{"", 0, partEvents}}, part{"", partEvents, partEvents + 1}), partEvents + 2, 2, partEvents + 1, partEvents + 2},
	}
	for _, test := range tests {
		keep, after, to := nextPart(test.parts, test.last)
		if keep != test.keep || after != test.wantAfter || to != test.wantTo {
			t.Errorf("%s: %d, %d to %d; want %d, %d to %d", test.name, keep, after, to, test.keep, test.wantAfter, test.wantTo)
		}
	}
}

// TestFilesAreMerged records one by one with a question between.
func TestFilesAreMerged(t *testing.T) {
	t.Parallel()
	s, l := asking(t), brand()
	for i, e := range someEvents(20) {
		record(t, s, e)
		if got := answerRows(ask(t, s, l, "SELECT count(*), count(DISTINCT event) FROM events").Report); !reflect.DeepEqual(got, [][]any{{int64(i + 1), int64(i + 1)}}) {
			t.Fatalf("after %d events: %v", i+1, got)
		}
	}
	files, err := filepath.Glob(filepath.Join(s.shown.dir, "*"))
	if err != nil || len(files) > smallParts+2 {
		t.Errorf("%d files, %v: %s", len(files), err, strings.Join(files, ", "))
	}
}

func TestAskGivesUp(t *testing.T) {
	t.Parallel()
	s, l := asking(t, someEvents(10)...), brand()
	s.asking <- struct{}{}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Ask(ctx, l, Question{SQL: "SELECT 1"}); semdex.CodeOf(err) != semdex.Busy {
		t.Errorf("while another is answered: %v", err)
	}
	<-s.asking
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	for len(s.shown.events) == 0 { // what was prepared stays
		if err := s.withFiles(ctx, l, nil, nil); semdex.CodeOf(err) != semdex.Busy {
			t.Fatalf("without time to prepare: %v", err)
		}
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	if _, err := s.Ask(ctx, l, Question{SQL: "SELECT count(*) FROM range(1000000000000)"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cut off: %v", err)
	}
}

// TestReadAnswer reads what a process may write that comes to no good end.
func TestReadAnswer(t *testing.T) {
	t.Parallel()
	const head = `{"columns":[{"Name":"n","Kind":"count"},{"Name":"at","Kind":"time"}]}` + "\n"
	tests := []struct {
		name, out string
		rows      [][]any
		broken    bool
		code      semdex.Code
	}{
		{"whole", head + `{"row":[1,"2026-01-02T03:04:05Z"]}{"row":[null,null]}{"end":{}}`, [][]any{{int64(1), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, {nil, nil}}, false, ""},
		{"a count beyond", head + `{"row":[1,null]}{"row":[1e30,null]}{"end":{}}`, [][]any{{1., nil}, {1e30, nil}}, false, ""},
		{"cut off", head + `{"row":[1,null]}`, nil, true, ""},
		{"cut off within a row", head + `{"row":[1,`, nil, true, ""},
		{"nothing", "", nil, true, ""},
		{"no JSON", "panic: out of memory", nil, true, ""},
		{"a cell too many", head + `{"row":[1,null,2]}{"end":{}}`, nil, true, ""},
		{"a fault", head + `{"row":[1,null]}{"fault":{"Code":"invalid","Message":"no"}}`, nil, false, semdex.Invalid},
	}
	for _, test := range tests {
		a, err := readAnswer(strings.NewReader(test.out))
		if errors.Is(err, errBroken) != test.broken || test.code != "" && semdex.CodeOf(err) != test.code {
			t.Errorf("%s: %v", test.name, err)
		}
		if a != nil && !reflect.DeepEqual(answerRows(a.Report), test.rows) || (a == nil) != (test.rows == nil) {
			t.Errorf("%s: got %v", test.name, a)
		}
	}
}
