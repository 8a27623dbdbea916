// Command simulate writes events.jsonl of the brand library: nine months of usage that nobody ever made.
//
// The events are SIMULATED. No person looked, searched or paid; each line says so with "source":"simulated".
// They exist to give reports something to report on, so a story is laid into them (the README tells it).
// What was found, in which order, and by what, is what Semdex answers over the library. The seeds are fixed and the clock is
// not read: the same library, searched in the same way, gives the same events.jsonl.
//
//	go run ./testdata/brand/simulate            # from the top of the module
//	go run ./testdata/brand/simulate -dir DIR   # where assets.jsonl lies
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"
)

func main() {
	dir := flag.String("dir", "testdata/brand", "folder of the brand library")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	assets, err := load(filepath.Join(dir, "assets.jsonl"))
	if err != nil {
		return err
	}
	s := &simulation{rand: rand.New(rand.NewPCG(1984, 2026)), assets: assets}
	s.everyday()
	s.planting = len(s.events)
	s.planted()
	if err := s.retrace(dir); err != nil {
		return err
	}
	events, err := s.finish()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, e := range events {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "events.jsonl"), out.Bytes(), 0o644)
}

// retrace makes the sessions agree with what Semdex answers.
func (s *simulation) retrace(dir string) error {
	scratch, err := os.MkdirTemp("", "simulate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	a, err := openAnswers(dir, scratch)
	if err != nil {
		return err
	}
	r := &retrace{simulation: s, answers: a, dice: rand.New(rand.NewPCG(2026, 1984))}
	return errors.Join(r.all(), a.index.Close())
}

// asset is what the simulation needs to know of a line of assets.jsonl.
type asset struct {
	ID       string              `json:"id"`
	Type     string              `json:"type"`
	Title    any                 `json:"title"` // a text, or by language
	Approval string              `json:"approval"`
	Created  time.Time           `json:"created"`
	Concepts []string            `json:"concepts"`
	Fields   map[string][]string `json:"fields"`
	Rights   struct {
		From        string   `json:"valid_from"`
		Until       string   `json:"valid_until"`
		Territories []string `json:"territories"`
	} `json:"rights"`
}

func load(path string) ([]asset, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var assets []asset
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var a asset
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		assets = append(assets, a)
	}
	return assets, lines.Err()
}

func (a asset) campaign() string {
	if c := a.Fields["Campaign"]; len(c) > 0 {
		return c[0]
	}
	return ""
}

// title gives the title in English, else in German, else as it stands.
func (a asset) title() string {
	switch t := a.Title.(type) {
	case string:
		return t
	case map[string]any:
		for _, lang := range []string{"en", "de"} {
			if s, ok := t[lang].(string); ok {
				return s
			}
		}
	}
	return ""
}

// usable says whether a may be used on day by a reader in one of the countries.
func (a asset) usable(day time.Time, countries []string) bool {
	d := day.Format(time.DateOnly)
	if a.Approval != "approved" || !a.Created.Before(day) {
		return false
	}
	if a.Rights.From != "" && d < a.Rights.From || a.Rights.Until != "" && d > a.Rights.Until {
		return false
	}
	if len(a.Rights.Territories) == 0 {
		return true
	}
	return slices.ContainsFunc(countries, func(c string) bool { return slices.Contains(a.Rights.Territories, c) })
}

// event is one line of events.jsonl.
type event struct {
	ID         string    `json:"event_id"`
	Type       string    `json:"type"`
	OccurredAt time.Time `json:"occurred_at"`
	AssetID    string    `json:"asset_id,omitempty"`
	Rendition  string    `json:"rendition,omitempty"`
	Query      string    `json:"q,omitempty"`
	Lang       string    `json:"lang,omitempty"`
	Total      *int      `json:"total,omitempty"`
	Concepts   []string  `json:"concepts,omitempty"`
	QueryID    string    `json:"query_id,omitempty"`
	Position   int       `json:"position,omitempty"`
	Actor      actor     `json:"actor"`
	Session    string    `json:"session_id,omitempty"`
	Client     client    `json:"client"`
	Context    *context  `json:"context,omitempty"`
	Value      *value    `json:"value,omitempty"`
	Count      int       `json:"count,omitempty"`
	Source     string    `json:"source"`
	Found      string    `json:"found_by,omitempty"`

	Search *searchDetail `json:"search,omitempty"`
}

