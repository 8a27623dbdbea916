package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/api"
	"semdex/search"
)

func (p *program) keys() *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Make, list and revoke keys of the API",
		Args: func(_ *cobra.Command, args []string) error {
			return fmt.Errorf("%s: want create, list or revoke", strings.Join(append([]string{"keys"}, args...), " "))
		},
		RunE: func(*cobra.Command, []string) error { return nil }}
	c.AddCommand(p.keysCreate(), p.keysList(), p.keysRevoke())
	return c
}

func (p *program) withKeys(cmd *cobra.Command, work func(*session, *api.KeyStore) error) error {
	return p.owned(cmd.Context(), "keys", func(_ context.Context, s *session) error {
		store, err := s.keys()
		if err != nil {
			return err
		}
		return work(s, store)
	})
}

func (p *program) keysCreate() *cobra.Command {
	var r api.KeyRequest
	var expires string
	var filters []string
	c := &cobra.Command{Use: "create", Short: "Make a key and print it; it is shown this once",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withKeys(cmd, func(s *session, store *api.KeyStore) error {
				if expires != "" {
					day, err := semdex.ParseDate(expires)
					if err != nil {
						return usageError{fmt.Errorf("--expires: %w", err)}
					}
					if r.Expires, err = time.Parse(time.DateOnly, string(day)); err != nil {
						return usageError{fmt.Errorf("--expires: %w", err)}
					}
				}
				filter, err := readFilters(filters)
				if err != nil {
					return err
				}
				r.Filter = filter
				if p.library != "" {
					for name := range strings.SplitSeq(p.library, ",") {
						if _, err := s.config.Library(name); err != nil {
							return err
						}
						r.Libraries = append(r.Libraries, name)
					}
				}
				if admin := slices.Contains(r.Scopes, string(api.ScopeAdmin)); p.library == "" && !admin {
					if _, err := s.config.Library(""); err != nil { // it would open none of several
						return err
					}
				}
				plain, _, err := store.Create(r)
				if err != nil {
					return err
				}
				p.noteBlindKey(cmd.Context(), s, r)
				_, err = fmt.Fprintln(p.stdout, plain)
				return err
			})
		}}
	c.Flags().StringSliceVar(&r.Scopes, "scope", nil, "what it permits, by commas: search (default), unapproved, events, reports, manage, admin")
	c.Flags().StringVar(&r.Name, "name", "", "what it is for")
	c.Flags().StringArrayVar(&filters, "filter", nil, "FIELD=VALUE[,VALUE] that holds for all it sees, again for more")
	c.Flags().StringSliceVar(&r.Origins, "origin", nil, "whose pages may use it in a browser, by commas: https://cms.example, or * for all")
	c.Flags().StringVar(&r.Rate, "rate", "", "how fast requests may come: 10/s, 600/m, 5000/h; 10/s+50 for 50 at once")
	c.Flags().StringVar(&expires, "expires", "", "the day from which it is void, 2006-01-02")
	return c
}

// noteBlindKey says where no asset passes the filter of a new key, which is most often a slip of the pen. Libraries
// that cannot be asked are passed over: the key is made, whatever they hold.
func (p *program) noteBlindKey(ctx context.Context, s *session, r api.KeyRequest) {
	if len(r.Filter) == 0 {
		return
	}
	names := r.Libraries
	if len(names) == 0 {
		names = s.config.Names()
	}
	for _, name := range names {
		l, err := s.library(ctx, name)
		if err != nil {
			continue
		}
		access := l.Owner()
		access.Only = search.OnlyWhere(r.Filter)
		if seen, err := l.Search(ctx, search.Request{Limit: 1, Access: access}); err == nil && seen.Total == 0 {
			p.say("semdex: note: no asset of the library %s passes the filter of the key now", name)
		}
	}
}

func (p *program) keysList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "List the keys",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withKeys(cmd, func(_ *session, store *api.KeyStore) error {
				list, err := store.List()
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tNAME\tSCOPES\tLIBRARIES\tCREATED\tEXPIRES\tREVOKED\tFILTER\tORIGINS\tRATE")
				for _, k := range list {
					var scopes []string
					for _, s := range k.Scopes {
						scopes = append(scopes, string(s))
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, strings.Join(scopes, ","), strings.Join(k.Libraries, ","), day(k.Created), day(k.Expires), day(k.Revoked),
						orNone(filterText(k.Filter)), orNone(strings.Join(k.Origins, ",")), orNone(k.Rate.String()))
				}
				return w.Flush()
			})
		}}
}

// filterText writes filters as --filter takes them.
func filterText(f api.Filter) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		var values []string
		for _, v := range f[name] {
			values = append(values, strings.ReplaceAll(v, ",", `\,`))
		}
		parts = append(parts, name+"="+strings.Join(values, ","))
	}
	return strings.Join(parts, " ")
}

func orNone(s string) string { return cmp.Or(s, "-") }

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.DateOnly)
}

func (p *program) keysRevoke() *cobra.Command {
	return &cobra.Command{Use: "revoke ID", Short: "Make a key void", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withKeys(cmd, func(_ *session, store *api.KeyStore) error { return store.Revoke(args[0]) })
		}}
}
