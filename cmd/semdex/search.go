package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/api"
	"semdex/cmd/internal/library"
	"semdex/search"
)

// searchFlags are the flags that say how to search.
type searchFlags struct {
	expand, lang, territory, channel, on, sort, why string
	filters, facets, exclude, schemes               []string
	limit, offset, depth                            int
	asClient, asJSON, explain, asTyped              bool
	format, output                                  string
	limited                                         bool // the limit was given
}

func (p *program) searchCommand() *cobra.Command {
	var f searchFlags
	c := &cobra.Command{
		Use: "search QUERY", Short: "Find assets by words, synonyms and concepts", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.owned(cmd.Context(), "search", func(ctx context.Context, s *session) error {
				l, err := s.library(ctx, p.library)
				if err != nil {
					return err
				}
				f.limited = cmd.Flags().Changed("limit")
				if f.why != "" {
					return p.why(ctx, l, args[0], &f)
				}
				return p.search(ctx, l, args[0], &f)
			})
		},
	}
	f.bind(c)
	c.Flags().StringVar(&f.why, "why", "", "ID of an asset: why it is not found, or not higher up, and the smallest change that would help")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print the answer as the API gives it")
	c.Flags().StringVar(&f.format, "format", "", "write all hits as a table: csv or xlsx")
	c.Flags().StringVarP(&f.output, "output", "o", "", "file to write a table to (default: standard output)")
	return c
}

func (f *searchFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.expand, "expand", "", "none, synonyms, narrower or related (default as the library is set, else narrower)")
	c.Flags().IntVar(&f.depth, "depth", -1, "narrower levels to follow, 0 for none (default as the library is set, else all)")
	c.Flags().StringArrayVar(&f.exclude, "exclude", nil, "URI or label of a concept not to expand into, again for more")
	c.Flags().StringArrayVar(&f.schemes, "scheme", nil, "scheme or dimension that concepts of the query may come from, again for more")
	c.Flags().StringVar(&f.lang, "lang", "", "language of the query")
	c.Flags().StringArrayVar(&f.filters, "filter", nil, "FIELD=VALUE[,VALUE], again for more")
	c.Flags().StringSliceVar(&f.facets, "facets", nil, "facets to count, by commas")
	c.Flags().StringVar(&f.sort, "sort", "", "fields to sort by, by commas, - before one for falling")
	c.Flags().IntVar(&f.limit, "limit", 10, "how many hits")
	c.Flags().IntVar(&f.offset, "offset", 0, "how many hits to pass over")
	c.Flags().BoolVar(&f.asClient, "as-client", false, "see what a plain key sees: approved and in rights")
	c.Flags().StringVar(&f.territory, "territory", "", "cleared for this territory")
	c.Flags().StringVar(&f.channel, "channel", "", "cleared for this channel")
	c.Flags().StringVar(&f.on, "on", "", "cleared on this day (with --as-client: today, if not given)")
	c.Flags().BoolVar(&f.asTyped, "as-typed", false, "do not read words that stand nowhere as others")
	c.Flags().BoolVar(&f.explain, "explain", false, "tell the evidence for each part of the query")
}

func (f *searchFlags) request(l *library.Library, query string) (search.Request, error) {
	r := search.Request{Query: query, Lang: f.lang, Expand: search.Mode(f.expand), Facets: f.facets, Limit: f.limit, Offset: f.offset, Explain: f.explain, Access: l.Owner(),
		Exclude: f.exclude, Schemes: f.schemes, AsTyped: f.asTyped}
	if f.depth >= 0 {
		r.Depth = &f.depth
	}
	if f.asClient {
		r.Access = l.Client()
	}
	r.Access.Use.Territory, r.Access.Use.Channel = f.territory, f.channel
	r.Access.Rights = f.territory != "" || f.channel != "" || f.on != ""
	if f.on != "" {
		day, err := semdex.ParseDate(f.on)
		if err != nil {
			return r, usageError{fmt.Errorf("--on: %w", err)}
		}
		r.Access.Use.On = day
	}
	if f.limit < 1 || f.limit > 10_000 {
		return r, usageError{fmt.Errorf("--limit %d: 1 to 10000", f.limit)}
	}
	filters, err := readFilters(f.filters)
	r.Filters = filters
	for name := range strings.SplitSeq(f.sort, ",") {
		if field, desc := strings.CutPrefix(strings.TrimSpace(name), "-"); field != "" {
			r.Sort = append(r.Sort, search.SortKey{Field: field, Desc: desc})
		}
	}
	return r, err
}

