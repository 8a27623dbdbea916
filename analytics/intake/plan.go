package intake

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"semdex"
)

// Fields are the fields of an event that a column may be mapped to. Beside them are context.NAME, for any name, and count.TYPE: how often
// what an event type says happened, so that one row may count several things.
var Fields = []string{
	"event_id", "type", "occurred_at", "asset_id", "rendition", "query_id", "position", "q", "lang", "total", "concepts",
	"actor.id", "actor.type", "actor.business_unit", "session_id", "client.name", "client.integration", "value.amount", "value.currency", "count", "source",
}

const (
	contextField = "context."
	countField   = "count."
)

// Counter is the source of an event that stands for many which the other system counted.
const Counter = "counter"

// checkField says what is wrong with the name of a field.
func checkField(field string, counts bool) error {
	if name, ok := strings.CutPrefix(field, contextField); ok && name != "" {
		return nil
	}
	if t, ok := strings.CutPrefix(field, countField); ok && counts {
		if !slices.Contains(semdex.EventTypes, t) {
			return unknown("event type", t, semdex.EventTypes)
		}
		return nil
	}
	if !slices.Contains(Fields, field) {
		return unknown("field", field, slices.Concat(Fields, []string{"context.region", "context.campaign", "context.channel", "context.audience", "context.uri", "context.intended_use", "count.asset.view", "count.asset.download"}))
	}
	return nil
}

// plan is how the events of a file are made of its records.
type plan struct {
	o       Options
	format  *format
	steps   []step
	counts  []step // their field is an event type
	values  map[string]string
	clock   clock
	decimal string
	fixed   []string // the fields of constants, sorted
	unmet   map[string]bool
	asset   []string // of the prefix: a text and a column in turn; nil where it has no columns
}

// step takes a field from the first of the columns that has something.
type step struct {
	field   string
	columns []column
	mapped  bool // the first column is one of Options.Map
}

func newPlan(o Options) *plan {
	p := &plan{o: o, format: formats[o.Format], clock: newClock(o), decimal: o.Decimal, values: map[string]string{}, unmet: map[string]bool{}}
	if p.decimal == "" {
		p.decimal = "."
	}
	for _, known := range p.format.fields {
		if p.format == table && len(o.Map) > 0 {
			break // a map says it all: a column Total or Type may hold anything else
		}
		p.steps = append(p.steps, step{field: known.field, columns: columns(known.columns...)})
	}
	for _, name := range slices.Sorted(maps.Keys(o.Map)) {
		p.unmet[name] = true
		field := o.Map[name]
		if t, counts := strings.CutPrefix(field, countField); counts {
			p.counts = append(p.counts, step{t, columns(name), true})
			continue
		}
		at := slices.IndexFunc(p.steps, func(s step) bool { return s.field == field })
		if at < 0 {
			at, p.steps = len(p.steps), append(p.steps, step{field: field})
		}
		p.steps[at] = step{field, append(columns(name), p.steps[at].columns...), true}
	}
	if len(p.counts) == 0 && o.Constants["type"] == "" {
		for _, known := range p.format.counts {
			p.counts = append(p.counts, step{field: known.field, columns: columns(known.columns...)})
		}
	}
	for word, t := range p.format.types {
		p.values[word] = t
	}
	for word, t := range o.Values {
		p.values[fold(word)] = t
	}
	p.fixed = slices.Sorted(maps.Keys(o.Constants))
	p.asset = template(o.Prefix)
	return p
}

// template parts canto:{Scheme}:{} into texts and columns, nil where there is none.
func template(prefix string) []string {
	if !strings.Contains(prefix, "{") {
		return nil
	}
	var parts []string
	for rest := prefix; ; {
		text, after, found := strings.Cut(rest, "{")
		parts = append(parts, text)
		if !found {
			return parts
		}
		column, after, _ := strings.Cut(after, "}")
		parts, rest = append(parts, column), after
	}
}

