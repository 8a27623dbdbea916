package intake

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"semdex"
)

// read gives what a file holds, one line each: an event as JSON, without the id where short is set, or "line: reason".
func read(t testing.TB, file string, o Options) []string {
	t.Helper()
	r, err := Open(strings.NewReader(file), o)
	if err != nil {
		return []string{"open: " + err.Error()}
	}
	var out []string
	for {
		e, line, raw, err := r.Next()
		var wrong *semdex.Error
		switch {
		case errors.Is(err, io.EOF):
			return out
		case errors.As(err, &wrong):
			if line < 1 || wrong.Message == "" || wrong.Code == "" {
				t.Errorf("an error without line, code or message: %d, %+v", line, wrong)
			}
			out = append(out, fmt.Sprintf("%d: %s", line, wrong.Message))
			continue
		case err != nil:
			return append(out, "end: "+err.Error())
		}
		if line < 1 || len(raw) == 0 {
			t.Errorf("an event without its place: %d, %q", line, raw)
		}
		if bad := e.Check(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)); bad != nil {
			t.Errorf("an event that is none: %v", bad)
		}
		if e.ID != "" {
			e.ID = e.ID[:min(2, len(e.ID))]
		}
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(body))
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		o    Options
		file string
		want []string
	}{
		{"our own events", Options{Format: "semdex"},
			`{"event_id":"1","type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a"}` + "\n\nnothing\n",
			[]string{`{"event_id":"1","type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a"}`,
				`3: not an event in JSON: invalid character 'o' in literal null (expecting 'u')`}},
		{"Bynder's views of both generations, as lines", Options{Format: "bynder", Prefix: "bynder:"},
			`{"eventId":"e1","eventType":"AssetViewed","userId":"u1","dateTime":"2026-01-12T10:00:00Z","assetId":"A-1"}
{"id":"e2","eventType":"asset.view","userId":"u1","dateTime":"2026-01-12T10:00:00.5Z","assetId":"bynder:A-1","assetType":"image","assetName":"Hero","fileName":"h.jpg"}`,
			[]string{
				`{"event_id":"i_","type":"asset.view","occurred_at":"2026-01-12T10:00:00Z","asset_id":"bynder:A-1","actor":{"id":"u1"},"client":{"name":"bynder"},"source":"bynder"}`,
				`{"event_id":"i_","type":"asset.view","occurred_at":"2026-01-12T10:00:00.5Z","asset_id":"bynder:A-1","actor":{"id":"u1"},"client":{"name":"bynder"},"source":"bynder"}`}},
		{"Bynder's downloads, as an array", Options{Format: "bynder"},
			`[{"eventId":"e1","eventType":"AssetDownloadRequested","dateTime":"2026-01-12T10:00:00Z","userId":"u","assetId":"A","downloadReasons":["Web","Print"]},
 {"id":"e2","eventType":"asset.download","dateTime":"2026-01-12T11:00:00+01:00","userId":"u","assetId":"A","mediaItemId":"m","mediaItemType":"original"}]`,
			[]string{
				`{"event_id":"i_","type":"asset.download","occurred_at":"2026-01-12T10:00:00Z","asset_id":"A","actor":{"id":"u"},"client":{"name":"bynder"},"context":{"intended_use":"Web, Print"},"source":"bynder"}`,
				`{"event_id":"i_","type":"asset.download","occurred_at":"2026-01-12T10:00:00Z","asset_id":"A","rendition":"original","actor":{"id":"u"},"client":{"name":"bynder"},"context":{"media_item":"m"},"source":"bynder"}`}},
		{"Bynder's searches, collections and logins, in an object", Options{Format: "bynder"},
			`{"total":4,"items":[
  {"eventId":"1","eventType":"SearchExecuted","dateTime":"2026-01-12T10:00:00Z","userId":"u","terms":["blue","box"],"filters":[{"field":"type","value":"image"}],"results":{"assets":7}},
  {"id":"2","eventType":"search.keyword","dateTime":"2026-01-12T10:00:00Z","userId":"u","keyword":"red","totalResults":9,"assetsResults":0},
  {"eventId":"3","eventType":"CollectionViewed","dateTime":"2026-01-12T10:00:00Z","userId":"u","collectionId":"c","viewOrigin":"SHARE","ipAddress":"192.0.2.1","userAgent":"x","isBynderSupport":true},
  {"id":"4","eventType":"user.login","dateTime":"2026-01-12T10:00:00Z","userId":"u"}
],"more":[{"eventType":"asset.view"}]}`,
			[]string{
				`{"event_id":"i_","type":"search.executed","occurred_at":"2026-01-12T10:00:00Z","q":"blue box","total":7,"actor":{"id":"u"},"client":{"name":"bynder"},"source":"bynder"}`,
				`{"event_id":"i_","type":"search.executed","occurred_at":"2026-01-12T10:00:00Z","q":"red","total":0,"actor":{"id":"u"},"client":{"name":"bynder"},"source":"bynder"}`,
				`{"event_id":"i_","type":"collection.view","occurred_at":"2026-01-12T10:00:00Z","actor":{"id":"u","type":"support"},"client":{"name":"bynder"},"context":{"collection":"c","view_origin":"SHARE"},"source":"bynder"}`,
				`{"event_id":"i_","type":"user.login","occurred_at":"2026-01-12T10:00:00Z","actor":{"id":"u"},"client":{"name":"bynder"},"source":"bynder"}`}},
		{"Bynder's changes of assets, and words that are not known", Options{Format: "bynder", Values: map[string]string{"asset.comment": "skip"}},
			`{"id":"1","eventType":"asset.create","dateTime":"2026-01-12T10:00:00Z","assetId":"A"}
{"id":"2","eventType":"asset.archive","dateTime":"2026-01-12T10:00:00Z","assetId":"A"}
{"id":"3","eventType":"asset.remove","dateTime":"2026-01-12T10:00:00Z","assetId":"A"}
{"id":"4","eventType":"asset.comment","dateTime":"2026-01-12T10:00:00Z","assetId":"A"}
{"id":"5","eventType":"asset.rated","dateTime":"2026-01-12T10:00:00Z","assetId":"A"}`,
			[]string{
				`{"event_id":"i_","type":"asset.create","occurred_at":"2026-01-12T10:00:00Z","asset_id":"A","client":{"name":"bynder"},"source":"bynder"}`,
				`{"event_id":"i_","type":"asset.archive","occurred_at":"2026-01-12T10:00:00Z","asset_id":"A","client":{"name":"bynder"},"source":"bynder"}`,
				`{"event_id":"i_","type":"asset.delete","occurred_at":"2026-01-12T10:00:00Z","asset_id":"A","client":{"name":"bynder"},"source":"bynder"}`,
				`5: column eventType: "asset.rated" is no event type that is known: map it under values, to skip if it is no usage`}},
		{"Bynder's table of a year", Options{Format: "bynder"},
			"id,eventType,userId,dateTime,assetId,assetName\r\ne1,asset.view,u,2024-05-01T08:00:00Z,A,\"Hero, blue\"\r\n",
			[]string{`{"event_id":"i_","type":"asset.view","occurred_at":"2024-05-01T08:00:00Z","asset_id":"A","actor":{"id":"u"},"client":{"name":"bynder"},"source":"bynder"}`}},
		{"Bynder's totals of an asset are counters", Options{Format: "bynder", Constants: map[string]string{"occurred_at": "2026-02-01"}},
			`[{"id":"A","name":"Hero","views":12,"downloads":3,"mediaItems":[{"id":"m"}]},{"id":"B","views":0,"downloads":0}]`,
			[]string{
				`{"type":"asset.view","occurred_at":"2026-02-01T00:00:00Z","asset_id":"A","client":{"name":"bynder"},"count":12,"source":"counter"}`,
				`{"type":"asset.download","occurred_at":"2026-02-01T00:00:00Z","asset_id":"A","client":{"name":"bynder"},"count":3,"source":"counter"}`}},
		{"totals have no time of their own", Options{Format: "bynder"}, `[{"id":"A","views":12}]`,
			[]string{`1: record 1: the event has no time: the column dateTime is empty or not there; map one to occurred_at, or set occurred_at`}},
		{"Brandfolder's hits by day", Options{Format: "brandfolder"},
			"date,asset_key,referrer,hits\n2026-01-12,k1,https://shop.example/p,120\n",
			[]string{`{"type":"asset.embed","occurred_at":"2026-01-12T00:00:00Z","asset_id":"k1","client":{"name":"brandfolder"},"context":{"uri":"https://shop.example/p"},"count":120,"source":"counter"}`}},
		{"Brandfolder's feed, with columns of other names", Options{Format: "brandfolder", Map: map[string]string{"What": "type", "Person": "actor.id"}},
			"What,event_time,asset_key,Person\nViewed,2026-01-12 10:00:00.000000,k1,p\nDownload,2026-01-12 10:00:00 UTC,k1,p\nshared,2026-01-12 10:00:00,k1,p\n",
			[]string{
				`{"type":"asset.view","occurred_at":"2026-01-12T10:00:00Z","asset_id":"k1","actor":{"id":"p"},"client":{"name":"brandfolder"},"source":"brandfolder"}`,
				`{"type":"asset.download","occurred_at":"2026-01-12T10:00:00Z","asset_id":"k1","actor":{"id":"p"},"client":{"name":"brandfolder"},"source":"brandfolder"}`,
				`{"type":"asset.share","occurred_at":"2026-01-12T10:00:00Z","asset_id":"k1","actor":{"id":"p"},"client":{"name":"brandfolder"},"source":"brandfolder"}`}},
		{"Acquia's pages, of a type that is set", Options{Format: "acquia", Constants: map[string]string{"type": "asset.download"}},
			`{"items":[{"asset_properties":{"id":"w1"},"conversion_properties":{"output_file_format":"PNG"},"intended_use_properties":{"value":"Social"},"timestamp":"2026-01-12T10:00:00Z","user_properties":{"id":"u"}}],"pagination_token":"x","total_count":2}
{"items":[{"asset_properties":{"id":"w2"},"referrer":"https://x.example","timestamp":"2026-01-12T10:00:00Z"}],"pagination_token":null,"total_count":2}`,
			[]string{
				`{"type":"asset.download","occurred_at":"2026-01-12T10:00:00Z","asset_id":"w1","rendition":"PNG","actor":{"id":"u"},"client":{"name":"acquia"},"context":{"intended_use":"Social"},"source":"acquia"}`,
				`{"type":"asset.download","occurred_at":"2026-01-12T10:00:00Z","asset_id":"w2","client":{"name":"acquia"},"context":{"uri":"https://x.example"},"source":"acquia"}`}},
		{"Acquia's pages below a key that tells the type", Options{Format: "acquia"},
			`{"views":{"items":[{"asset_properties":{"id":"w1"},"timestamp":"2026-01-12T10:00:00Z"}],"total_count":1},
"shares":[{"asset_properties":{"id":"w2"},"timestamp":"2026-01-12T10:00:00Z"}]}`,
			[]string{
				`{"type":"asset.view","occurred_at":"2026-01-12T10:00:00Z","asset_id":"w1","client":{"name":"acquia"},"source":"acquia"}`,
				`{"type":"asset.share","occurred_at":"2026-01-12T10:00:00Z","asset_id":"w2","client":{"name":"acquia"},"source":"acquia"}`}},
		{"Acquia without a type", Options{Format: "acquia"}, `{"items":[{"asset_properties":{"id":"w1"},"timestamp":"2026-01-12T10:00:00Z"}]}`,
			[]string{`1: record 1: nothing tells the type of the event: map a column to type, or set type`}},
		{"a licence that is bought, one in dollars, one used again, and one not to synchronize", Options{Format: "smintio", Prefix: "smintio:"},
			`{"count":4,"continuation_uuid":"c","license_purchase_transactions":[
{"uuid":"1","reused_license_purchase_transaction_uuid":null,"can_be_synced":true,"project_name":[{"culture":"de","value":"Start"},{"culture":"en","value":"Launch"}],"collection_name":[{"culture":"de","value":"Helden"}],
 "content_element":{"uuid":"2:0:5","provider":"stock"},"offering":{"license_type":"royalty_free","total_price_eur":1},"licensee_name":"Example GmbH","purchased_by_user_uuid":"b9","purchased_by_user_name":"Jane Doe","total_price_eur":49.0,"total_price_usd":53.0,"purchased_at":"2025-03-01T09:30:00Z"},
{"uuid":"2","content_element":{"uuid":"2:0:6"},"total_price_eur":null,"total_price_usd":53.5,"purchased_at":"2025-03-01T09:30:00Z"},
{"uuid":"3","reused_license_purchase_transaction_uuid":"1","content_element":{"uuid":"2:0:5"},"purchased_at":"2025-03-02T09:30:00Z"},
{"uuid":"4","can_be_synced":false,"purchased_at":"2025-03-02T09:30:00Z"}]}`,
			[]string{
				`{"event_id":"i_","type":"license.purchase","occurred_at":"2025-03-01T09:30:00Z","asset_id":"smintio:2:0:5","actor":{"id":"b9"},"client":{"name":"smintio"},"context":{"collection":"Helden","license_type":"royalty_free","licensee":"Example GmbH","project":"Launch","provider":"stock"},"value":{"amount":49,"currency":"EUR"},"source":"smintio"}`,
				`{"event_id":"i_","type":"license.purchase","occurred_at":"2025-03-01T09:30:00Z","asset_id":"smintio:2:0:6","client":{"name":"smintio"},"value":{"amount":53.5,"currency":"USD"},"source":"smintio"}`,
				`{"event_id":"i_","type":"license.reuse","occurred_at":"2025-03-02T09:30:00Z","asset_id":"smintio:2:0:5","client":{"name":"smintio"},"context":{"reused_license":"1"},"source":"smintio"}`}},
		{"placements that came and went", Options{Format: "placements"},
			`{"asset_id":"a","integration":"wordpress-main","uri":"https://x.example/p","title":"P","placed_at":"2026-01-01T00:00:00Z","removed_at":"2026-02-01T00:00:00Z","context":{"campaign":"spring"}}`,
			[]string{
				`{"type":"asset.placed","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a","client":{"integration":"wordpress-main"},"context":{"campaign":"spring","title":"P","uri":"https://x.example/p"},"source":"placements"}`,
				`{"type":"asset.unplaced","occurred_at":"2026-02-01T00:00:00Z","asset_id":"a","client":{"integration":"wordpress-main"},"context":{"campaign":"spring","title":"P","uri":"https://x.example/p"},"source":"placements"}`}},
		{"Bynder's usage, and what a sync answers", Options{Format: "placements", Constants: map[string]string{"occurred_at": "2026-01-05"}},
			`[{"id":"7","asset_id":"A","uri":"/p","additional":"hero","timestamp":"2026-01-01T00:00:00Z","integration":{"id":"i1","description":"Drupal"}},
{"accepted":[{"asset_id":"A","uri":"/p"}],"new":[{"asset_id":"A","uri":"/q"}],"removed":[{"asset_id":"A","uri":"/r"}],"rejected":[{"asset_id":"Z","reason":"x"}]}]`,
			[]string{
				`{"event_id":"i_","type":"asset.placed","occurred_at":"2026-01-05T00:00:00Z","asset_id":"A","client":{"name":"Drupal","integration":"i1"},"context":{"additional":"hero","uri":"/p"},"source":"placements"}`,
				`{"type":"asset.placed","occurred_at":"2026-01-05T00:00:00Z","asset_id":"A","context":{"uri":"/q"},"source":"placements"}`,
				`{"type":"asset.unplaced","occurred_at":"2026-01-05T00:00:00Z","asset_id":"A","context":{"uri":"/r"},"source":"placements"}`}},
		{"a table of placements", Options{Format: "placements"}, "Asset ID;URL;Integration ID;Action;Placed at\na;https://x.example;cms;deleted;2026-01-01\n",
			[]string{`{"type":"asset.unplaced","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a","client":{"integration":"cms"},"context":{"uri":"https://x.example"},"source":"placements"}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, read(t, tt.file, tt.o)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// canto is how a table of usage made by a German Excel is read.
var canto = Options{
	Format: "csv", Decimal: ",", TimeLayout: "02.01.2006 15:04", TimeZone: time.FixedZone("CET", 3600), Prefix: "canto:{Schema}:{}",
	Map: map[string]string{
		"Datum": "occurred_at", "Aktion": "type", "Asset-ID": "asset_id", "Benutzer": "actor.id", "Bereich": "actor.business_unit", "Region": "context.region",
		"Anzahl": "count", "Kosten": "value.amount", "Suchwort": "q", "Sprache": "lang", "Treffer": "total", "Rang": "position",
	},
	Values: map[string]string{"Heruntergeladen": "asset.download", "Gesucht": "search.executed", "Angemeldet": "skip"}, Constants: map[string]string{"value.currency": "EUR", "source": "canto"},
}

const cantoTable = `Datum;Aktion;Schema;Asset-ID;Benutzer;Bereich;Region;Anzahl;Kosten;Suchwort;Sprache;Treffer;Rang;Notiz
31.01.2026 15:04;heruntergeladen;image;abc;u1;Vertrieb;DACH;1.200;1.049,50;;;;;"größer; ""neu"",
zweite Zeile"
01.02.2026 00:30;Gesucht;;;u1;;;;;Wanderschuhe – grün;de_AT;1.234;;
01.02.2026 00:31;Angemeldet;;;u1;;;;;;;;;
;;;;;;;;;;;;;
2026-02-01;Heruntergeladen;image;abc;u1;;;;;;;;;
01.02.2026 00:32;Heruntergeladen;image;abc;u1;;;viele;;;;;;
01.02.2026 00:33;Gelöscht;image;abc;u1;;;;;;;;;
01.02.2026 00:34;Heruntergeladen;;abc;u1;;;;;;;;;
01.02.2026 00:35;Heruntergeladen;image;abc;u1;;;;;;;;;;zu viel
01.02.2026 00:36;"Herunter"geladen;image;abc;u1;;;;;;;;;
01.02.2026 00:37;Heruntergeladen;image;xyz
`

var cantoEvents = []string{
	`{"type":"asset.download","occurred_at":"2026-01-31T14:04:00Z","asset_id":"canto:image:abc","actor":{"id":"u1","business_unit":"Vertrieb"},"context":{"region":"DACH"},"value":{"amount":1049.5,"currency":"EUR"},"count":1200,"source":"canto"}`,
	`{"type":"search.executed","occurred_at":"2026-01-31T23:30:00Z","q":"Wanderschuhe – grün","lang":"de-at","total":1234,"actor":{"id":"u1"},"source":"canto"}`,
	`7: column Datum: "2026-02-01" is no time of the form 02.01.2006 15:04`,
	`8: column Anzahl: "viele" is no number like 1234 or 1.234,5 (decimal is a comma)`,
	`9: column Aktion: "Gelöscht" is no event type that is known: map it under values, to skip if it is no usage`,
	`10: column Schema is empty, and the asset id begins with it`,
	`11: the row has 15 columns, the header 14: quote what holds the separator`,
	`12: column 2: text after the closing quote: a quote within quotes is written twice`,
	`{"type":"asset.download","occurred_at":"2026-01-31T23:37:00Z","asset_id":"canto:image:xyz","source":"canto"}`,
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	utf16 := func(order unicode.Endianness, bom unicode.BOMPolicy) func(string) (string, error) {
		return unicode.UTF16(order, bom).NewEncoder().String
	}
	packed := func(s string) (string, error) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := z.Write([]byte(s))
		err = errors.Join(err, z.Close())
		return b.String(), err
	}
	tests := []struct {
		name, encoding string
		write          func(string) (string, error)
	}{
		{"UTF-8", "", func(s string) (string, error) { return s, nil }},
		{"with a mark", "", func(s string) (string, error) { return "\ufeff" + s, nil }},
		{"with a mark that says otherwise", "windows-1252", func(s string) (string, error) { return "\ufeff" + s, nil }},
		{"UTF-16 with a mark", "", utf16(unicode.LittleEndian, unicode.UseBOM)},
		{"the other UTF-16 with a mark", "", utf16(unicode.BigEndian, unicode.UseBOM)},
		{"UTF-16 without", "utf-16", utf16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"the other UTF-16 without", "utf-16be", utf16(unicode.BigEndian, unicode.IgnoreBOM)},
		{"Windows-1252", "windows-1252", charmap.Windows1252.NewEncoder().String},
		{"gzip", "", packed},
		{"line ends of Windows", "", func(s string) (string, error) { return strings.ReplaceAll(s, "\n", "\r\n"), nil }},
		{"tabs", "", func(s string) (string, error) { return strings.ReplaceAll(s, ";", "\t"), nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, err := tt.write(cantoTable)
			if err != nil {
				t.Fatal(err)
			}
			o := canto
			o.Encoding = tt.encoding
			if diff := cmp.Diff(cantoEvents, read(t, file, o)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	monthly := Options{Format: "csv", Map: map[string]string{"Month": "occurred_at", "Asset": "asset_id", "Views": "count.asset.view", "Downloads": "count.asset.download"}}
	tests := []struct {
		name string
		o    Options
		file string
		want []string
	}{
		{"an empty file", Options{Format: "csv"}, "", nil},
		{"a header alone", Options{Format: "csv"}, "occurred_at,type\n", nil},
		{"columns named as our fields need no map", Options{Format: "csv"}, "Occurred At,type,asset_id,context.region\n2026-01-01T00:00:00Z,asset.view,a,dach\n",
			[]string{`{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a","context":{"region":"dach"},"source":"csv"}`}},
		{"totals of a month, in one row", monthly, "Month,Asset,Views,Downloads\n2026-01,a,12,3\n2026-01,b,0,\n2026-02,a,1,0\n",
			[]string{
				`{"type":"asset.download","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a","count":3,"source":"counter"}`,
				`{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a","count":12,"source":"counter"}`,
				`{"type":"asset.view","occurred_at":"2026-02-01T00:00:00Z","asset_id":"a","count":1,"source":"counter"}`}},
		{"a map says it all", monthly, "Month,Asset,Views,Downloads,Type,Total\n2026-01,a,12,,image,x\n",
			[]string{`{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a","count":12,"source":"counter"}`}},
		{"a column that is not there", monthly, "Monat,Asset,Views,Downloads\n", []string{`open: unknown column "Month"; did you mean Monat?`}},
		{"no time", Options{Format: "csv"}, "type,asset_id\n", []string{`open: no column tells the time of an event`}},
		{"no type", Options{Format: "csv"}, "occurred_at,asset_id\n", []string{`open: no column tells the type of an event`}},
		{"a header in another encoding", Options{Format: "csv"}, "occurred_at,Gr\xf6\xdfe\n", []string{`open: the header is not UTF-8`}},
		{"UTF-16 that is not marked", Options{Format: "csv"}, "t\x00y\x00p\x00e\x00\n\x00", []string{`open: the table is in UTF-16 without a mark`}},
		{"a row in another encoding", Options{Format: "csv"}, "occurred_at,type,asset_id\n2026-01-01,asset.view,Gr\xf6\xdfe\n2026-01-01,asset.view,a\n",
			[]string{`2: the row is not UTF-8: set encoding, to windows-1252 perhaps`, `{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a","source":"csv"}`}},
		{"a quote that is never closed costs one row", Options{Format: "csv"}, "occurred_at,type,asset_id\n2026-01-01,asset.view,\"a\n2026-01-01,asset.view,b\n2026-01-01,asset.view,c",
			[]string{`2: a quote is not closed`,
				`{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"b","source":"csv"}`,
				`{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"c","source":"csv"}`}},
		{"a hint of Excel's", Options{Format: "csv"}, "sep=|\noccurred_at|type|asset_id\n2026-01-01|asset.view|5\" tall\n",
			[]string{`{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"5\" tall","source":"csv"}`}},
		{"a separator that is told", Options{Format: "csv", Separator: "semicolon"}, "occurred_at;type;asset_id;a,b,c,d,e\n2026-01-01;asset.view;a;\n",
			[]string{`{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a","source":"csv"}`}},
		{"an amount of no currency", Options{Format: "csv", Map: map[string]string{"Price": "value.amount", "occurred_at": "occurred_at", "type": "type"}}, "occurred_at,type,Price\n2026-01-01,license.purchase,5\n2026-01-01,license.purchase,\n",
			[]string{`2: an amount of no currency: map a column to value.currency, or set value.currency`,
				`{"type":"license.purchase","occurred_at":"2026-01-01T00:00:00Z","source":"csv"}`}},
		{"a layout of strftime", Options{Format: "csv", TimeLayout: "%d/%m/%y %H.%M.%S.%f"}, "occurred_at,type\n03/02/26 04.05.06.789,user.login\n",
			[]string{`{"type":"user.login","occurred_at":"2026-02-03T04:05:06.789Z","source":"csv"}`}},
		{"seconds of Unix", Options{Format: "csv", TimeLayout: "unix"}, "occurred_at,type\n1767225600,user.login\n1.5,user.login\n",
			[]string{`{"type":"user.login","occurred_at":"2026-01-01T00:00:00Z","source":"csv"}`, `3: column occurred_at: "1.5" is no time as a number (time_layout is unix)`}},
		{"a comma of a decimal that was not told", Options{Format: "csv"}, "occurred_at,type,count\n2026-01-01,user.login,\"1,5\"\n2026-01-01,user.login,1.234\n2026-01-01,user.login,\"1,234\"\n",
			[]string{`2: column count: "1,5" is no number like 1234 or 1,234.5 (if a comma parts the fraction, set decimal: ",")`,
				`3: column count: "1.234" is no whole number (if a point parts thousands, set decimal: ",")`,
				`{"type":"user.login","occurred_at":"2026-01-01T00:00:00Z","count":1234,"source":"counter"}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, read(t, tt.file, tt.o)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBrokenJSONCostsOneRecord(t *testing.T) {
	t.Parallel()
	login := func(at string) string { return `{"eventType":"user.login","dateTime":"` + at + `T00:00:00Z"}` }
	event := func(at string) string {
		return `{"type":"user.login","occurred_at":"` + at + `T00:00:00Z","client":{"name":"bynder"},"source":"bynder"}`
	}
	a, b := "2026-01-01", "2026-01-02"
	tests := []struct {
		name, file string
		want       []string
	}{
		{"a line that is cut off", login(a) + "\n" + `{"eventType":"user.lo` + "\n" + login(b), []string{event(a), "2: not JSON, or not whole", event(b)}},
		{"the first line is cut off", `{"eventType":"user.login"` + "\n" + login(b), []string{"1: not JSON, or not whole", event(b)}},
		{"a line that is no JSON", login(a) + "\nno JSON\n" + login(b), []string{event(a), "2: not JSON: want an object, or a list of them", event(b)}},
		{"an object that is none", "[" + login(a) + `,{"a":tru},` + login(b) + "]", []string{event(a), `1: record 2: not JSON: invalid character '}' in literal true (expecting 'e')`, event(b)}},
		{"values that are no objects", "[1,\"a\",null," + login(a) + "]", []string{"1: want an object", "1: want an object", "1: want an object", event(a)}},
		{"a bracket that is not closed", "[\n" + login(a) + ",\n" + `{"x":[1},` + "\n" + login(b) + "\n]", []string{event(a), "3: not JSON, or not whole", event(b)}},
		{"a string that is not closed", "[\n" + `{"x":"1},` + "\n" + login(b) + "\n]", []string{"2: not JSON, or not whole", event(b)}},
		{"a file that is cut off within a record", "[" + login(a) + `,{"eventT`, []string{event(a), "1: not JSON, or not whole"}},
		{"a file that is cut off between records", "[" + login(a) + ",\n", []string{event(a), "2: the file ends within a list: it was cut off"}},
		{"a record that is too long", "[" + `{"x":"` + strings.Repeat("y", MaxRecord) + `"},` + login(b) + "]", []string{"1: record 1: the record is longer than 1048576 bytes", event(b)}},
		{"a line that is too long", login(a) + "\n" + `{"x":"` + strings.Repeat("y", MaxRecord) + `"}` + "\n" + login(b), []string{event(a), "2: the record is longer than 1048576 bytes", event(b)}},
		{"a time that is none", `{"eventType":"user.login","dateTime":"yesterday"}`, []string{`1: record 1: column dateTime: "yesterday" is no time like 2026-01-31T15:04:05Z or 2026-01-31: set time_layout to its form, such as 02.01.2006 15:04`}},
		{"an object without a list", `{"data":{"eventType":"user.login"}}`, []string{"1: the object below data holds no list of records"}},
		{"a page that is cut off", `{"items":[],"x":1}` + "\n" + `{"items":[` + login(a) + ",\n" + login(b), []string{event(a), "2: the line ends within a list: it was cut off", event(b)}},
		{"empty pages", `{"data":{"items":[]}}` + "\n" + `{"items":[]}`, nil},
		{"many lists in one another", strings.Repeat("[", 3*maxDepth), []string{"1: not JSON: want an object, or a list of them"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, read(t, tt.file, Options{Format: "bynder"})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestIdsHoldAcrossImports(t *testing.T) {
	t.Parallel()
	ids := func(format, file string) (list []string) {
		r, err := Open(strings.NewReader(file), Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		for {
			e, _, _, err := r.Next()
			if errors.Is(err, io.EOF) {
				return list
			}
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, e.ID)
		}
	}
	row := `{"id":"1","eventType":"user.login","dateTime":"2026-01-01T00:00:00Z"}`
	later := `{"id":"1","eventType":"user.login","dateTime":"2026-01-01T01:00:00+01:00","userId":"u"}`
	other := `{"id":"2","eventType":"user.login","dateTime":"2026-01-01T00:00:00Z"}`
	got := ids("bynder", row+"\n"+later+"\n"+other)
	if got[0] != got[1] || got[0] == got[2] || got[0] == "" {
		t.Errorf("got ids %v, want the first two to be one, and the third another", got)
	}
	placed := ids("placements", `{"id":"1","asset_id":"a","uri":"/","placed_at":"2026-01-01","removed_at":"2026-02-01"}`)
	if placed[0] == placed[1] || placed[0] == got[0] {
		t.Errorf("got %v: what came and what went must be told apart, and formats too", placed)
	}
	if none := ids("brandfolder", "date,asset_key,hits\n2026-01-01,a,1\n"); none[0] != "" {
		t.Errorf("got id %q for a row without one; whoever stores it derives it", none[0])
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		o    Options
		want string
	}{
		{"a format that is misspelt", Options{Format: "bindr"}, `unknown format "bindr"; did you mean bynder?`},
		{"no format", Options{}, `unknown format ""; known are: semdex, bynder`},
		{"options of our own format", Options{Format: "semdex", Prefix: "x:"}, "semdex takes no other options"},
		{"a field that is misspelt", Options{Format: "csv", Map: map[string]string{"A": "asset_ids"}}, `map: A: unknown field "asset_ids"; did you mean asset_id?`},
		{"a count of no type", Options{Format: "csv", Map: map[string]string{"A": "count.asset.vew"}}, `unknown event type "asset.vew"; did you mean asset.view?`},
		{"a column without a name", Options{Format: "csv", Map: map[string]string{" ": "type"}}, "has no name"},
		{"two columns for a field", Options{Format: "csv", Map: map[string]string{"A": "type", "B": "type"}}, "both A and B are mapped to type"},
		{"a column and a constant", Options{Format: "csv", Map: map[string]string{"A": "type"}, Constants: map[string]string{"type": "asset.view"}}, "both mapped and a constant"},
		{"a word for no type", Options{Format: "csv", Values: map[string]string{"Geladen": "asset.downlod"}}, `values: Geladen: unknown event type "asset.downlod"; did you mean asset.download?`},
		{"a constant of no field", Options{Format: "csv", Constants: map[string]string{"contxt.region": "x"}}, `unknown field "contxt.region"; did you mean context.region?`},
		{"a constant of no type", Options{Format: "csv", Constants: map[string]string{"type": "view"}}, `unknown event type "view"`},
		{"one id for all", Options{Format: "csv", Constants: map[string]string{"event_id": "x"}}, "event_id is of one event"},
		{"a constant that is no time", Options{Format: "csv", Constants: map[string]string{"occurred_at": "soon"}}, `constants: occurred_at: "soon" is no time`},
		{"a constant that is no number", Options{Format: "csv", Constants: map[string]string{"count": "x"}}, `constants: count: "x" is no number`},
		{"a separator that is none", Options{Format: "csv", Separator: "semicolons"}, `unknown separator "semicolons"; did you mean semicolon?`},
		{"a decimal that is none", Options{Format: "csv", Decimal: "comma"}, `decimal "comma" is not known`},
		{"an encoding that is none", Options{Format: "csv", Encoding: "windows-1251"}, `unknown encoding "windows-1251"; did you mean windows-1252?`},
		{"a layout of Java", Options{Format: "csv", TimeLayout: "dd.MM.yyyy HH:mm"}, `time_layout "dd.MM.yyyy HH:mm" tells no day`},
		{"a layout without a year", Options{Format: "csv", TimeLayout: "02.01. 15:04"}, "tells no day"},
		{"a layout with a strange directive", Options{Format: "csv", TimeLayout: "%Q"}, "%Q is not known"},
		{"a layout that ends too early", Options{Format: "csv", TimeLayout: "%Y-%m-%"}, "ends with %"},
		{"a form of ids that is not closed", Options{Format: "csv", Prefix: "canto:{Scheme:"}, "a bracket without the other one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.o.Check()
			if err == nil || !strings.Contains(err.Error(), tt.want) || semdex.CodeOf(err) != semdex.Invalid {
				t.Errorf("got %v (%s), want %q", err, semdex.CodeOf(err), tt.want)
			}
			if _, err := Open(strings.NewReader(""), tt.o); err == nil {
				t.Error("a file was opened so")
			}
		})
	}
	for _, layout := range []string{"", "unix", "unix_ms", "2006-01", "02.01.2006 15:04", "Jan _2, 2006", "%d.%m.%Y", "%F %T.%f %z", "2006-002"} {
		if err := (Options{Format: "csv", TimeLayout: layout}).Check(); err != nil {
			t.Errorf("layout %q: %v", layout, err)
		}
	}
}

func TestUnseenAndSkipped(t *testing.T) {
	t.Parallel()
	o := Options{Format: "bynder", Map: map[string]string{"userName": "actor.id", "unit": "actor.business_unit"}, Values: map[string]string{"user.login": Skip}}
	r, err := Open(strings.NewReader(`[{"eventType":"user.login","userName":"u","dateTime":"2026-01-01"}]`), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end", err)
	}
	if got := r.Unseen(); r.Skipped() != 1 || !cmp.Equal(got, []string{"unit"}) {
		t.Errorf("got %d skipped and %v unseen", r.Skipped(), got)
	}
}

func TestAnErrorOfTheFileEndsIt(t *testing.T) {
	t.Parallel()
	fault := errors.New("the disk is gone")
	for _, start := range []string{"occurred_at,type\n2026-01-01,user.login\n2026-", `[{"eventType":"user.login","dateTime":"2026-01-01"},{"ev`, `{"eventType":"user.login","dateTime":"2026-01-01"}` + "\n{"} {
		format := "bynder"
		if start[0] == 'o' {
			format = "csv"
		}
		r, err := Open(io.MultiReader(strings.NewReader(start), failing{fault}), Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := r.Next(); err != nil {
			t.Errorf("%q: got %v, want the first event", start, err)
		}
		if _, _, _, err := r.Next(); !errors.Is(err, fault) {
			t.Errorf("%q: got %v, want %v", start, err, fault)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