type actor struct {
	ID           string `json:"id"`
	Type         string `json:"type"`
	BusinessUnit string `json:"business_unit,omitempty"`
}

type client struct {
	Name        string `json:"name"`
	Integration string `json:"integration"`
}

type context struct {
	Region      string `json:"region,omitempty"`
	Campaign    string `json:"campaign,omitempty"`
	Audience    string `json:"audience,omitempty"`
	Channel     string `json:"channel,omitempty"`
	IntendedUse string `json:"intended_use,omitempty"`
}

type value struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
}

// A market is a place people work from. Its regions are written as its people write them: a code here, a label there.
type market struct {
	name      string
	share     int
	lang      string
	countries []string
	regions   []string
	units     []string
	clients   []client
}

var (
	portal  = client{"dam-portal", "portal"}
	adobe   = client{"adobe-panel", "adobe"}
	shopDE  = client{"shop-de", "cms"}
	shopEN  = client{"shop-en", "cms"}
	blog    = client{"magazin-wordpress", "cms"}
	smintio = client{"smintio-portal", "smintio"}
)

var markets = []market{
	{"dach", 48, "de", []string{"DE", "AT", "CH"}, []string{"DACH", "DE", "DE", "AT", "CH", "Germany", "DE-BY"},
		[]string{"marketing-dach", "marketing-dach", "ecommerce", "retail", "product", "press"}, []client{portal, adobe, shopDE, blog}},
	{"nordics", 17, "en", []string{"NO", "SE", "FI"}, []string{"Nordics", "NO", "SE", "FI"},
		[]string{"marketing-nordics", "retail"}, []client{portal, adobe, shopEN}},
	{"uk", 15, "en", []string{"GB", "IE"}, []string{"GB", "UK and Ireland", "GB"},
		[]string{"marketing-uk", "agency-farrow"}, []client{portal, adobe, shopEN}},
	{"america", 12, "en", []string{"US", "CA"}, []string{"US", "North America", "CA"},
		[]string{"marketing-na", "ecommerce"}, []client{portal, shopEN}},
	{"italy", 8, "de", []string{"IT"}, []string{"IT-BZ", "South Tyrol", "IT"},
		[]string{"marketing-dach"}, []client{portal, blog}},
}

// A wish is a query people type, what it names, and how many hits the library had for it.
type wish struct {
	lang, q  string
	total    int
	concepts []string
	share    int
}

const (
	topic   = "https://voc.firnhain.example/topics/"
	product = "https://voc.firnhain.example/products/"
)

