package canto

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"semdex"
)

// target is where the values of a custom field go.
type target struct {
	name string // as in Targets, with its language: "title.de", "rights.valid_until"
	kind string // without it: "title"
	lang string
}

// texts are the targets that have a language, or none.
var texts = map[string]func(a *semdex.Asset) *semdex.Text{
	"title":       func(a *semdex.Asset) *semdex.Text { return &a.Title },
	"description": func(a *semdex.Asset) *semdex.Text { return &a.Description },
	"alt":         func(a *semdex.Asset) *semdex.Text { return &a.Alt },
}

// lists are the targets that several custom fields may feed.
var lists = map[string]func(b *builder) *[]string{
	"concepts":           func(b *builder) *[]string { return &b.asset.Concepts },
	"tags":               func(b *builder) *[]string { return &b.asset.Tags },
	"keywords":           func(b *builder) *[]string { return &b.asset.Keywords },
	"albums":             func(b *builder) *[]string { return &b.asset.Albums },
	"rights.territories": func(b *builder) *[]string { return &b.rights.Territories },
	"rights.channels":    func(b *builder) *[]string { return &b.rights.Channels },
}

// split are the lists that people write into one text, too: "DE, AT".
var split = map[string]bool{"rights.territories": true, "rights.channels": true}

// strs are the targets that are a string.
var strs = map[string]func(b *builder) *string{
	"type":                 func(b *builder) *string { return &b.asset.Type },
	"mime":                 func(b *builder) *string { return &b.asset.MIME },
	"name":                 func(b *builder) *string { return &b.asset.Name },
	"credit":               func(b *builder) *string { return &b.asset.Credit },
	"copyright":            func(b *builder) *string { return &b.asset.Copyright },
	"md5":                  func(b *builder) *string { return &b.asset.MD5 },
	"phash":                func(b *builder) *string { return &b.asset.PHash },
	"rights.license":       func(b *builder) *string { return &b.rights.License },
	"rights.source":        func(b *builder) *string { return &b.rights.Source },
	"rights.cost.currency": func(b *builder) *string { return &b.cost.Currency },
	"links.thumbnail":      func(b *builder) *string { return &b.asset.Links.Thumbnail },
	"links.preview":        func(b *builder) *string { return &b.asset.Links.Preview },
	"links.original":       func(b *builder) *string { return &b.asset.Links.Original },
	"links.detail":         func(b *builder) *string { return &b.asset.Links.Detail },
}

// values are the targets that are neither; each reads a value, where "" is none.
var values = map[string]func(b *builder, text string) error{
	"language":           func(b *builder, text string) error { b.asset.Language = semdex.LanguageTag(text); return nil },
	"approval":           func(b *builder, text string) error { b.setApproval(text); return nil },
	"created":            func(b *builder, text string) (err error) { b.asset.Created, err = b.time(text); return err },
	"modified":           func(b *builder, text string) (err error) { b.asset.Modified, err = b.time(text); return err },
	"duration":           func(b *builder, text string) (err error) { b.asset.Duration, err = parseNumber(text); return err },
	"size":               func(b *builder, text string) (err error) { b.asset.Size, err = parseInt(text); return err },
	"width":              func(b *builder, text string) (err error) { b.asset.Width, err = parseInt(text); return err },
	"height":             func(b *builder, text string) (err error) { b.asset.Height, err = parseInt(text); return err },
	"rights.valid_from":  func(b *builder, text string) (err error) { b.rights.ValidFrom, err = optionalDate(text); return err },
	"rights.valid_until": func(b *builder, text string) (err error) { b.rights.ValidUntil, err = optionalDate(text); return err },
	"rights.editorial":   func(b *builder, text string) (err error) { b.rights.Editorial, err = parseBool(text); return err },
	"rights.cost.amount": func(b *builder, text string) (err error) {
		b.cost.Amount, err = parseNumber(text)
		return err
	},
}

// Targets are the fields that custom fields can be mapped to, sorted. "title.<lang>" stands for "title.de" and so on.
func Targets() []string {
	all := slices.Concat(slices.Collect(maps.Keys(lists)), slices.Collect(maps.Keys(strs)), slices.Collect(maps.Keys(values)))
	for name := range texts {
		all = append(all, name, name+".<lang>")
	}
	slices.Sort(all)
	return all
}

var languageTag = regexp.MustCompile(`^[a-z0-9]{1,8}(-[a-z0-9]{1,8})*$`)

