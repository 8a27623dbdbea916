package poolparty

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"semdex"
	"semdex/indexer"
	"semdex/internal/remote"
)

// syntax is one of the two that are asked for: both have a statement a line.
type syntax struct{ name, ending string }

var (
	nquads   = syntax{"N-Quads", "nq"}
	ntriples = syntax{"N-Triples", "nt"}
)

// export asks for all modules at once, else, where the server does not like that, for one after the other.
func (s *Source) export(ctx context.Context, p project) ([]indexer.Document, error) {
	if s.config.Format != formatNT {
		d, err := s.exportModules(ctx, p, nquads, s.config.Modules)
		if err == nil {
			documents := []indexer.Document{d}
			return documents, s.checkConcepts(p, documents)
		}
		if s.config.Format == formatNQ || !remote.Is(err, remote.Refused) {
			return nil, err
		}
	}
	var documents []indexer.Document
	for _, module := range s.config.Modules {
		d, err := s.exportModules(ctx, p, ntriples, []string{module})
		switch {
		case err == nil && len(bytes.TrimSpace(d.Body)) > 0:
			documents = append(documents, d)
		case err != nil && (module == moduleConcepts || !notOffered(err)):
			return nil, err
		}
	}
	return documents, s.checkConcepts(p, documents)
}

// notOffered reports whether a server does not have a module: then nothing can be in it.
func notOffered(err error) bool {
	return remote.Is(err, remote.Refused) || remote.Is(err, remote.Missing)
}

// exportModules makes one call. Servers differ in the name of the parameter that lists the modules.
func (s *Source) exportModules(ctx context.Context, p project, format syntax, modules []string) (indexer.Document, error) {
	r := s.request("/PoolParty/api/projects/"+url.PathEscape(p.ID)+"/export",
		url.Values{"format": {format.name}, "modules": modules, "exportModules": modules})
	r.Timeout, r.MaxBody, r.Whole = s.config.ExportTimeout, s.config.MaxExport, whole
	response, err := s.read(ctx, r, checkLines)
	if err != nil {
		return indexer.Document{}, explainExport(err, p, modules, format)
	}
	name := fmt.Sprintf("%s (%s)", p, strings.Join(modules, ", "))
	return indexer.Document{Name: name, Format: format.ending, Body: response.Body}, nil
}

// explainExport says what is wrong with an export where that is not said yet.
func explainExport(err error, p project, modules []string, format syntax) error {
	fault := remote.FaultOf(err)
	if fault == nil {
		return err
	}
	e := &semdex.Error{Code: semdex.Upstream, Err: fault}
	switch fault.Kind {
	case remote.Forbidden:
		e.Message = fmt.Sprintf("the PoolParty account may not export the project %q", p)
		e.Hint = "ask the administrator of PoolParty for the right to export it by the API"
	case remote.Cut:
		e.Message = fmt.Sprintf("the export of the PoolParty project %q was cut off midway", p)
		e.Hint = "try again; if it stays so, look at the timeouts and limits of proxies in between"
	case remote.TooLarge:
		e.Message = fmt.Sprintf("the export of the PoolParty project %q is too large", p)
		e.Hint = "if the project is meant to be that large, set max_export higher; this machine needs memory for it"
	case remote.Refused:
		e.Message = fmt.Sprintf("PoolParty refuses to export %s of the project %q as %s", strings.Join(modules, ", "), p, format.name)
		e.Hint = "check modules and format in the configuration; older servers know fewer modules"
	case remote.Unreadable:
		e.Message = fmt.Sprintf("the export of the PoolParty project %q is no %s", p, format.name)
		e.Hint = "the address may belong to a login page or a proxy; check url in the configuration"
	default:
		return err
	}
	return e
}

// statement is a whole statement in N-Triples or N-Quads, on a line of its own.
var statement = regexp.MustCompile(`^\s*(?:<[^<>"]*>|_:\S+)\s*<[^<>"]*>\s*(?:<[^<>"]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^<>"]*>)?)\s*(?:<[^<>"]*>|_:\S+)?\s*\.\s*(?:#.*)?$`)

// whole says whether a body of RDF lines ends within one. What does not begin as such a body passes: it is no RDF.
func whole(body []byte) error {
	if checkLines(body) != nil {
		return nil
	}
	body = bytes.TrimSpace(body)
	last := body[bytes.LastIndexByte(body, '\n')+1:]
	if len(last) == 0 || last[0] == '#' || statement.Match(last) {
		return nil
	}
	return errors.New("it ends within a statement")
}

// beginning is that of a statement, or a comment; no tag of XML or HTML looks like it.
var beginning = regexp.MustCompile(`^(?:<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]*>|_:|#)`)

// checkLines says whether a body is a list of statements, as its beginning tells.
func checkLines(body []byte) error {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
	if len(body) == 0 || beginning.Match(body) {
		return nil
	}
	return errors.New("it does not begin with a statement")
}

var (
	typedConcept = regexp.MustCompile(`^\s*(<[^>]*>|_:\S+)\s*<http://www\.w3\.org/1999/02/22-rdf-syntax-ns#type>\s*<http://www\.w3\.org/2004/02/skos/core#Concept>`)
	deprecated   = regexp.MustCompile(`^\s*(<[^>]*>|_:\S+)\s*<http://www\.w3\.org/2002/07/owl#deprecated>\s*"(?:true|1)"`)
)

// checkConcepts refuses an export without any concept in use, as an account without rights may get it.
func (s *Source) checkConcepts(p project, documents []indexer.Document) error {
	if !slices.Contains(s.config.Modules, moduleConcepts) || countConcepts(documents) > 0 {
		return nil
	}
	return &semdex.Error{Code: semdex.Upstream, Message: fmt.Sprintf("the export of the PoolParty project %q holds no concept", p),
		Hint: "the account may lack rights to the project: look at its user groups; what was exported before, if anything, is still in use"}
}

// countConcepts counts the resources that are called skos:Concept, without deprecated ones.
func countConcepts(documents []indexer.Document) int {
	concepts := map[string]bool{}
	for _, want := range []struct {
		pattern *regexp.Regexp
		word    string
		add     bool
	}{{typedConcept, "core#Concept>", true}, {deprecated, "owl#deprecated>", false}} {
		for line := range lines(documents) {
			if !bytes.Contains(line, []byte(want.word)) {
				continue
			}
			if m := want.pattern.FindSubmatch(line); m != nil {
				concepts[string(m[1])] = want.add
			}
		}
	}
	n := 0
	for _, inUse := range concepts {
		if inUse {
			n++
		}
	}
	return n
}

// lines walks the statements of all documents, without blank lines, comments and line ends.
func lines(documents []indexer.Document) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for _, d := range documents {
			for line := range bytes.Lines(d.Body) {
				if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' && !yield(line) {
					return
				}
			}
		}
	}
}

// digestStatements is the same for the same set of statements, in any order.
func digestStatements(documents []indexer.Document) string {
	var sums [][sha256.Size]byte
	for line := range lines(documents) {
		sums = append(sums, sha256.Sum256(line))
	}
	slices.SortFunc(sums, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	all := sha256.New()
	for _, sum := range slices.Compact(sums) {
		all.Write(sum[:])
	}
	return hex.EncodeToString(all.Sum(nil))
}
