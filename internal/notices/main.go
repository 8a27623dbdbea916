// Command notices writes THIRD_PARTY_NOTICES.txt: every module that is built into semdex, with its version
// and the text of its licence.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

// module is a part of the build.
type module struct{ Path, Version, Dir string }

func run(out io.Writer) error {
	modules, err := built()
	if err != nil {
		return err
	}
	texts := map[string][]string{} // licence text -> modules under it
	var order []string
	for _, m := range modules {
		text, err := licence(m)
		if err != nil {
			return err
		}
		if texts[text] == nil {
			order = append(order, text)
		}
		texts[text] = append(texts[text], m.Path+" "+m.Version)
	}
	fmt.Fprintf(out, "Semdex is built with the modules below. Each stands above the licence it comes under.\nDuckDB itself is part of duckdb-go-bindings.\n")
	for _, text := range order {
		fmt.Fprintf(out, "\n%s\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(texts[text], "\n"), strings.Repeat("-", 80), text)
	}
	return nil
}

// built gives the modules of the packages that the program is built from, sorted.
func built() ([]module, error) {
	list := exec.Command("go", "list", "-deps", "-json=Module", "./cmd/semdex")
	list.Stderr = os.Stderr
	body, err := list.Output()
	if err != nil {
		return nil, err
	}
	seen := map[string]module{}
	for in := json.NewDecoder(bytes.NewReader(body)); ; {
		var p struct{ Module *module }
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if p.Module != nil && p.Module.Path != "semdex" {
			seen[p.Module.Path] = *p.Module
		}
	}
	var modules []module
	for _, m := range seen {
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

// licence reads the licence files at the top of a module.
func licence(m module) (string, error) {
	var texts []string
	for _, pattern := range []string{"LICEN[CS]E*", "COPYING*", "NOTICE*", "[Ll]icense*"} {
		paths, err := filepath.Glob(filepath.Join(m.Dir, pattern))
		if err != nil {
			return "", err
		}
		for _, path := range paths {
			body, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			if text := strings.TrimSpace(strings.ReplaceAll(string(body), "\r\n", "\n")); !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	if len(texts) == 0 {
		return "", fmt.Errorf("%s has no licence file", m.Path)
	}
	return strings.Join(texts, "\n\n"), nil
}