// readFilters reads FIELD=VALUE[,VALUE]; "\," is a comma within a value.
func readFilters(flags []string) (map[string][]string, error) {
	filters := map[string][]string{}
	for _, f := range flags {
		name, values, ok := strings.Cut(f, "=")
		if !ok || name == "" {
			return nil, usageError{fmt.Errorf("--filter %q: want FIELD=VALUE", f)}
		}
		filters[name] = append(filters[name], splitValues(values)...)
	}
	return filters, nil
}

func splitValues(s string) []string {
	const comma = "\x00"
	parts := strings.Split(strings.ReplaceAll(s, `\,`, comma), ",")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], comma, ",")
	}
	return parts
}

func (p *program) search(ctx context.Context, l *library.Library, query string, f *searchFlags) error {
	r, err := f.request(l, query)
	if err != nil {
		return err
	}
	if f.format != "" {
		return p.searchTable(ctx, l, r, f)
	}
	answer, err := l.Search(ctx, r)
	if err != nil {
		return err
	}
	if f.asJSON {
		return writeJSON(p.stdout, answer)
	}
	return writeAnswer(p.stdout, answer, f.offset)
}

// searchTable writes all hits as a table, or as many as --limit says.
func (p *program) searchTable(ctx context.Context, l *library.Library, r search.Request, f *searchFlags) error {
	e := api.Export{Format: f.format, Fields: l.CustomFields(), Search: l.Search}
	if f.limited {
		e.Limit = f.limit
	}
	out, finish, err := p.output(f.output)
	if err != nil {
		return err
	}
	return finish(e.Write(ctx, r, out))
}

func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// writeHelp prints how words were read that stand nowhere, and what there is where nothing was found.
func writeHelp(b *strings.Builder, a *search.Answer) {
	for _, c := range a.Corrections {
		fmt.Fprintf(b, "read %q for %q; --as-typed does not\n", c.Read, c.Typed)
	}
	if a.DidYouMean != "" {
		fmt.Fprintf(b, "did you mean %q?\n", a.DidYouMean)
	}
	for _, w := range a.Without {
		fmt.Fprintf(b, "%d without the filter %s\n", w.Count, w.Field)
	}
	for _, o := range a.Offers {
		fmt.Fprintf(b, "%d for %s, %s\n", o.Count, o.Label, o.Via)
	}
}

// writeAnswer prints an answer for people. Its first hit comes after offset others.
func writeAnswer(w io.Writer, a *search.Answer, offset int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d assets for %q\n", a.Total, a.Query)
	writeHelp(&b, a)
	for _, c := range a.Expansion.Concepts {
		var added []string
		for _, x := range c.Added[:min(8, len(c.Added))] {
			added = append(added, x.Label)
		}
		fmt.Fprintf(&b, "concept %s", c.Label)
		if c.Ambiguous {
			fmt.Fprintf(&b, " <%s>, one of several", c.URI)
		}
		for _, other := range c.Alternatives {
			fmt.Fprintf(&b, ", not %s <%s>", other.Path, other.URI)
		}
		if len(added) > 0 {
			fmt.Fprintf(&b, "; with it %s", strings.Join(added, ", "))
		}
		if more := c.AddedTotal - len(added); more > 0 {
			fmt.Fprintf(&b, " and %d more", more)
		}
		b.WriteByte('\n')
	}
	for _, c := range a.Expansion.Compounds {
		fmt.Fprintf(&b, "%s is taken apart into %s\n", c.Word, strings.Join(c.Parts, " and "))
	}
	writeAbout(&b, a.Expansion.About)
	for i, h := range a.Hits {
		fmt.Fprintf(&b, "%3d. %s  %s\n", offset+i+1, h.ID, h.Asset.Title)
		if h.Matched.Because != "" { // of what was asked for by words or concepts
			fmt.Fprintf(&b, "     %s\n", h.Matched.Because)
		}
	}
	for _, f := range a.Facets {
		fmt.Fprintf(&b, "%s:", f.Label)
		for _, v := range f.Values {
			fmt.Fprintf(&b, " %s (%d)", v.Label, v.Count)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeAbout tells what a brief was taken to be about.
func writeAbout(b *strings.Builder, about []search.About) {
	if len(about) == 0 {
		return
	}
	var parts []string
	for _, a := range about[:min(12, len(about))] {
		parts = append(parts, fmt.Sprintf("%s (%.2f)", cmp.Or(a.Label, a.Text), a.Weight))
	}
	fmt.Fprintf(b, "a brief about %s", strings.Join(parts, ", "))
	if more := len(about) - len(parts); more > 0 {
		fmt.Fprintf(b, " and %d more", more)
	}
	b.WriteByte('\n')
}