// json says that values are those of JSON, whose numbers have a point.
func (p *plan) json() { p.decimal = "." }

// table compares the plan with the header of a table.
func (p *plan) table(header []string) error {
	there := map[string]int{}
	for _, name := range header {
		there[fold(name)]++
	}
	wanted := slices.Sorted(maps.Keys(p.o.Map))
	for i := 1; i < len(p.asset); i += 2 {
		if p.asset[i] != "" {
			wanted = append(wanted, p.asset[i])
		}
	}
	for _, column := range wanted {
		switch n := there[fold(column)]; {
		case n == 0:
			return unknown("column", column, header)
		case n > 1 && count(header, column) != 1:
			return invalid("give each column a name of its own", "the header has the column %s more than once", column)
		}
	}
	return p.enough(there, header)
}

func count(header []string, name string) (n int) {
	for _, h := range header {
		if h == name {
			n++
		}
	}
	return n
}

// enough says what an event of the table would lack: a time, or a type.
func (p *plan) enough(there map[string]int, header []string) error {
	has := func(steps []step, field string) bool {
		return slices.ContainsFunc(steps, func(s step) bool {
			return (s.field == field || field == "") && slices.ContainsFunc(s.columns, func(c column) bool { return there[c.key] > 0 })
		})
	}
	told := "the columns are: " + strings.Join(header, ", ")
	if _, fixed := p.o.Constants["occurred_at"]; !fixed && !has(p.steps, "occurred_at") && !p.format.times {
		return invalid("map one to occurred_at, or set occurred_at; "+told, "no column tells the time of an event")
	}
	if _, fixed := p.o.Constants["type"]; !fixed && !has(p.steps, "type") && !has(p.counts, "") && p.format.kind == nil {
		return invalid("map one to type, or set type, or map one to count.asset.view and the like; "+told, "no column tells the type of an event")
	}
	return nil
}

func (p *plan) unseen() []string { return slices.Sorted(maps.Keys(p.unmet)) }

// draft is an event in the making.
type draft struct {
	semdex.Event
	rec *record
	id  string // what the other system calls it
}