// readTarget reads the name of a target.
func readTarget(name string) (target, bool) {
	if kind, lang, found := strings.Cut(name, "."); found && texts[kind] != nil {
		lang = semdex.LanguageTag(lang)
		return target{kind + "." + lang, kind, lang}, languageTag.MatchString(lang)
	}
	known := texts[name] != nil || lists[name] != nil || strs[name] != nil || values[name] != nil
	return target{name, name, ""}, known
}

// readMap checks the map of a configuration.
func readMap(fields map[string]string) (map[string]target, error) {
	targets := make(map[string]target, len(fields))
	from := map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		t, known := readTarget(fields[field])
		other, taken := from[t.name]
		switch {
		case field == "":
			return nil, invalid("map: a custom field has no name", "name the custom field before the colon")
		case !known:
			return nil, invalid(fmt.Sprintf("map: %q is no field that the custom field %q can be mapped to", fields[field], field),
				fmt.Sprintf("did you mean %s? All: %s", nearest(fields[field], Targets()), strings.Join(Targets(), ", ")))
		case taken && lists[t.kind] == nil:
			return nil, invalid(fmt.Sprintf("map: the custom fields %q and %q are both mapped to %s, which holds one value", other, field, t.name), "map one of them")
		}
		from[t.name] = field
		targets[field] = t
	}
	return targets, nil
}

// mapping is a map whose custom fields are known by the names that they have now.
type mapping struct {
	targets []mapped
	fields  map[string]bool // that are mapped
}

// mapped is a target with the custom fields that feed it.
type mapped struct {
	target
	fields []string
}

// customField is the definition of a custom field.
type customField struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// unresolved takes the names in a map for what custom fields are called.
func unresolved(targets map[string]target) mapping {
	names := map[string]string{}
	for field := range targets {
		names[field] = field
	}
	return newMapping(targets, names)
}

// newMapping orders a map by target. names gives what each field of the map is called now.
func newMapping(targets map[string]target, names map[string]string) mapping {
	m := mapping{fields: map[string]bool{}}
	at := map[string]int{}
	for _, field := range slices.Sorted(maps.Keys(targets)) {
		t, name := targets[field], names[field]
		m.fields[name] = true
		if _, known := at[t.name]; !known {
			at[t.name] = len(m.targets)
			m.targets = append(m.targets, mapped{target: t})
		}
		m.targets[at[t.name]].fields = append(m.targets[at[t.name]].fields, name)
	}
	return m
}

// resolve finds the fields of a map among the custom fields that there are, by name or by id. The error, with code
// Invalid, names those that are missing.
func resolve(targets map[string]target, defined []customField) (mapping, error) {
	byID, known := map[string]string{}, map[string]bool{}
	var all []string
	for _, f := range defined {
		byID[f.ID], known[f.Name] = f.Name, true
		all = append(all, f.Name)
	}
	names := map[string]string{}
	var missing []string
	for _, field := range slices.Sorted(maps.Keys(targets)) {
		switch {
		case known[field]:
			names[field] = field
		case byID[field] != "":
			names[field] = byID[field]
		default:
			missing = append(missing, unknownField(field, all, defined))
		}
	}
	if len(missing) > 0 {
		return mapping{}, invalid("Canto has no "+strings.Join(missing, ", and no "),
			"correct map: in the configuration. A field that is named there by its id, such as meta_text_0, may be renamed freely")
	}
	return newMapping(targets, names), nil
}

// unknownField tells of a custom field that the map names and Canto has not, and what it may have been renamed to.
func unknownField(field string, all []string, defined []customField) string {
	near := nearest(field, all)
	if near == "" {
		return fmt.Sprintf("custom field %q, nor any other", field)
	}
	at := slices.IndexFunc(defined, func(f customField) bool { return f.Name == near })
	return fmt.Sprintf("custom field %q (the nearest is %q, with the id %s: was it renamed?)", field, near, defined[at].ID)
}

func parseNumber(text string) (float64, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != f || f > 1e300 || f < -1e300 {
		return 0, fmt.Errorf("%q is no number", short(text))
	}
	return f, nil
}

func parseInt(text string) (int64, error) {
	f, err := parseNumber(text)
	if err == nil && (f < 0 || f > 1<<53) {
		err = fmt.Errorf("%q is out of range", short(text))
	}
	if err != nil {
		return 0, err
	}
	return int64(f), nil
}

func parseBool(text string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "", "false", "no", "0":
		return false, nil
	case "true", "yes", "1":
		return true, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", short(text))
}

func optionalDate(text string) (semdex.Date, error) {
	if text = strings.TrimSpace(text); text == "" {
		return "", nil
	}
	return parseDate(text)
}
