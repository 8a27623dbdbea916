package analytics

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"semdex"
)

// permit decides by DuckDB's own reading of a question whether it may be asked, and gives the statement to run; plain says that it may be a
// view. It refuses with Invalid what is not one question, and what goes beyond the tables shown: files, settings, other catalogs, state. The process that
// answers is shut off from all that in any case; permit says so in words.
func permit(ctx context.Context, db *sql.DB, question string) (statement string, plain bool, err error) {
	explain, asked := cutExplain(question)
	var text string
	if err := db.QueryRowContext(ctx, "SELECT CAST(json_serialize_sql(?::VARCHAR, skip_null := true, skip_empty := true) AS VARCHAR)", asked).Scan(&text); err != nil {
		return "", false, err
	}
	var read struct {
		Error      bool              `json:"error"`
		Type       string            `json:"error_type"`
		Message    string            `json:"error_message"`
		Statements []json.RawMessage `json:"statements"`
	}
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		return "", false, refuse("ask in simpler words", "the question is nested too deep")
	}
	switch {
	case read.Error && read.Type == "not implemented":
		return "", false, refuse("write it as SELECT ... FROM ...; PIVOT can be written as count(*) FILTER (WHERE ...)",
			"only questions are taken: SELECT, WITH, VALUES, DESCRIBE, SHOW TABLES, SUMMARIZE and EXPLAIN; nothing that writes, sets or loads")
	case read.Error && (strings.Contains(read.Message, "memory exhausted") || strings.Contains(read.Message, "expression depth")):
		return "", false, refuse("ask in simpler words", "the question is nested too deep")
	case read.Error:
		return "", false, refuse("tables are "+shownNames(), "DuckDB does not understand the question: %s", firstLines(read.Message))
	case len(read.Statements) == 0:
		return "", false, refuse("such as SELECT event_type, sum(count) FROM events GROUP BY ALL", "there is no question")
	case len(read.Statements) > 1:
		return "", false, refuse("ask them one by one, without ; between", "there are %d statements, and one is taken at a time", len(read.Statements))
	}
	var tree any
	if err := json.Unmarshal(read.Statements[0], &tree); err != nil {
		return "", false, refuse("ask in simpler words", "the question is nested too deep")
	}
	p := &permission{own: map[string]bool{}}
	p.walk(tree, p.name)
	p.walk(tree, p.judge)
	if p.refused != nil {
		return "", false, p.refused
	}
	return explain + asked, explain == "" && !p.shows, nil
}

// explainForm is how an EXPLAIN begins, after comments.
var explainForm = regexp.MustCompile(`(?is)^((?:\s|--[^\n]*\n|/\*.*?\*/)*)explain(\s+analyze)?\s+`)

// cutExplain parts an EXPLAIN from the question that it explains.
func cutExplain(question string) (explain, asked string) {
	m := explainForm.FindStringSubmatchIndex(question)
	if m == nil {
		return "", question
	}
	explain = "EXPLAIN "
	if m[4] >= 0 {
		explain = "EXPLAIN ANALYZE "
	}
	return explain, question[m[1]:]
}

func refuse(hint, format string, args ...any) error {
	return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// permission walks through a question as DuckDB has read it.
type permission struct {
	own     map[string]bool // tables that the question itself names by WITH
	shows   bool            // SHOW, DESCRIBE or SUMMARIZE
	refused error
}

func (p *permission) walk(node any, visit func(map[string]any)) {
	switch n := node.(type) {
	case map[string]any:
		visit(n)
		for _, child := range n {
			p.walk(child, visit)
		}
	case []any:
		for _, child := range n {
			p.walk(child, visit)
		}
	}
}

// name learns the names that WITH gives.
func (p *permission) name(n map[string]any) {
	ctes, _ := n["cte_map"].(map[string]any)
	list, _ := ctes["map"].([]any)
	for _, entry := range list {
		e, _ := entry.(map[string]any)
		if key, ok := e["key"].(string); ok {
			p.own[strings.ToLower(key)] = true
		}
	}
	if name, ok := n["cte_name"].(string); ok {
		p.own[strings.ToLower(name)] = true
	}
}

// judge refuses a node that goes beyond the tables.
func (p *permission) judge(n map[string]any) {
	text := func(key string) string { s, _ := n[key].(string); return s }
	var err error
	switch {
	case text("type") == "BASE_TABLE":
		err = p.table(text("catalog_name"), text("schema_name"), text("table_name"))
	case text("type") == "TABLE_FUNCTION":
		f, _ := n["function"].(map[string]any)
		name, _ := f["function_name"].(string)
		if !slices.Contains(rowFunctions, strings.ToLower(name)) {
			err = refuse("ask over "+shownNames()+"; functions that give rows are "+strings.Join(rowFunctions, ", "),
				"%s(...) is not permitted as a table: own questions read no files, settings or catalogs", name)
		}
	case text("type") == "SHOW_REF":
		p.shows = true
		if special := text("table_name"); text("show_type") == "SHOW_FROM" || special != "" && special != `"tables"` {
			err = refuse("SHOW TABLES and DESCRIBE events tell what there is", "SHOW %s is not permitted", strings.Trim(special, `"`))
		}
	case text("class") == "PARAMETER":
		err = refuse("write the value itself", "the question has a parameter, and there is no value for it")
	case text("class") == "FUNCTION":
		if name := strings.ToLower(text("function_name")); forbiddenFunction(name) {
			err = refuse("leave it out; own questions see the tables "+shownNames()+" and nothing of the server", "%s(...) is not permitted: it reads files, settings or state", name)
		}
	}
	if p.refused == nil {
		p.refused = err
	}
}

func (p *permission) table(catalog, schema, name string) error {
	lower := strings.ToLower(name)
	if catalog != "" || schema != "" && !strings.EqualFold(schema, "main") {
		return refuse("tables are "+shownNames()+"; write their names alone", "%s is not among the tables of own questions", strings.Trim(catalog+"."+schema+"."+name, "."))
	}
	if p.own[lower] || shown(lower) != nil {
		return nil
	}
	return refuse("tables are "+shownNames(), "there is no table %q; files are not read", name)
}

// rowFunctions are the functions that may stand as tables.
var rowFunctions = []string{"range", "generate_series", "unnest", "json_each", "json_tree", "regexp_split_to_table", "string_split_to_table"}

// forbiddenFunctions reach out of the tables, or into state.
var forbiddenFunctions = []string{"getenv", "current_setting", "getvariable", "nextval", "currval", "setseed", "write_log", "query", "query_table", "current_query",
	"current_schema", "current_schemas", "current_database", "current_catalog", "in_search_path", "txid_current", "glob", "which_secret", "stats", "version", "current_connection_id"}

var forbiddenPrefixes = []string{"read_", "parquet_", "sniff_", "pragma_", "duckdb_", "pg_", "has_", "json_execute", "add_parquet", "enable_", "disable_", "set_", "force_"}

func forbiddenFunction(name string) bool {
	return slices.Contains(forbiddenFunctions, name) || slices.ContainsFunc(forbiddenPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}
