package library

import (
	"fmt"
	"os"
	"path/filepath"

	"semdex/cmd/internal/config"
	"semdex/indexer"
	"semdex/indexer/canto"
	"semdex/indexer/files"
	"semdex/indexer/poolparty"
)

// connect makes the sources and vocabularies that the configuration names. Nothing is called yet.
func (l *Library) connect() (err error) {
	if l.runs, err = openRuns(filepath.Join(l.dir, "sources.json")); err != nil {
		return err
	}
	if err = l.openRejected(); err != nil {
		return err
	}
	for _, s := range l.config.Sources {
		switch {
		case s.Type == "canto":
			c := s.Canto()
			c.Tokens = tokenFile(filepath.Join(l.dir, "tokens", s.Prefix+".json"))
			source, err := canto.New(c)
			if err != nil {
				return err
			}
			l.sources = append(l.sources, source)
		case s.HasAssets():
			l.sources = append(l.sources, &files.Source{Prefix: s.Prefix, Path: s.Assets})
		}
	}
	if l.vocabularies, err = connectVocabularies(l.config.Vocabularies); err != nil {
		return err
	}
	l.drafts, err = connectVocabularies(l.config.Draft)
	return err
}

// connectVocabularies names each vocabulary by its file or project; the name is what the mirror keeps it under.
func connectVocabularies(list []config.Vocabulary) (out []indexer.Vocabulary, err error) {
	names := map[string]bool{}
	for _, v := range list {
		base := "poolparty " + v.Project
		if v.Type == "file" {
			base = filepath.Base(v.Path)
		}
		name := base
		for n := 2; names[name]; n++ {
			name = fmt.Sprintf("%s (%d)", base, n)
		}
		names[name] = true
		if v.Type == "file" {
			out = append(out, &files.Vocabulary{Title: name, Path: v.Path})
			continue
		}
		c := v.PoolParty()
		c.Name = name
		source, err := poolparty.New(c)
		if err != nil {
			return nil, err
		}
		out = append(out, source)
	}
	return out, nil
}

// Remote reports whether anything of the library comes from another system.
func (l *Library) Remote() bool {
	for _, s := range l.config.Sources {
		if s.Type != "files" {
			return true
		}
	}
	for _, v := range l.config.Vocabularies {
		if v.Type != "file" {
			return true
		}
	}
	return false
}

// assert that what the roof joins fits.
var (
	_ indexer.Confirmer = (*canto.Source)(nil)
	_ indexer.Checker   = (*canto.Source)(nil)
	_ indexer.Checker   = (*poolparty.Source)(nil)
)

// tokenFile keeps a token in a file that nobody else may read.
type tokenFile string

// Load gives the token, nil where there is none.
func (f tokenFile) Load() ([]byte, error) {
	body, err := os.ReadFile(string(f))
	if os.IsNotExist(err) {
		return nil, nil
	}
	return body, err
}

// Save keeps a token.
func (f tokenFile) Save(token []byte) error {
	if err := os.MkdirAll(filepath.Dir(string(f)), 0o700); err != nil {
		return err
	}
	return replaceFile(string(f), token)
}