var wishes = []wish{
	{"en", "sustainable packaging", 27, []string{topic + "sustainable-packaging"}, 9},
	{"de", "nachhaltige Verpackung", 27, []string{topic + "sustainable-packaging"}, 9},
	{"en", "eco packaging", 27, []string{topic + "sustainable-packaging"}, 3},
	{"en", "recyclable", 9, []string{topic + "recyclable"}, 3},
	{"de", "umweltfreundlich", 3, []string{topic + "eco-friendly"}, 3},
	{"de", "klimaneutral", 2, []string{topic + "carbon-neutral"}, 2},
	{"en", "back-to-school", 55, []string{topic + "back-to-school"}, 5},
	{"de", "Schulanfang 2026", 140, []string{topic + "back-to-school"}, 7},
	{"de", "Schulranzen", 20, []string{product + "satchel"}, 3},
	{"en", "students", 10, []string{topic + "students"}, 3},
	{"de", "Schulrucksack", 20, []string{product + "school-backpack"}, 4},
	{"de", "Hüttentour", 48, []string{topic + "hut-to-hut"}, 10},
	{"en", "hut to hut", 48, []string{topic + "hut-to-hut"}, 6},
	{"de", "Berghütte", 54, []string{topic + "mountain-hut"}, 4},
	{"en", "rain jacket", 26, []string{product + "rain-jacket"}, 6},
	{"de", "Regenjacke Kinder", 36, []string{product + "rain-jacket"}, 4},
	{"en", "rain jacket liner", 2, []string{product + "rain-jacket-liner"}, 2},
	{"de", "Griesel gelb", 25, []string{product + "griesel"}, 3},
	{"de", "Skitour", 5, []string{topic + "ski-touring"}, 4},
	{"en", "headlamp", 6, []string{product + "headlamp"}, 2},
	{"en", "trail", 27, []string{topic + "trail", product + "trail"}, 4},
	{"en", "trail running", 10, []string{topic + "trail-running"}, 4},
	{"de", "Reparatur", 22, []string{topic + "repair"}, 5},
	{"en", "repair", 22, []string{topic + "repair"}, 3},
	{"de", "Gletscher", 6, []string{topic + "glacier"}, 2},
	{"en", "lake sunrise", 20, []string{topic + "lake", topic + "golden-hour"}, 2},
	{"en", "logo white", 9, []string{topic + "logo"}, 4},
	{"de", "Größentabelle", 8, []string{topic + "fit-and-size"}, 3},
	{"en", "size chart jackets", 53, []string{topic + "fit-and-size", product + "jackets"}, 2},
	{"de", "Daunenjacke Freisteller", 54, []string{product + "down-jacket", topic + "packshot"}, 3},
	{"en", "packshot steinbock", 63, []string{product + "steinbock", topic + "packshot"}, 3},
	{"de", "Familie wandern", 40, []string{topic + "family", topic + "hiking"}, 4},
	{"en", "camping lake", 19, []string{topic + "camping", topic + "lake"}, 2},
	{"de", "PFAS-frei", 4, []string{topic + "pfas-free"}, 2},
	{"de", "Schultüte", 3, []string{topic + "first-school-day"}, 4},
	{"de", "Turnbeutel", 3, []string{product + "gym-bag"}, 2},
	{"en", "school bag", 20, []string{product + "school-backpack"}, 3},
	{"de", "Schulferien", 2, []string{topic + "school-holidays"}, 2},
	{"de", "Anreise mit der Bahn", 4, []string{topic + "arriving-by-train"}, 4},
	{"en", "car-free travel", 4, []string{topic + "arriving-by-train"}, 2},
	{"de", "Verleih", 4, []string{topic + "rental"}, 3},
	{"de", "Rücknahme", 3, []string{topic + "take-back"}, 2},
	{"de", "Ausbildung", 4, []string{topic + "apprenticeship"}, 2},
	{"de", "Steinbock", 16, []string{topic + "ibex", product + "steinbock"}, 3},
	{"en", "hut slippers", 3, []string{product + "hut-slippers"}, 1},
	{"en", "rain poncho", 3, []string{product + "poncho"}, 2},
	{"en", "trail race", 5, []string{topic + "trail-race"}, 2},
	{"de", "Schaufenster", 6, []string{topic + "window-display"}, 2},
	{"en", "wild swimming", 3, []string{topic + "wild-swimming"}, 1},
	// wanted, and not there: nothing approved shows bikepacking
	{"en", "bikepacking", 0, []string{topic + "bikepacking"}, 8},
	{"de", "Bikepacking", 0, []string{topic + "bikepacking"}, 8},
	{"en", "bike packing", 0, []string{topic + "bikepacking"}, 3},
	{"de", "Gravelreise", 0, []string{topic + "bikepacking"}, 2},
	{"en", "gravel tour", 0, []string{topic + "bikepacking"}, 2},
	// words the vocabulary does not know
	{"de", "Kletterhelm", 0, nil, 2},
	{"en", "vegan", 0, nil, 2},
	{"de", "Hängematte", 0, nil, 1},
	{"en", "dog harness", 0, nil, 1},
	{"de", "Kindertrage", 0, nil, 2},
	{"de", "Kinderrucksack", 0, nil, 6}, // there are some, but nobody called them that
}

