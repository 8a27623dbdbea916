package library

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"semdex"
	"semdex/graph"
	"semdex/indexer"
)

// Diagnosis is what a check of one part of a library came upon.
type Diagnosis struct {
	Part     string // "source canto", "vocabulary taxonomy.ttl", "what the vocabulary lacks"
	Findings []indexer.Finding
}

// Diagnose checks the sources and vocabularies, and what the library holds of them. It changes nothing.
func (l *Library) Diagnose(ctx context.Context) ([]Diagnosis, error) {
	var out []Diagnosis
	for _, s := range l.sources {
		out = append(out, Diagnosis{"source " + s.Name(), l.diagnoseSystem(ctx, s, s.Name())})
	}
	for _, s := range l.config.Sources {
		if len(s.Events) > 0 {
			out = append(out, Diagnosis{"events of " + s.Prefix, l.diagnoseEvents(s.Events)})
		}
	}
	for _, v := range l.vocabularies {
		out = append(out, Diagnosis{"vocabulary " + v.Name(), l.diagnoseSystem(ctx, v, v.Name())})
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out = append(out, Diagnosis{"what the vocabulary lacks", l.diagnoseConcepts()})
	links, err := l.diagnoseLinks()
	if err != nil {
		return nil, err
	}
	out = append(out, Diagnosis{"how assets and concepts go together", links}, Diagnosis{"schedule", l.diagnoseSchedule()})
	if len(l.config.Reports) > 0 {
		out = append(out, Diagnosis{"scheduled reports", l.diagnoseReports()})
	}
	saved, err := l.diagnoseSaved()
	if err == nil && len(saved) > 0 {
		out = append(out, Diagnosis{"saved searches", saved})
	}
	return out, err
}

// diagnoseSaved tells which saved searches are not followed, and of which the notifications fail.
func (l *Library) diagnoseSaved() ([]indexer.Finding, error) {
	all, err := l.allSaved()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	findings := []indexer.Finding{fine("saved searches", fmt.Sprintf("%d are followed", len(all)))}
	for _, s := range all {
		called := fmt.Sprintf("%s (%s)", cmp.Or(s.Name, "without a name"), s.ID)
		if s.Problem != "" {
			findings = append(findings, warn(called, "is not followed: "+s.Problem, "change it, or drop it: DELETE /v1/searches/"+s.ID))
		}
		if s.Notify != nil && s.Notify.Stopped {
			findings = append(findings, warn(called, "its notifications were given up: "+s.Notify.Error, "mend the receiver, then PUT /v1/searches/"+s.ID+" with notify begins again"))
		}
	}
	return findings, nil
}

// diagnoseReports tells when each scheduled report was delivered last, and what failed.
func (l *Library) diagnoseReports() (findings []indexer.Finding) {
	for _, c := range l.config.Reports {
		finding := warn(c.Name, "was never delivered", "run semdex serve, or semdex report --scheduled")
		for _, p := range l.reports.of(c).Periods {
			switch {
			case p.Pending != nil && p.Pending.Attempts > 0:
				finding = warn(c.Name, p.Period+" could not be delivered: "+p.Pending.Error, "mend what is told; it is tried again at the latest at the report's next time")
			case p.Revision > 0:
				finding = fine(c.Name, fmt.Sprintf("%s was delivered %s", p.Period, p.Delivered.Format("2006-01-02 15:04 MST")))
			}
		}
		findings = append(findings, finding)
	}
	return findings
}

// diagnoseSystem checks a source or vocabulary, and tells how its last run ended.
func (l *Library) diagnoseSystem(ctx context.Context, system any, name string) []indexer.Finding {
	var findings []indexer.Finding
	if c, ok := system.(indexer.Checker); ok {
		findings = c.Check(ctx)
	}
	run, ran := l.runs.of(name)
	switch {
	case !ran:
		findings = append(findings, warn("last run", "never brought in yet", "run semdex index"))
	case run.Error != "":
		findings = append(findings, warn("last run", "failed: "+run.Error, "mend what is told above, then run semdex index"))
	default:
		findings = append(findings, fine("last run", "went well, "+run.Synced.Format("2006-01-02 15:04 MST")))
	}
	if n := l.rejectedOf(name); n > 0 {
		findings = append(findings, warn("rejected records", fmt.Sprintf("%d records could not be read", n), "mend them at the source; "+l.RejectedFile()+" names each with its reason"))
	}
	return findings
}

func fine(subject, message string) indexer.Finding {
	return indexer.Finding{Level: indexer.Fine, Subject: subject, Message: message}
}

func warn(subject, message, mend string) indexer.Finding {
	return indexer.Finding{Level: indexer.Warning, Subject: subject, Message: message, Mend: mend}
}

func fail(subject, message, mend string) indexer.Finding {
	return indexer.Finding{Level: indexer.Failure, Subject: subject, Message: message, Mend: mend}
}

// Shares from which on a lack is worth a warning.
const (
	fewLabels   = 0.9 // concepts with a label in a language
	fewSynonyms = 0.2 // concepts with a synonym
	fewLinks    = 0.5 // tags that name a concept
)

// diagnoseConcepts tells what the vocabulary lacks.
func (l *Library) diagnoseConcepts() []indexer.Finding {
	g := l.graph.Load()
	if g.Len() == 0 {
		return []indexer.Finding{warn("concepts", "there is no vocabulary: search goes by words alone", "name one under vocabularies: and run semdex index")}
	}
	q := g.Quality(l.config.Languages)
	findings := []indexer.Finding{fine("concepts", fmt.Sprintf("%d concepts in %d schemes", q.Concepts, len(g.Schemes())))}
	for _, lang := range l.config.Languages {
		findings = append(findings, l.diagnoseLanguage(g, q, lang))
	}
	if n := len(q.NoSynonym); float64(q.Concepts-n) < fewSynonyms*float64(q.Concepts) {
		findings = append(findings, warn("synonyms", fmt.Sprintf("%d of %d concepts have no synonym", n, q.Concepts), "add altLabels: they are what people type; begin with the concepts that most assets bear"))
	}
	if n := len(q.Overlapping); n > 0 {
		findings = append(findings, warn("ambiguous labels", fmt.Sprintf("%d labels name several concepts of one scheme (%s): a tag of that text names none", n, l.examples(g, overlapping(q))),
			"tell the concepts apart by their labels, or tag with URIs"))
	}
	if n := len(q.Dangling); n > 0 {
		findings = append(findings, warn("deprecated concepts", fmt.Sprintf("%d deprecated concepts lead to no successor (%s)", n, l.examples(g, q.Dangling)), "say dcterms:isReplacedBy, or merge them into another concept"))
	}
	if n := len(q.Orphans); n > q.Concepts/2 {
		findings = append(findings, warn("hierarchy", fmt.Sprintf("%d of %d concepts are joined with no other: nothing is narrower to expand to", n, q.Concepts), "order them by broader and narrower"))
	}
	return append(append(findings, diagnoseProblems(g)...), l.diagnoseDimensions(g)...)
}

func overlapping(q graph.Quality) []int32 {
	var out []int32
	for _, o := range q.Overlapping {
		out = append(out, o.Concepts[0])
	}
	return out
}

func (l *Library) diagnoseLanguage(g *graph.Graph, q graph.Quality, lang string) indexer.Finding {
	missing := q.Unlabelled[lang]
	if n := len(missing); float64(q.Concepts-n) < fewLabels*float64(q.Concepts) {
		return warn("labels in "+lang, fmt.Sprintf("%d of %d concepts have no prefLabel in %s (%s)", n, q.Concepts, lang, l.examples(g, missing)),
			"add prefLabels in "+lang+", or take "+lang+" out of languages:")
	}
	return fine("labels in "+lang, fmt.Sprintf("%d of %d concepts", q.Concepts-len(missing), q.Concepts))
}

// examples names a few concepts.
func (l *Library) examples(g *graph.Graph, concepts []int32) string {
	var names []string
	for i, c := range concepts {
		if i == 3 {
			names = append(names, "...")
			break
		}
		names = append(names, g.PrefLabel(c, l.config.Languages...))
	}
	return strings.Join(names, ", ")
}

// diagnoseProblems tells what was wrong in the files, by the condition that it breaks.
func diagnoseProblems(g *graph.Graph) []indexer.Finding {
	first, count := map[string]graph.Problem{}, map[string]int{}
	for _, p := range g.Problems() {
		if count[p.Check]++; count[p.Check] == 1 {
			first[p.Check] = p
		}
	}
	var findings []indexer.Finding
	for _, p := range first {
		message := fmt.Sprintf("%d times, such as %s: %s", count[p.Check], p.Subject, p.Message)
		if rule := graph.IntegrityConditions[p.Check]; rule != "" {
			message = rule + ": broken " + message
		}
		findings = append(findings, warn("SKOS "+p.Check, message, "mend it in the vocabulary; semdex works with what it made of it"))
	}
	slices.SortFunc(findings, func(a, b indexer.Finding) int { return cmp.Compare(a.Subject, b.Subject) })
	return findings
}

// diagnoseDimensions compares the schemes that the configuration names with those there are.
func (l *Library) diagnoseDimensions(g *graph.Graph) []indexer.Finding {
	var findings []indexer.Finding
	for _, d := range l.config.Dimensions {
		if d.Scheme == "" || d.Scheme == "*" {
			continue
		}
		at := slices.IndexFunc(g.Schemes(), func(s graph.Scheme) bool { return string(s.ID) == d.Scheme })
		if at < 0 {
			findings = append(findings, fail("dimension "+d.Name, "the vocabulary has no scheme "+d.Scheme, "schemes are: "+schemeNames(g)))
			continue
		}
		if d.By == "notation" && !hasNotations(g, semdex.SchemeID(d.Scheme)) {
			findings = append(findings, warn("dimension "+d.Name, "by: notation, but no concept of "+d.Scheme+" has a notation", "add skos:notation in the vocabulary, or leave by: out"))
		}
	}
	return findings
}

func schemeNames(g *graph.Graph) string {
	var names []string
	for _, s := range g.Schemes() {
		names = append(names, string(s.ID))
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func hasNotations(g *graph.Graph, scheme semdex.SchemeID) bool {
	for c := range g.All() {
		if g.InScheme(c, scheme) && len(g.Notations(c)) > 0 {
			return true
		}
	}
	return false
}

// diagnoseLinks tells which tags name no concept, and which fields of dimensions no asset bears.
func (l *Library) diagnoseLinks() ([]indexer.Finding, error) {
	tags, fields, assets := map[string]int{}, map[string]bool{}, 0
	err := l.mirror.Each(func(a *semdex.Asset) error {
		assets++
		for _, tag := range append(slices.Clone(a.Tags), a.Keywords...) {
			tags[tag]++
		}
		for name := range a.Fields {
			fields[name] = true
		}
		return nil
	})
	if err != nil || assets == 0 {
		return []indexer.Finding{warn("assets", "there are none yet", "run semdex index")}, err
	}
	strays, err := l.strays()
	if err != nil {
		return nil, err
	}
	findings := []indexer.Finding{fine("assets", fmt.Sprintf("%d assets with %d different tags and keywords", assets, len(tags)))}
	for _, d := range l.config.Dimensions {
		if d.Field != "" && !fields[d.Field] {
			findings = append(findings, fail("dimension "+d.Name, "no asset has the custom field "+d.Field, "custom fields in use: "+inUse(fields)))
		}
	}
	for _, prefix := range strays {
		findings = append(findings, warn("assets of "+prefix, "they are still there, though no source has this prefix any more", "put the source back, or run semdex index --allow-deletes"))
	}
	return append(findings, l.diagnoseTags(tags)...), nil
}

func inUse(fields map[string]bool) string {
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) > 20 {
		names = append(names[:20], "...")
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func (l *Library) diagnoseTags(tags map[string]int) []indexer.Finding {
	if len(tags) == 0 || l.graph.Load().Len() == 0 {
		return nil
	}
	reader := l.search.Reader()
	defer reader.Release()
	var unknown []string
	for tag := range tags {
		if len(reader.ConceptsOf(&semdex.Asset{Tags: []string{tag}})) == 0 {
			unknown = append(unknown, tag)
		}
	}
	linked := len(tags) - len(unknown)
	message := fmt.Sprintf("%d of %d tags and keywords name a concept", linked, len(tags))
	if float64(linked) >= fewLinks*float64(len(tags)) {
		return []indexer.Finding{fine("tags", message)}
	}
	slices.SortFunc(unknown, func(a, b string) int { return cmp.Or(cmp.Compare(tags[b], tags[a]), cmp.Compare(a, b)) })
	return []indexer.Finding{warn("tags", message+"; most used of the others: "+strings.Join(unknown[:min(5, len(unknown))], ", "), "add them to the vocabulary as labels, or tag with labels that it has")}
}

// diagnoseSchedule tells whether anything brings changes in by itself, and whether what is kept is kept from others.
func (l *Library) diagnoseSchedule() []indexer.Finding {
	var findings []indexer.Finding
	idle := l.unscheduled()
	switch {
	case !l.Remote():
		findings = append(findings, fine("schedule", "files alone: run semdex index when they change"))
	case len(idle) > 0:
		findings = append(findings, warn("schedule", "nothing brings in by itself what changed in "+strings.Join(idle, ", "), `set schedule: "*/15 * * * *", or run semdex index --every 15m`))
	case l.config.Reconcile == "":
		findings = append(findings, warn("schedule", "nothing compares with all that the sources hold: a delete that they do not tell of stays", `set reconcile: "0 3 * * *"`))
	default:
		findings = append(findings, fine("schedule", cmp.Or(l.config.Schedule, "by source")+", compared whole "+l.config.Reconcile))
	}
	if info, err := os.Stat(l.dir); err == nil && info.Mode().Perm()&0o077 != 0 {
		findings = append(findings, warn("data directory", l.dir+" may be read by others on this machine: it holds access tokens", "chmod 700 "+l.dir))
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		findings = append(findings, fail("data directory", err.Error(), "make it readable and writable for this user"))
	}
	return findings
}
