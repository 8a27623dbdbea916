package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// searchDetail is what an event of a search holds beside its words.
type searchDetail struct {
	Filters       map[string][]string `json:"filters,omitempty"`
	Page          int                 `json:"page"`
	TookMS        float64             `json:"took_ms"`
	Expand        string              `json:"expand"`
	Added         []string            `json:"added,omitempty"`
	Kinds         []string            `json:"kinds,omitempty"`
	ExpansionHits []string            `json:"expansion_hits,omitempty"`
}

// instead is what people type next where nothing came.
var instead = map[string]string{
	"Kinderrucksack": "Schulrucksack", "Kindertrage": "Familie wandern", "Kletterhelm": "Sicherheit am Berg", "Hängematte": "Zelten",
	"vegan": "sustainable materials", "gravel tour": "cycling", "Gravelreise": "Radfahren", "bike packing": "bikepacking", "bikepacking": "cycling", "Bikepacking": "Radfahren",
}

// english is what German colleagues type as often: it stands in titles and tags as it is, and names the same concepts.
var english = map[string]string{"Hüttentour": "hut to hut", "Reparatur": "repair", "Ausbildung": "apprenticeship", "Schulrucksack": "school backpack", "Größentabelle": "size chart", "Berghütte": "mountain hut"}

// wider is what others say for the same: the concept above, of which it is a kind.
var wider = map[string]wish{
	"recyclable": wishes[0], "umweltfreundlich": wishes[1], "klimaneutral": wishes[1], "students": wishes[6],
}

// farDown is as far as anybody scrolls.
const farDown = 40

// retrace goes over each session once more, with what Semdex answers to its searches: which hits there were, in which order,
// and which of them only expansion found. It draws from dice of its own, so that what was done is as it was: it adds
// searches, clicks and selections, and moves events by seconds.
type retrace struct {
	*simulation
	answers *answers
	dice    *rand.Rand
}

// walk is one session under way.
type walk struct {
	out    []event
	search int     // place of the last search in out
	found  *answer // to it
}

// all retraces the sessions, and leaves what was planted as it is.
func (r *retrace) all() error {
	var out []event
	for i, start := range r.starts {
		end := r.planting
		if i+1 < len(r.starts) {
			end = r.starts[i+1]
		}
		session := r.events[start:end]
		if len(session) > 0 && session[0].Type == "search.executed" {
			var err error
			if session, err = r.session(session); err != nil {
				return err
			}
		}
		out = append(out, session...)
	}
	planted := r.events[r.planting:]
	school, err := r.school()
	r.events = slices.Concat(out, planted, school)
	return err
}

// schoolDays are when shops in English look for back-to-school, and what they take: none of it says a word about school.
var schoolDays = []struct{ at, asset string }{
	{"2026-07-08T09:12:00Z", "img-0039"}, {"2026-07-15T13:40:00Z", "img-0042"}, {"2026-07-22T10:05:00Z", "img-0043"},
	{"2026-08-05T08:31:00Z", "img-0044"}, {"2026-08-12T15:20:00Z", "img-0039"}, {"2026-08-19T11:47:00Z", "img-0166"},
}

// school plants what expansion is worth to those who search for back-to-school.
func (r *retrace) school() ([]event, error) {
	var out []event
	for i, visit := range schoolDays {
		r.sessions++
		r.queries++
		w, wish, at := &walk{}, wishes[6], moment(visit.at)
		e := event{OccurredAt: at, Actor: r.person(markets[2]), Client: shopEN, Session: fmt.Sprintf("s_%04d", r.sessions), QueryID: fmt.Sprintf("q_sim_%04d", r.queries),
			Context: &context{Region: markets[2].regions[i%2], Campaign: "Back to School 2026", Channel: "web"}}
		search := e
		search.Type, search.Query, search.Lang, search.Total, search.Concepts = "search.executed", wish.q, wish.lang, &wish.total, wish.concepts
		if err := r.searched(w, search, "image"); err != nil {
			return nil, err
		}
		for _, kind := range []string{"search.result_click", "asset.view", "asset.download"} {
			e.Type, e.AssetID = kind, visit.asset
			if kind == "asset.download" {
				e.Rendition = "web"
			}
			if err := r.acted(w, e); err != nil {
				return nil, err
			}
		}
		r.pace(w.out, at)
		out = append(out, w.out...)
	}
	return out, nil
}