// pull says how strongly a campaign draws people of a market in a month. Hut to Hut is made for DACH and does far
// better there than anything else does anywhere.
func pull(campaign, market string, month time.Month) float64 {
	alpine := market == "dach" || market == "italy"
	switch campaign {
	case "Hut to Hut 2026":
		if month < time.April {
			return 0.3
		}
		if market == "dach" && month < time.September {
			return 16
		}
		if alpine {
			return 5
		}
		return 2
	case "Spring Trails 2026":
		if month >= time.March && month <= time.May {
			return 6
		}
		return 1
	case "Unboxed":
		if month >= time.February && month <= time.April {
			return 4
		}
		return 1.2
	case "Repair Days 2026":
		if month <= time.March {
			return 4
		}
		return 1
	case "Winterlicht 2025":
		if month <= time.February {
			return 5
		}
		return 0.4
	case "Storm Season 2025":
		if market == "nordics" || market == "uk" {
			return 3
		}
		return 1
	case "Back to School 2026":
		switch {
		case month >= time.September:
			return 2
		case month >= time.August:
			return 12
		case month >= time.July:
			return 9
		case month >= time.May:
			return 4
		}
		return 0.5
	case "Storm Season 2026":
		if market == "nordics" || market == "uk" {
			return 4
		}
		return 1
	case "Summer Sale 2026":
		return 2
	case "":
		return 0.8
	}
	return 0.5
}

// inSeason says how much more a wish is on people's lips in a month than in the run of the year.
func inSeason(w wish, market string, month time.Month) float64 {
	names := func(concepts ...string) bool {
		return slices.ContainsFunc(concepts, func(c string) bool { return slices.Contains(w.concepts, c) })
	}
	switch {
	case names(topic + "hut-to-hut"):
		return min(2.5, pull("Hut to Hut 2026", market, month)/2)
	case names(topic+"back-to-school", topic+"first-school-day", product+"school-backpack", product+"gym-bag", product+"satchel"),
		w.q == "Kinderrucksack":
		return []float64{0.3, 0.3, 0.3, 0.4, 0.7, 1.3, 3.5, 4.5, 1.5}[month-1]
	case names(topic + "school-holidays"):
		return []float64{0, 0, 0, 0, 0, 0, 3, 3, 0}[month-1]
	case names(topic+"arriving-by-train", topic+"wild-swimming"):
		return []float64{0, 0, 0, 0.5, 2, 2, 2, 2, 1}[month-1]
	case names(topic+"ski-touring", topic+"snow"):
		return []float64{2.5, 2.5, 1.5, 0.3, 0.1, 0.1, 0.1, 0.2, 0.8}[month-1]
	}
	return 1
}

// favourites are what everybody reaches for first.
var favourites = map[string]float64{
	"img-0001": 9, "img-0002": 6, "vid-0001": 7, "vid-0003": 4, "img-0007": 4, "doc-0001": 3, "gfx-0013": 3,
	"img-0017": 4, "img-0020": 3, "gfx-0001": 3, "img-0034": 6, "img-0057": 6, "img-0072": 5, "img-0083": 5, "img-0094": 5,
	"img-0065": 4, "img-0100": 3, "img-0102": 4, "gfx-0005": 6, "gfx-0006": 5, "doc-0012": 3, "doc-0013": 4, "img-0123": 3, "img-0142": 4,
	"img-0173": 3, "vid-0021": 3, "doc-0025": 4, "vid-0022": 2, "img-0187": 4, "img-0197": 3, "img-0214": 5, "img-0206": 2, "img-0251": 4,
	"img-0308": 2, "img-0302": 2, "img-0271": 4, "img-0274": 3, "img-0277": 3, "img-0283": 3,
}

// fame is how well known an asset is. Apart from the favourites it follows from the id alone, and a fifth is never found.
func fame(id string) float64 {
	if f, ok := favourites[id]; ok {
		return f
	}
	h := fnv.New32a()
	h.Write([]byte(id))
	switch n := h.Sum32() % 100; {
	case n < 20:
		return 0
	case n < 60:
		return 0.4
	default:
		return 1
	}
}

// neverUsed were licensed and are still waiting for their first page.
var neverUsed = []string{"img-0112", "vid-0032", "img-0269"}

// socialOnly is the reel of the cat. Social media cannot have enough of it, and nobody else has asked for it.
const socialOnly = "vid-0027"

type simulation struct {
	rand     *rand.Rand
	assets   []asset
	events   []event
	sessions int
	queries  int
	starts   []int // places of the first events of sessions
	planting int   // place of the first event that no session has
}

// everyday fills nine months with sessions: someone of a market looks for something, looks at it, perhaps uses it.
func (s *simulation) everyday() {
	for day := date(2026, 1, 1); day.Before(date(2026, 10, 1)); day = day.AddDate(0, 0, 1) {
		n := 3 + s.rand.IntN(5)
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
			n = s.rand.IntN(2)
		}
		for range n {
			s.session(day)
		}
	}
}

