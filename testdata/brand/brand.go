// Package brand is the demo library of Semdex: a fictional outdoor company, its pictures (as metadata only), its
// vocabulary in English and German, judged queries, and nine months of simulated usage. The README beside it tells
// what is hidden in the data and why.
//
// Nothing here is read at run time but Files, which `semdex demo` serves and tests index.
package brand

import "embed"

// Files holds the library as `semdex.yaml` names it: assets.jsonl, events.jsonl, taxonomy.ttl, queries.jsonl, qrels.tsv.
//
//go:embed semdex.yaml taxonomy.ttl assets.jsonl events.jsonl queries.jsonl qrels.tsv
var Files embed.FS