// session retraces one session that began with a search.
func (r *retrace) session(events []event) ([]event, error) {
	w := &walk{}
	start := events[0].OccurredAt
	for _, e := range events {
		var err error
		switch {
		case e.Type == "search.executed":
			err = r.searched(w, e, r.filter(events))
		case e.Session == "": // a page does that, not a person
			w.out = append(w.out, e)
		default:
			err = r.acted(w, e)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := r.tryAgain(w); err != nil {
		return nil, err
	}
	r.pace(w.out, start)
	return w.out, nil
}

// filter is the type that somebody filters by who takes nothing else, now and then.
func (r *retrace) filter(events []event) string {
	for _, e := range events {
		if e.AssetID != "" && !strings.HasPrefix(e.AssetID, "img-") {
			return ""
		}
	}
	if len(events) < 3 || r.dice.IntN(6) > 0 {
		return ""
	}
	return "image"
}

// searched adds a search with what it found. Searches that nothing suits in the story find nothing here.
func (r *retrace) searched(w *walk, e event, kind string) error {
	if words := english[e.Query]; words != "" && r.dice.IntN(12) > 0 {
		e.Query, e.Lang = words, "en"
	}
	if more, ok := wider[e.Query]; ok && r.dice.IntN(3) > 0 && (more.q != "back-to-school" || e.OccurredAt.Month() >= time.July) {
		e.Query, e.Total, e.Concepts = more.q, &more.total, more.concepts
	}
	found, err := r.answers.ask(e.Query, e.Lang, kind, e.OccurredAt)
	if err != nil {
		return err
	}
	total := len(found.ids)
	switch {
	case e.Total == nil:
		e.Total, e.Concepts = &total, found.concepts
	case *e.Total > 0 && kind != "":
		e.Total = &total
	case *e.Total == 0 && len(e.Concepts) == 0:
		found = &answer{}
	case *e.Total == 0:
		found = &answer{added: found.added, kinds: found.kinds}
	}
	e.Search = &searchDetail{Page: 1, TookMS: math.Round(100*r.around(6, 0.5)) / 100, Expand: "narrower", Added: found.added, Kinds: found.kinds, ExpansionHits: found.page()}
	if kind != "" {
		e.Search.Filters = map[string][]string{"type": {kind}}
	}
	w.out, w.search, w.found = append(w.out, e), len(w.out), found
	return nil
}

// acted adds what somebody did with an asset. Where the last search had not found it, a click tells that there was another one;
// anything else, that it came from elsewhere.
func (r *retrace) acted(w *walk, e event) error {
	if rank := w.found.rank[e.AssetID]; e.Type == "search.result_click" && (rank == 0 || rank > farDown) {
		if err := r.refined(w, e); err != nil {
			return err
		}
	}
	if rank := w.found.rank[e.AssetID]; rank > 0 && rank <= farDown {
		e.QueryID, e.Position, e.Found = w.out[w.search].QueryID, rank, w.found.foundBy(e.AssetID)
		if picker := e.Client != portal; picker && (e.Type == "asset.download" || e.Type == "asset.placed") {
			pick := e
			pick.Type, pick.Rendition, pick.Count = "asset.select", "", 0
			w.out = append(w.out, pick)
		}
	}
	w.out = append(w.out, e)
	return nil
}

// refined adds the search that found the asset of a click: one of the wishes, else the words of its title.
func (r *retrace) refined(w *walk, click event) error {
	next := w.out[w.search]
	r.queries++
	next.QueryID, next.Total, next.Concepts, next.OccurredAt = fmt.Sprintf("q_sim_%04d", r.queries), nil, nil, click.OccurredAt
	for _, i := range r.dice.Perm(len(wishes)) {
		wish := &wishes[i]
		if wish.lang != next.Lang || wish.total == 0 {
			continue
		}
		found, err := r.answers.ask(wish.q, wish.lang, "", next.OccurredAt)
		if err != nil {
			return err
		}
		if rank := found.rank[click.AssetID]; rank > 0 && rank <= 12 {
			next.Query, next.Total, next.Concepts = wish.q, &wish.total, wish.concepts
			return r.searched(w, next, "")
		}
	}
	next.Query = r.title(click.AssetID)
	return r.searched(w, next, "")
}

// title gives the first words of an asset's title.
func (r *retrace) title(id string) string {
	at := slices.IndexFunc(r.assets, func(a asset) bool { return a.ID == id })
	words := strings.FieldsFunc(r.assets[at].title(), func(c rune) bool { return strings.ContainsRune(" ,.:;!?–-“”\"()", c) })
	return strings.Join(words[:min(3, len(words))], " ")
}

// tryAgain adds, for some whose search found nothing, a search with other words and the click on what that found.
func (r *retrace) tryAgain(w *walk) error {
	last := w.out[w.search]
	words := instead[last.Query]
	if *last.Total > 0 || words == "" || r.dice.IntN(5) < 3 {
		return nil
	}
	next := last
	r.queries++
	next.QueryID, next.Query, next.Total, next.Concepts = fmt.Sprintf("q_sim_%04d", r.queries), words, nil, nil
	if at := slices.IndexFunc(wishes, func(w wish) bool { return w.q == words }); at >= 0 {
		next.Total, next.Concepts = &wishes[at].total, wishes[at].concepts
	}
	if err := r.searched(w, next, ""); err != nil {
		return err
	}
	if len(w.found.ids) == 0 || r.dice.IntN(3) == 0 {
		return nil
	}
	click := next
	click.Type, click.Query, click.Lang, click.Total, click.Concepts, click.Search = "search.result_click", "", "", nil, nil, nil
	click.AssetID = w.found.ids[r.dice.IntN(min(6, len(w.found.ids)))]
	if slices.Contains(neverUsed, click.AssetID) || click.AssetID == socialOnly {
		return nil
	}
	return r.acted(w, click)
}

// pace spreads the events of a session over its time, as people take it: a look at the hits, a glance at one, a moment before
// taking it.
func (r *retrace) pace(events []event, now time.Time) {
	for i := range events {
		e := &events[i]
		if i > 0 {
			median := 22.0 // the next hit, or other words
			switch before := events[i-1].Type; {
			case before == "search.executed":
				median = 15
			case before == "search.result_click" && e.Type == "asset.view":
				median = 4
			case e.Type != "search.result_click" && e.Type != "asset.view" && e.Type != "search.executed":
				median = 16
			}
			now = now.Add(time.Duration(min(900, max(2, r.around(median, 0.9)))) * time.Second)
		}
		e.OccurredAt = now
	}
}

// around draws a positive number with a median; the larger the spread, the more often far from it.
func (r *retrace) around(median, spread float64) float64 {
	return median * math.Exp(spread*r.dice.NormFloat64())
}