func (s *simulation) session(day time.Time) {
	m := markets[s.pick(len(markets), func(i int) float64 { return float64(markets[i].share) })]
	s.sessions++
	s.starts = append(s.starts, len(s.events))
	now := day.Add(time.Duration(6*60+s.rand.IntN(12*60))*time.Minute + time.Duration(s.rand.IntN(60))*time.Second)
	if s.rand.IntN(12) == 0 && day.Before(date(2026, 9, 30)) { // late at night, when it is tomorrow in Berlin already
		now = day.Add(22*time.Hour + time.Duration(s.rand.IntN(119))*time.Minute)
	}
	e := event{
		Actor:   s.person(m),
		Session: fmt.Sprintf("s_%04d", s.sessions),
		Client:  m.clients[s.rand.IntN(len(m.clients))],
	}
	var found []asset
	if s.rand.IntN(100) < 62 {
		var answered bool
		if found, answered = s.search(&e, m, day, &now); !answered {
			return
		}
	}
	for range 1 + s.rand.IntN(3) {
		a, ok := s.choose(m, day, found)
		if !ok {
			return
		}
		s.use(e, a, m, &now)
	}
}

// search adds one executed search and tells which assets came. It reports false where the answer was empty.
func (s *simulation) search(e *event, m market, day time.Time, now *time.Time) ([]asset, bool) {
	w := wishes[s.pick(len(wishes), func(i int) float64 {
		if wishes[i].lang != m.lang && s.rand.IntN(6) > 0 {
			return 0
		}
		return float64(wishes[i].share) * inSeason(wishes[i], m.name, day.Month())
	})]
	s.queries++
	q := *e
	q.Type, q.OccurredAt = "search.executed", *now
	q.Query, q.Lang, q.Total, q.Concepts = w.q, w.lang, &w.total, w.concepts
	q.QueryID = fmt.Sprintf("q_sim_%04d", s.queries)
	q.Context = s.context(m, asset{}, false)
	s.add(q, now)
	if w.total == 0 {
		return nil, false
	}
	e.QueryID = q.QueryID
	var found []asset
	for _, a := range s.assets {
		if slices.ContainsFunc(w.concepts, func(c string) bool { return slices.Contains(a.Concepts, c) }) && a.usable(day, m.countries) {
			found = append(found, a)
		}
	}
	return found, true
}

// choose takes an asset from found, or from the whole library where found is empty.
func (s *simulation) choose(m market, day time.Time, found []asset) (asset, bool) {
	from := found
	if len(from) == 0 || s.rand.IntN(5) == 0 {
		from = s.assets
	}
	weight := func(i int) float64 {
		a := from[i]
		if slices.Contains(neverUsed, a.ID) || a.ID == socialOnly || !a.usable(day, m.countries) {
			return 0
		}
		return fame(a.ID) * pull(a.campaign(), m.name, day.Month())
	}
	i := s.pick(len(from), weight)
	if i < 0 {
		return asset{}, false
	}
	return from[i], true
}

// use adds what one person does with one asset: a click, a view, and now and then something that lasts.
func (s *simulation) use(e event, a asset, m market, now *time.Time) {
	e.AssetID = a.ID
	e.Context = s.context(m, a, true)
	if e.QueryID != "" && s.rand.IntN(3) > 0 {
		click := e
		click.Type, click.OccurredAt, click.Position = "search.result_click", *now, 1+s.rand.IntN(9)
		s.add(click, now)
	}
	view := e
	view.Type, view.QueryID = "asset.view", ""
	if s.rand.IntN(20) == 0 {
		view.Count = 2 + s.rand.IntN(3)
	}
	s.add(view, now)
	e.QueryID = ""
	switch n := s.rand.IntN(100); {
	case n < 34:
		e.Type, e.Rendition = "asset.download", []string{"original", "web", "web", "print", "preview"}[s.rand.IntN(5)]
		if s.rand.IntN(10) == 0 {
			e.Count = 2 + s.rand.IntN(4)
		}
	case n < 42:
		e.Type = "asset.share"
	case n < 54:
		e.Type = "asset.placed"
	case n < 62 && (a.Type == "image" || a.Type == "video" || a.Type == "graphic"):
		e.Type, e.Client, e.Count = "asset.embed", shopDE, 2+s.rand.IntN(24) // a day of page impressions, already summed
		if m.lang == "en" {
			e.Client = shopEN
		}
		e.Actor = actor{ID: "svc_" + e.Client.Name, Type: "service"}
		e.Session = ""
	default:
		return
	}
	s.add(e, now)
}

