package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func (p *program) erase() *cobra.Command {
	var user string
	var dryRun bool
	c := &cobra.Command{
		Use: "erase --user ID", Short: "Remove all usage events of a person",
		Long: `Remove all usage events of a person from the log and the store of a library. ID is what the other system calls
the person, or the pseudonym that exports have. Events that are sent or imported again come in again.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if user == "" {
				return usageError{errors.New("erase: want --user ID")}
			}
			return p.owned(cmd.Context(), "erase", func(ctx context.Context, s *session) error {
				l, err := s.library(ctx, p.library)
				if err != nil {
					return err
				}
				n, err := l.EraseEvents(ctx, user, dryRun)
				if err != nil {
					return err
				}
				form := "%s: %d events erased\n"
				if dryRun {
					form = "%s: %d events would be erased\n"
				}
				_, err = fmt.Fprintf(p.stdout, form, l.Name(), n)
				return err
			})
		},
	}
	c.Flags().StringVar(&user, "user", "", "the person: an id, or a pseudonym")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "count the events, and erase none")
	return c
}
