package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/cmd/internal/library"
	"semdex/indexer"
)

func (p *program) doctor() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "doctor", Short: "Check credentials, rights, reachability and vocabularies, and say what to do",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.owned(cmd.Context(), "doctor", func(ctx context.Context, s *session) error { return p.runDoctor(ctx, s, asJSON) })
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return c
}

// finding is a finding as JSON has it.
type finding struct {
	Library string `json:"library"`
	Part    string `json:"part"`
	Level   string `json:"level"`
	Subject string `json:"subject"`
	Message string `json:"message"`
	Mend    string `json:"mend,omitempty"`
}

// runDoctor checks the libraries. It fails where anything does not work; warnings alone are no failure.
func (p *program) runDoctor(ctx context.Context, s *session, asJSON bool) error {
	names := s.Names()
	if p.library != "" {
		names = []string{p.library}
	}
	all := []finding{}
	failures := 0
	for _, name := range names {
		l, err := s.library(ctx, name)
		if err != nil {
			return err
		}
		diagnoses, err := l.Diagnose(ctx)
		if err != nil {
			return err
		}
		for _, d := range diagnoses {
			for _, f := range d.Findings {
				all = append(all, finding{l.Name(), d.Part, f.Level.String(), f.Subject, f.Message, f.Mend})
				if f.Level == indexer.Failure {
					failures++
				}
			}
		}
		if !asJSON {
			if err := p.tellDiagnoses(l.Name(), diagnoses); err != nil {
				return err
			}
		}
	}
	if asJSON {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(all); err != nil {
			return err
		}
	}
	if failures > 0 {
		return &semdex.Error{Code: semdex.Upstream, Message: fmt.Sprintf("%d findings keep semdex from working as configured", failures), Hint: "each is told above with its mend"}
	}
	return nil
}

func (p *program) tellDiagnoses(name string, diagnoses []library.Diagnosis) error {
	var b strings.Builder
	for _, d := range diagnoses {
		if len(d.Findings) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s: %s\n", name, d.Part)
		for _, f := range d.Findings {
			fmt.Fprintf(&b, "  %-8s %s: %s\n", f.Level, f.Subject, f.Message)
			if f.Mend != "" {
				fmt.Fprintf(&b, "  %-8s do: %s\n", "", f.Mend)
			}
		}
	}
	_, err := p.stdout.Write([]byte(b.String()))
	return err
}