// context says where and for what; a third of the events leave the region out, half the campaign, and some everything,
// so that the asset's own fields count.
func (s *simulation) context(m market, a asset, withCampaign bool) *context {
	if s.rand.IntN(6) == 0 {
		return nil
	}
	var c context
	if s.rand.IntN(3) > 0 {
		c.Region = m.regions[s.rand.IntN(len(m.regions))]
	}
	if withCampaign && s.rand.IntN(2) == 0 {
		c.Campaign = a.campaign()
	}
	if s.rand.IntN(3) == 0 {
		c.Channel = []string{"web", "web", "social", "print", "email", "retail"}[s.rand.IntN(6)]
	}
	if au := a.Fields["Audience"]; len(au) > 0 && s.rand.IntN(6) == 0 {
		c.Audience = au[0]
	}
	if c == (context{}) {
		return nil
	}
	return &c
}

// person is one of a few dozen, always of the same business unit.
func (s *simulation) person(m market) actor {
	n := s.rand.IntN(7 + m.share/6)
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%d", m.name, n)
	return actor{ID: fmt.Sprintf("u_%08x", h.Sum32()), Type: "user", BusinessUnit: m.units[n%len(m.units)]}
}

// planted adds what must be there whatever the dice say: money spent, and use that rights did not cover.
func (s *simulation) planted() {
	buyer := actor{"u_5b1f00aa", "user", "marketing-dach"}
	buy := func(at, id string, amount float64, currency, campaign string) {
		var c *context
		if campaign != "" {
			c = &context{Campaign: campaign}
		}
		s.events = append(s.events, event{Type: "license.purchase", OccurredAt: moment(at), AssetID: id, Actor: buyer, Client: smintio,
			Context: c, Value: &value{amount, currency}})
	}
	buy("2026-01-13T20:15:00Z", neverUsed[0], 389, "EUR", "")
	buy("2026-01-28T16:40:31Z", "img-0277", 140, "EUR", "")                // editorial
	buy("2026-02-03T09:41:12Z", "img-0122", 110, "EUR", "Hut to Hut 2026") // more countries
	buy("2026-02-05T16:12:20Z", "img-0267", 175, "EUR", "")
	buy("2026-02-11T14:02:50Z", "img-0119", 155, "EUR", "") // more copies
	buy("2026-03-04T09:20:00Z", neverUsed[1], 640, "EUR", "")
	buy("2026-03-24T10:30:05Z", "img-0118", 95, "EUR", "") // another year, editorial
	buy("2026-04-10T08:55:00Z", "img-0271", 165, "EUR", "Hut to Hut 2026")
	buy("2026-04-15T17:20:00Z", "img-0113", 249, "USD", "Spring Trails 2026")
	buy("2026-05-07T11:03:17Z", neverUsed[2], 275, "GBP", "")
	buy("2026-05-12T09:30:00Z", "img-0283", 85, "EUR", "")
	buy("2026-06-02T07:15:40Z", "img-0274", 129, "EUR", "Back to School 2026")
	buy("2026-06-10T08:05:44Z", "img-0114", 119, "EUR", "Back to School 2026")
	buy("2026-06-20T10:00:00Z", "img-0275", 25, "EUR", "Back to School 2026")
	buy("2026-07-14T06:48:09Z", "img-0285", 260, "USD", "")
	buy("2026-09-16T12:21:55Z", "img-0279", 230, "USD", "Spring 2027")

	late := actor{"u_77c0ffee", "user", "marketing-uk"}
	for _, at := range []string{"2026-02-04T11:10:00Z", "2026-02-19T15:22:31Z", "2026-03-02T09:05:00Z"} {
		s.events = append(s.events, event{Type: "asset.placed", OccurredAt: moment(at), AssetID: "img-0117", Actor: late, Client: shopEN,
			Context: &context{Region: "GB", Campaign: "Storm Season 2025", Channel: "web", IntendedUse: "landing page"}})
	}
	abroad := actor{"u_0a5a11e7", "user", "marketing-dach"}
	for _, at := range []string{"2026-05-06T07:50:10Z", "2026-05-20T13:14:00Z"} {
		s.events = append(s.events, event{Type: "asset.download", OccurredAt: moment(at), AssetID: "img-0113", Rendition: "web", Actor: abroad, Client: portal,
			Context: &context{Region: "DE", Channel: "web"}})
	}
	shop := func(at, id string, count int, client client, c context) {
		c.Channel, c.IntendedUse = "web", "landing page"
		s.events = append(s.events, event{Type: "asset.embed", OccurredAt: moment(at), AssetID: id, Count: count, Client: client,
			Actor: actor{ID: "svc_" + client.Name, Type: "service"}, Context: &c})
	}
	for i, at := range []string{"2026-06-08T23:00:00Z", "2026-06-15T23:00:00Z", "2026-06-22T23:00:00Z", "2026-07-06T23:00:00Z"} {
		shop(at, "img-0267", 18+7*i, shopEN, context{Region: "US"}) // licensed for Germany, Austria, Switzerland
	}
	for i, at := range []string{"2026-07-13T22:30:00Z", "2026-07-27T22:30:00Z", "2026-08-10T22:30:00Z", "2026-08-24T22:30:00Z", "2026-09-07T22:30:00Z"} {
		shop(at, "img-0268", 31-4*i, shopDE, context{Region: "DE", Campaign: "Back to School 2026"}) // its licence ended with June
	}
	s.reel()
}

