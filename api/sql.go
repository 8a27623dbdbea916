package api

import (
	"net/http"
	"strconv"

	"semdex/analytics"
)

var sqlRoutes = []route{
	{method: http.MethodGet, path: "/v1/sql", id: "sqlTables", group: "Usage", scope: ScopeAdmin, summary: "Which tables own questions see",
		serve: (*call).sqlTables, answers: ok("The tables.", SQLTables{})},
	{method: http.MethodPost, path: "/v1/sql", id: "sql", group: "Usage", scope: ScopeAdmin, summary: "Ask a question of your own",
		about: "One question in DuckDB's SQL over the tables of events, assets, their values, and concepts: SELECT, WITH, VALUES, DESCRIBE, SHOW TABLES, SUMMARIZE or EXPLAIN. " +
			"It reads copies of the tables and can touch nothing else: no files, no settings, no writing. It may take 30 s and 512 MiB; one is answered at a time.",
		params: []param{formatParam},
		body: []param{{name: "sql", kind: str, max: maxSQL, required: true, about: "The question."},
			{name: "limit", kind: integer, min: 1, max: analytics.MaxAnswerRows, value: analytics.MaxAnswerRows, about: "Rows to give at most; truncated says that there are more."}},
		serve: (*call).sql, answers: []answer{{status: http.StatusOK, about: "The answer.", headers: []string{"Content-Disposition", "X-Truncated"},
			media: []media{{typeJSON, SQLAnswer{}}, {typeCSV, nil}, {typeNDJSON, nil}, {typeXLSX, nil}, {typeParquet, nil}}}}},
}

// maxSQL bounds a question, in bytes.
const maxSQL = 64 << 10

// SQLTables are the tables that own questions see.
type SQLTables struct {
	Tables []analytics.Shown `json:"tables"`
}

// SQLAnswer is the JSON of an answer, as analytics.Answer writes it; here for the document alone.
type SQLAnswer struct {
	Columns   []SQLColumn      `json:"columns"`
	Truncated bool             `json:"truncated" doc:"there are more rows"`
	Rows      []map[string]any `json:"rows" doc:"column to string, number, boolean or null"`
}

// SQLColumn is a column of an answer.
type SQLColumn struct {
	Name string         `json:"name"`
	Kind analytics.Kind `json:"kind" enum:"text,count,number,day,time,flag"`
}

func (c *call) sqlTables() error {
	return c.json(http.StatusOK, SQLTables{analytics.ShownTables})
}

func (c *call) sql() error {
	answer, err := c.lib.Ask(c.ctx(), analytics.Question{SQL: c.args.text("sql"), Limit: c.args.integer("limit", 0)})
	if err != nil {
		return err
	}
	c.gin.Writer.Header().Set("X-Truncated", strconv.FormatBool(answer.Truncated))
	return c.table("sql", answer)
}
