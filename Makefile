# Semdex: make demo shows it, make test tests it. The other targets are for those who work on it.

SHELL      := /bin/bash
GO         ?= go
SHIPPED    := env -u SEMDEX_REAL_DATA $(GO)
BIN        := bin/semdex
SOURCES    := $(shell find . -name '*.go' -not -path './bin/*') go.mod go.sum
FUZZTIME   ?= 60s
FUZZ       := .:FuzzReadRecord .:FuzzReadEvent .:FuzzAppendEvent graph/rdf:FuzzTurtle graph/rdf:FuzzNTriples graph/rdf:FuzzRDFXML graph/rdf:FuzzDecodeTriples \
              search:FuzzReadQuery search:FuzzPlan search:FuzzMark search:FuzzHighlights search:FuzzRange search:FuzzComplete search:FuzzCursor indexer/files:FuzzAssetLine internal/text:FuzzTokens \
              indexer/canto:FuzzRecord indexer/canto:FuzzPage indexer/canto:FuzzToken \
              indexer/poolparty:FuzzProjects indexer/poolparty:FuzzEvents indexer/poolparty:FuzzExport indexer/poolparty:FuzzCursor \
              indexer/poolparty:FuzzErrorBody cmd/internal/config:FuzzParse \
              api:FuzzReadTags api:FuzzParseOrigin api:FuzzParseRate internal/table:FuzzTable internal/plot:FuzzSVG cmd/internal/library:FuzzResultCursor internal/remote:FuzzGuard \
              analytics/intake:FuzzObjects analytics/intake:FuzzFlatten analytics/intake:FuzzRows analytics/intake:FuzzNumber analytics/intake:FuzzTime

.PHONY: demo build check test race real fuzz bench bench-search bench-analytics kill tools clean

demo: tools $(BIN) ## build, and show the brand library on this machine
	$(BIN) demo $(DEMO)

build: tools $(BIN)

$(BIN): $(SOURCES) $(wildcard testdata/brand/*)
	$(GO) build -o $@ ./cmd/semdex

tools:
	@command -v $(GO) >/dev/null || { echo "Go is missing: install Go 1.26 or later from https://go.dev/dl, or by your system's packages"; exit 1; }
	@command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || { echo "A C++ compiler is missing, which DuckDB needs: apt-get install g++ (Debian, Ubuntu), xcode-select --install (macOS)"; exit 1; }

check: tools ## formatting, vet, staticcheck, import directions, quick tests
	@unformatted=$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null || find . -name '*.go')); test -z "$$unformatted" || { echo "not formatted: $$unformatted"; exit 1; }
	$(GO) vet ./... ./testdata/brand ./testdata/brand/simulate
	$(GO) tool staticcheck ./... ./testdata/brand ./testdata/brand/simulate
	$(SHIPPED) test -short ./...

# Every test on shipped and generated data. The rooms without DuckDB run with the race detector, which is
# quick there; target race runs it on all of them. What does less with it runs again without. The last line counts.
RACED := . ./internal/... ./graph/... ./indexer/... ./search/... ./api/...
test: tools ## all tests on shipped and generated data
	@set -o pipefail; { $(SHIPPED) test -race -json $(RACED) && $(SHIPPED) test -json ./analytics/... ./cmd/... && $(SHIPPED) test -json -run 'TestWhyBringsIn$$' ./search; } | $(GO) run ./internal/testcount

race: tools ## the rest of the tests with the race detector
	$(GO) test -race ./analytics/... ./cmd/...

real: tools ## the runs on the public data sets in SEMDEX_REAL_DATA
	@test -n "$$SEMDEX_REAL_DATA" || { echo "SEMDEX_REAL_DATA is not set: the folder with the public data sets; the README tells where they come from"; exit 1; }
	@set -o pipefail; $(GO) test -count=1 -timeout 20m -v -run 'Real|W3C' ./graph/... ./search/... ./indexer/... ./cmd/semdex/ ./cmd/internal/generate/ 2>&1 | grep -v '^=== \|^    --- PASS\|^        --- PASS\|no tests to run'

fuzz: tools ## every parser for FUZZTIME, one after the other
	@set -e; for f in $(FUZZ); do echo "$$f for $(FUZZTIME)"; $(GO) test -run '^$$' -fuzz "^$${f#*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x ./$${f%:*}; done

bench: tools ## speed, as ratios to a baseline in the same run
	$(GO) test -run '^$$' -bench . -timeout 30m ./graph/rdf ./search ./search/local ./analytics

bench-search: $(BIN) ## searches a generated library of SEMDEX_BENCH_ASSETS, and prints each figure beside its target
	SEMDEX_BENCH_ASSETS=$(SEMDEX_BENCH_ASSETS) SEMDEX_BIN=$(BIN) $(GO) run ./cmd/internal/benchsearch

bench-analytics: $(BIN) ## takes in and reports on SEMDEX_BENCH_EVENTS events, and prints each figure beside its target; then search beside reports
	SEMDEX_BENCH_EVENTS=$(SEMDEX_BENCH_EVENTS) $(GO) run ./cmd/internal/benchanalytics
	SEMDEX_BENCH_ASSETS=200000 SEMDEX_BENCH_USE=$${SEMDEX_BENCH_EVENTS:-10000000} SEMDEX_BIN=$(BIN) $(GO) run ./cmd/internal/benchsearch

kill: tools ## syncs that are killed at 50 moments, and of Tate's works at 5; events taken in beside 200 kills
	SEMDEX_KILLS=$${SEMDEX_KILLS:-50} SEMDEX_INGEST_KILLS=$${SEMDEX_INGEST_KILLS:-200} $(GO) test -count=1 -timeout 30m -v -run 'Kill' ./cmd/semdex ./analytics

clean:
	rm -rf bin semdex-demo