// reel plants the use of one asset by one channel.
func (s *simulation) reel() {
	for week := date(2026, 3, 2); week.Before(date(2026, 9, 28)); week = week.AddDate(0, 0, 7) {
		for range 2 + s.rand.IntN(4) {
			m := markets[s.pick(len(markets), func(i int) float64 { return float64(markets[i].share) })]
			now := week.Add(time.Duration(s.rand.IntN(5*24*60))*time.Minute + 8*time.Hour)
			e := event{AssetID: socialOnly, Actor: s.person(m), Client: portal, Context: &context{Channel: "social", Region: m.regions[s.rand.IntN(len(m.regions))]}}
			for _, kind := range []string{"asset.view", "asset.share", "asset.download"}[:1+s.rand.IntN(3)] {
				e.Type, e.OccurredAt, e.Count, e.Rendition = kind, now, 0, ""
				switch kind {
				case "asset.share":
					e.Count = 1 + s.rand.IntN(6)
				case "asset.download":
					e.Rendition = "web"
				}
				s.add(e, &now)
			}
		}
	}
}

// finish puts the events in order of time and numbers them.
func (s *simulation) finish() ([]event, error) {
	created := make(map[string]time.Time)
	for _, a := range s.assets {
		created[a.ID] = a.Created
	}
	slices.SortStableFunc(s.events, func(a, b event) int { return a.OccurredAt.Compare(b.OccurredAt) })
	for i := range s.events {
		e := &s.events[i]
		e.ID, e.Source = fmt.Sprintf("sim-%06d", i+1), "simulated"
		if e.AssetID == "" {
			continue
		}
		if at, ok := created[e.AssetID]; !ok || e.OccurredAt.Before(at) {
			return nil, fmt.Errorf("%s at %s: asset %s is not there then", e.Type, e.OccurredAt, e.AssetID)
		}
	}
	return s.events, nil
}

// add notes e and lets some seconds pass.
func (s *simulation) add(e event, now *time.Time) {
	if e.OccurredAt.IsZero() {
		e.OccurredAt = *now
	}
	s.events = append(s.events, e)
	*now = now.Add(time.Duration(4+s.rand.IntN(170)) * time.Second)
}

// pick draws one of n by weight, or -1 where all weigh nothing.
func (s *simulation) pick(n int, weight func(int) float64) int {
	weights := make([]float64, n)
	var sum float64
	for i := range weights {
		weights[i] = weight(i)
		sum += weights[i]
	}
	if sum == 0 {
		return -1
	}
	at := s.rand.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return n - 1
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err) // written by hand above
	}
	return t
}
