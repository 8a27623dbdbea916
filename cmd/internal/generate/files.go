package generate

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Names of the files of a library.
const (
	AssetsFile     = "assets.jsonl"
	EventsFile     = "events.jsonl"
	VocabularyFile = "taxonomy.ttl"
	ConfigFile     = "semdex.yaml"
)

// config serves the files of a library under the name generated.
const config = `data: ./data
listen: 127.0.0.1:0
libraries:
  generated:
    languages: [en, de]
    sources:
      - {type: files, assets: ./` + AssetsFile + `, events: ./` + EventsFile + `}
    vocabularies:
      - {type: file, path: ./` + VocabularyFile + `}
    dimensions:
      topic: {scheme: ` + Topics + `}
      product: {field: Product line, scheme: ` + Products + `}
      region: {field: Region}
      campaign: {field: Campaign}
`

// Events is how many events WriteFiles writes where there is no Use.
const Events = 20_000

// WriteFiles writes the library with a configuration into a folder.
func (l *Library) WriteFiles(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return errors.Join(
		writeFile(filepath.Join(dir, AssetsFile), l.WriteAssets),
		writeFile(filepath.Join(dir, EventsFile), l.writeUse),
		writeFile(filepath.Join(dir, VocabularyFile), l.Vocabulary.Write),
		writeFile(filepath.Join(dir, ConfigFile), func(w io.Writer) error { _, err := io.WriteString(w, config); return err }),
	)
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(f)
	if err := errors.Join(write(out), out.Flush(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