// events makes the events of a record: none where it is none of use, several where it counts several things.
func (p *plan) events(rec *record) ([]semdex.Event, error) {
	d := &draft{rec: rec}
	said, err := p.fill(d)
	if err != nil {
		return nil, err
	}
	t, err := p.kind(d, said)
	if err != nil || t == Skip {
		return nil, err
	}
	d.Type = t
	if p.format.finish != nil {
		if skip, err := p.format.finish(d); err != nil || skip {
			return nil, err
		}
	}
	if err := p.constants(d); err != nil {
		return nil, err
	}
	if err := p.address(d); err != nil {
		return nil, err
	}
	list, err := p.spread(d)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := p.finish(d, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// fill takes the fields from the columns, and gives the word that tells the type.
func (p *plan) fill(d *draft) (said found, err error) {
	for i := range p.steps {
		s := &p.steps[i]
		f := p.take(d.rec, s)
		if f.text == "" {
			continue
		}
		switch s.field {
		case "type":
			said = f
		case "event_id":
			d.id = f.text
		default:
			if err := p.set(&d.Event, s.field, f.column, f.text, false); err != nil {
				return said, err
			}
		}
	}
	return said, nil
}

// found is what stands in a column.
type found struct{ column, text string }

func (p *plan) take(rec *record, s *step) found {
	for i, c := range s.columns {
		if text := rec.get(c); text != "" {
			if i == 0 && s.mapped && len(p.unmet) > 0 {
				delete(p.unmet, c.name)
			}
			return found{c.name, text}
		}
	}
	return found{}
}

// kind gives the type of an event: the constant, what their word means, or what the format knows else. It is empty where counts tell.
func (p *plan) kind(d *draft, said found) (string, error) {
	if t := p.o.Constants["type"]; t != "" {
		return t, nil
	}
	if said.text != "" {
		if t, known := p.values[fold(said.text)]; known {
			return t, nil
		}
		if slices.Contains(semdex.EventTypes, said.text) {
			return said.text, nil
		}
		return "", bad("unknown_type", "column %s: %q is no event type that is known: map it under values, to %s if it is no usage", said.column, said.text, Skip)
	}
	if p.format.kind != nil {
		if t := p.format.kind(d); t != "" {
			return t, nil
		}
	}
	for i := range p.counts {
		if p.take(d.rec, &p.counts[i]).text != "" {
			return "", nil
		}
	}
	if len(p.counts) > 0 && len(p.o.Map) > 0 && slices.ContainsFunc(p.counts, func(s step) bool { return s.mapped }) {
		return Skip, nil // a row without a count
	}
	return "", bad("unknown_type", "nothing tells the type of the event: map a column to type, or set type")
}

// constants sets what is the same in every event.
func (p *plan) constants(d *draft) error {
	for _, field := range p.fixed {
		if field == "event_id" {
			d.id = p.o.Constants[field]
			continue
		}
		if err := p.set(&d.Event, field, "", p.o.Constants[field], true); err != nil {
			return err
		}
	}
	return nil
}

// address gives the asset id its prefix, or puts it into its form.
func (p *plan) address(d *draft) error {
	if d.Asset == "" || p.o.Prefix == "" {
		return nil
	}
	if p.asset == nil {
		if !strings.HasPrefix(d.Asset, p.o.Prefix) {
			d.Asset = p.o.Prefix + d.Asset
		}
		return nil
	}
	var b strings.Builder
	id := false
	for i, part := range p.asset {
		switch {
		case i%2 == 0:
			b.WriteString(part)
		case part == "":
			b.WriteString(d.Asset)
			id = true
		default:
			text := d.rec.text(part)
			if text == "" {
				return bad("invalid_value", "column %s is empty, and the asset id begins with it", part)
			}
			b.WriteString(text)
		}
	}
	if !id {
		b.WriteString(d.Asset)
	}
	d.Asset = b.String()
	return nil
}

// spread gives the event, or, where the record counts, one for each count that is not 0.
func (p *plan) spread(d *draft) ([]semdex.Event, error) {
	if d.Type != "" {
		if p.format.spread != nil {
			return p.format.spread(p, d)
		}
		return []semdex.Event{d.Event}, nil
	}
	var list []semdex.Event
	for i := range p.counts {
		f := p.take(d.rec, &p.counts[i])
		if f.text == "" {
			continue
		}
		e := d.Event
		e.Type = p.counts[i].field
		if err := p.set(&e, "count", f.column, f.text, false); err != nil {
			return nil, err
		}
		if *e.Count == 0 {
			continue
		}
		if len(list) > 0 {
			e.Value = nil // it was paid once
		}
		list = append(list, e)
	}
	return list, nil
}

// finish looks whether an event is whole, and gives it its id and where it is from.
func (p *plan) finish(d *draft, e *semdex.Event) error {
	if e.OccurredAt.IsZero() {
		return bad("missing_time", "the event has no time: %s", p.wanted("occurred_at"))
	}
	if e.Asset == "" && strings.HasPrefix(e.Type, "asset.") {
		return bad("missing_asset", "an %s event needs an asset_id: %s", e.Type, p.wanted("asset_id"))
	}
	if e.Value != nil && math.IsNaN(e.Value.Amount) { // a currency alone
		e.Value = nil
	}
	if e.Value != nil && e.Value.Currency == "" {
		return bad("invalid_value", "an amount of no currency: map a column to value.currency, or set value.currency")
	}
	if e.Source == "" {
		e.Source = p.o.Format
		if e.Count != nil {
			e.Source = Counter
		}
	}
	if e.Client.Name == "" && p.format.system {
		e.Client.Name = p.o.Format
	}
	if d.id != "" { // with the type: what was placed may be removed under the same id
		e.ID = deriveID(p.o.Format, d.id, e.Type)
	}
	return nil
}

// wanted says where a field would have been found.
func (p *plan) wanted(field string) string {
	at := slices.IndexFunc(p.steps, func(s step) bool { return s.field == field && len(s.columns) > 0 })
	switch {
	case at < 0:
		return "map a column to " + field + ", or set " + field
	case p.steps[at].mapped:
		return "the column " + p.steps[at].columns[0].name + " is empty"
	}
	return "the column " + p.steps[at].columns[0].name + " is empty or not there; map one to " + field + ", or set " + field
}

// set reads a text into a field. A fixed one is written as JSON has it.
func (p *plan) set(e *semdex.Event, field, column, text string, fixed bool) error {
	if err := p.assign(e, field, text, fixed); err != nil {
		if column != "" {
			err.Message = "column " + column + ": " + err.Message
		}
		return err
	}
	return nil
}

func (p *plan) assign(e *semdex.Event, field, text string, fixed bool) *semdex.Error {
	decimal, times := p.decimal, p.clock
	if fixed {
		decimal, times = ".", clock{zone: p.clock.zone}
	}
	if times.zone == nil {
		times.zone = time.UTC
	}
	separator := ", "
	if field == "q" || field == "concepts" {
		separator = " "
	}
	text = strings.ReplaceAll(text, listed, separator)
	if name, ok := strings.CutPrefix(field, contextField); ok {
		if e.Context == nil {
			e.Context = map[string]string{}
		}
		e.Context[name] = text
		return nil
	}
	var err *semdex.Error
	switch field {
	case "occurred_at":
		e.OccurredAt, err = times.read(text)
	case "position":
		e.Position, err = small(text, decimal)
	case "total":
		var n int
		n, err = small(text, decimal)
		e.Total = &n
	case "count":
		var n int64
		n, err = integer(text, decimal)
		e.Count = &n
	case "value.amount":
		m := money(e)
		m.Amount, err = number(text, decimal)
	case "value.currency":
		m := money(e)
		m.Currency, err = currency(text)
	case "concepts":
		e.Concepts = strings.Fields(text)
	default:
		assignText(e, field, text)
	}
	return err
}

func assignText(e *semdex.Event, field, text string) {
	switch field {
	case "type":
		e.Type = text
	case "asset_id":
		e.Asset = text
	case "rendition":
		e.Rendition = text
	case "query_id":
		e.QueryID = text
	case "q":
		e.Query = text
	case "lang":
		e.Lang = semdex.LanguageTag(text)
	case "actor.id":
		e.Actor.ID = text
	case "actor.type":
		e.Actor.Type = text
	case "actor.business_unit":
		e.Actor.BusinessUnit = text
	case "session_id":
		e.Session = text
	case "client.name":
		e.Client.Name = text
	case "client.integration":
		e.Client.Integration = text
	case "source":
		e.Source = text
	}
}

// money gives the value of an event, whose amount is no number until one is read.
func money(e *semdex.Event) *semdex.Money {
	if e.Value == nil {
		e.Value = &semdex.Money{Amount: math.NaN()}
	}
	return e.Value
}

// currency reads a code of ISO 4217, or one of the signs that stand for one currency alone.
func currency(text string) (string, *semdex.Error) {
	switch text {
	case "€":
		return "EUR", nil
	case "£":
		return "GBP", nil
	}
	code := strings.ToUpper(text)
	if len(code) != 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", bad("invalid_value", "%q is no currency like EUR", text)
	}
	return code, nil
}

func small(text, decimal string) (int, *semdex.Error) {
	n, err := integer(text, decimal)
	if err == nil && (n < 0 || n > semdex.MaxEventCount) {
		err = bad("invalid_value", "%q is not within 0 and %d", text, semdex.MaxEventCount)
	}
	return int(n), err
}
