package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"semdex/cmd/internal/library"
	"semdex/search"
)

// why prints why an asset is not found, or not higher up.
func (p *program) why(ctx context.Context, l *library.Library, query string, f *searchFlags) error {
	r, err := f.request(l, query)
	if err != nil {
		return err
	}
	answer, err := l.Why(ctx, f.why, r, l.Owner())
	if err != nil {
		return err
	}
	if f.asJSON {
		return writeJSON(p.stdout, answer)
	}
	return writeWhy(p.stdout, answer)
}

// writeWhy tells it for people.
func writeWhy(w io.Writer, a *search.Why) error {
	var b strings.Builder
	switch {
	case !a.Found:
		fmt.Fprintf(&b, "%s is not among the %d assets for %q\n", a.ID, a.Of, a.Query)
	case a.Rank == 0:
		fmt.Fprintf(&b, "%s stands far down among the %d assets for %q: %s\n", a.ID, a.Of, a.Query, a.Because)
	default:
		fmt.Fprintf(&b, "%s is number %d of %d assets for %q: %s\n", a.ID, a.Rank, a.Of, a.Query, a.Because)
	}
	if a.Before != nil {
		fmt.Fprintf(&b, "before it stands %s\n", a.Before.ID)
	}
	for _, r := range a.Reasons {
		fmt.Fprintf(&b, "  - %s\n", r.Message)
	}
	if len(a.Changes) > 0 {
		effect := "bring it in"
		if a.Found {
			effect = "put it before that"
		}
		fmt.Fprintf(&b, "this would %s: %s\n", effect, changesInWords(a.Changes))
	}
	for _, other := range a.Alternatives {
		fmt.Fprintf(&b, "          or: %s\n", changesInWords(other))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func changesInWords(changes []search.WhyChange) string {
	var parts []string
	for _, c := range changes {
		parts = append(parts, changeInWords(c))
	}
	return strings.Join(parts, ", and ")
}

func changeInWords(c search.WhyChange) string {
	switch c.Kind {
	case search.ChangeExpand:
		return "search with --expand " + c.Value
	case search.ChangeDepth:
		return "search with --depth " + c.Value
	case search.ChangeInclude:
		return "search without --exclude " + c.Value
	case search.ChangeSchemes:
		return "search without --scheme"
	case search.ChangeFilter:
		return "search without the filter on " + c.Field
	case search.ChangeTerm:
		return "search without " + c.Term
	case search.ChangeTag:
		return "tag it " + cmp.Or(c.Label, string(c.Concept), c.Value)
	case search.ChangeApproval:
		return "approve it"
	case search.ChangeRights:
		return "extend its rights" + rightsInWords(c)
	case search.ChangeCuration:
		return "change the rule " + c.Rule
	}
	return string(c.Kind)
}

func rightsInWords(c search.WhyChange) string {
	var b strings.Builder
	for _, bound := range []struct{ word, value string }{
		{" from ", string(c.ValidFrom)}, {" until ", string(c.ValidUntil)}, {" to territory ", c.Territory}, {" to channel ", c.Channel},
	} {
		if bound.value != "" {
			b.WriteString(bound.word + bound.value)
		}
	}
	return b.String()
}
