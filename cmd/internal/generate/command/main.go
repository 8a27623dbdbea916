// Command generate writes a generated library: assets.jsonl, events.jsonl and taxonomy.ttl, with a semdex.yaml to serve
// them by.
package main

import (
	"flag"
	"fmt"
	"os"

	"semdex/cmd/internal/generate"
)

func main() {
	o := generate.Default()
	flag.Uint64Var(&o.Seed, "seed", o.Seed, "the same seed gives the same library")
	flag.IntVar(&o.Assets, "assets", o.Assets, "how many assets")
	flag.IntVar(&o.Concepts, "concepts", o.Concepts, "how many concepts")
	dir := flag.String("o", "bin/generated", "folder to write to")
	flag.Parse()
	if err := generate.New(o).WriteFiles(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
	fmt.Printf("%d assets and %d concepts in %s\n", o.Assets, o.Concepts, *dir)
}
