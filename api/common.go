package api

import (
	"fmt"
	"regexp"

	"semdex"
	"semdex/search"
)

// Parameters that many routes share.
var (
	libraryParam = param{name: "library", kind: str, about: "Library to ask, for keys that open several."}
	langParam    = param{name: "lang", kind: str, max: 35, read: readLang, about: "Language of labels and titles, and of the query where there is one: en, de-AT."}
	limitParam   = param{name: "limit", kind: integer, min: 1, max: search.MaxLimit, value: 10, about: "How many to show."}
	scoreParam   = param{name: "min_score", kind: number, min: 0, max: 1, about: "Least score to show. The shipped threshold where it is left out."}

	// accessParams say for which use an asset is wanted.
	accessParams = []param{
		{name: "territory", kind: str, max: 64, about: "Country or region of use. Leaves out what is not cleared for it."},
		{name: "channel", kind: str, max: 64, about: "Channel of use. Leaves out what is not cleared for it."},
		{name: "on", kind: day, about: "Day of use, today where it is left out. Leaves out what is not in rights on it."},
	}
)

var langForm = regexp.MustCompile(`^[A-Za-z]{1,8}([-_][A-Za-z0-9]{1,8})*$`)

func readLang(v string) (string, error) {
	if !langForm.MatchString(v) {
		return "", fmt.Errorf("is no language tag (want en or de-AT)")
	}
	return semdex.LanguageTag(v), nil
}

// join puts parameters together.
func join(parts ...any) []param {
	var out []param
	for _, p := range parts {
		switch p := p.(type) {
		case param:
			out = append(out, p)
		case []param:
			out = append(out, p...)
		}
	}
	return out
}

// access says whose eyes the answer is for: without the scope unapproved, those that see only what is
// approved and in rights for the use asked about. With it, rights count where a use is asked about. The key's own
// filter holds besides.
func (c *call) access() search.Access {
	on := c.args.day("on")
	if on == "" {
		on = semdex.DateOf(c.now().In(c.lib.TimeZone()))
	}
	all := c.key.Has(ScopeUnapproved)
	asked := c.args.day("on") != "" || c.args.text("territory") != "" || c.args.text("channel") != ""
	return search.Access{
		All:         all,
		Rights:      all && asked,
		Use:         semdex.Use{On: on, Territory: c.args.text("territory"), Channel: c.args.text("channel")},
		DenyMissing: c.lib.DenyMissingRights(),
		Only:        search.OnlyWhere(c.key.Filter),
	}
}
