package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"semdex/analytics"
)

// reportsHead stands before the definitions in docs/reports.md.
const reportsHead = `# Reports

This page is made from the definitions that the program itself counts by (` + "`analytics.Reports`" + `); ` + "`GET /v1/reports`" + ` gives the same.

What goes for all of them:

- **Window.** ` + "`--from` and `--to`" + ` are the first and the last day, in the library's time zone or that of ` + "`--tz`" + `; left out, they are open.
- **Basis.** Values of assets and concepts are today's, whatever they were when an event occurred.
- **Hierarchies.** A row of a topic or region includes what is narrower; ` + "`--direct`" + ` does not. An event counts once in each row whose values it has, so rows
  overlap; totals count everything once.
- **Filters.** ` + "`--filter DIMENSION=VALUE[,VALUE]`" + `, by name or URI, again for more dimensions.
- **Forms.** ` + "`--format`" + ` %s. ` + "`svg` and `html`" + ` are pictures: ` + "`--plot`" + ` %s, and ` + "`--measure`" + ` is the column that is drawn. A treemap
  counts values without what is narrower, so that its areas hold nothing twice because of the hierarchy; what has several values counts in each.

`

// TestReportsAreDocumented holds docs/reports.md to the definitions; with -update it is written.
func TestReportsAreDocumented(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "reports.md")
	want := documented()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/reports.md is not what the definitions say: go test ./cmd/semdex -run TestReportsAreDocumented -args -update")
	}
}

// TestExamplesOfReportsRun guards that the commands of docs/reports.md can be given.
func TestExamplesOfReportsRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := map[string]string{
		"semdex.yaml":  "libraries: {mine: {sources: [{type: files, assets: assets.jsonl, events: events.jsonl}]}}\n",
		"assets.jsonl": `{"id":"a","tags":["box"]}` + "\n",
		"events.jsonl": `{"event_id":"1","type":"asset.view","occurred_at":"2026-01-01T12:00:00Z","asset_id":"a"}` + "\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	commands := []string{"index"}
	for i := range analytics.Reports {
		commands = append(commands, examples(&analytics.Reports[i])...)
	}
	for _, command := range commands {
		var said bytes.Buffer
		p := &program{stdout: io.Discard, stderr: &said, dir: dir, args: strings.Fields(strings.TrimPrefix(command, "semdex ")), progress: func(string, int, int) {}}
		if code := p.run(context.Background()); code != 0 {
			t.Errorf("%s: exit code %d: %s", command, code, &said)
		}
	}
}

// documented is what docs/reports.md has to hold.
func documented() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, reportsHead, spelled(analytics.Formats), spelled(analytics.ChartKinds))
	out.WriteString("| report | what it answers |\n|---|---|\n")
	for _, def := range analytics.Reports {
		fmt.Fprintf(&out, "| [`%s`](#%s) | %s |\n", def.Name, def.Name, cellOf(def.About))
	}
	for i := range analytics.Reports {
		document(&out, &analytics.Reports[i])
	}
	return out.Bytes()
}

func document(out *bytes.Buffer, def *analytics.Definition) {
	fmt.Fprintf(out, "\n## %s\n\n**%s**: %s.\n\n", def.Name, def.Title, def.About)
	switch {
	case !def.Groups:
		out.WriteString("It has rows of its own, and takes neither dimensions nor an interval.\n\n")
	case len(def.By) > 0:
		fmt.Fprintf(out, "It groups by any dimensions and interval; by %s where none are asked for.\n\n", strings.Join(def.By, ", "))
	default:
		out.WriteString("It groups by any dimensions and interval.\n\n")
	}
	fmt.Fprintf(out, "%s\n\n| column | holds | unit | what it is |\n|---|---|---|---|\n", def.Formula)
	for _, f := range def.Columns {
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", f.Name, f.Kind, cellOf(f.Unit), cellOf(f.About))
	}
	fmt.Fprintf(out, "\n```sh\n%s\n```\n", strings.Join(examples(def), "\n"))
}

// examples are a table and a picture of the report.
func examples(def *analytics.Definition) []string {
	table := "semdex report " + def.Name
	picture := table
	if def.Groups {
		by := cmp.Or(strings.Join(def.By, ","), "topic")
		table += " --by " + by + " --interval month"
		picture += " --by " + by
	}
	return []string{table + " --from 2026-01-01 --to 2026-06-30", picture + " --format svg -o " + def.Name + ".svg"}
}

// cellOf is a text within a table.
func cellOf(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// spelled lists names: a, b or c.
func spelled(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = "`" + name + "`"
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// TestThePictureOfTheReadme holds docs/gaps.svg to what the brand library's events say; with -update it is written.
func TestThePictureOfTheReadme(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "testdata", "brand"))); err != nil {
		t.Fatal(err)
	}
	var picture, said bytes.Buffer
	for _, command := range []string{"index", "report gaps --to 2026-09-30 --format svg"} {
		picture.Reset()
		p := &program{stdout: &picture, stderr: &said, dir: dir, args: strings.Fields(command), progress: func(string, int, int) {}}
		if code := p.run(context.Background()); code != 0 {
			t.Fatalf("%s: exit code %d: %s", command, code, &said)
		}
	}
	path := filepath.Join("..", "..", "docs", "gaps.svg")
	if *update {
		if err := os.WriteFile(path, picture.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(was, picture.Bytes()) {
		t.Error("docs/gaps.svg is not what the report draws: go test ./cmd/semdex -run TestThePictureOfTheReadme -args -update")
	}
}
