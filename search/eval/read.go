package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"semdex"
)

// Query is a query to measure, judged or not.
type Query struct {
	ID    string `json:"qid"`
	Text  string `json:"text"`
	Lang  string `json:"lang,omitempty"`  // language tag; "" where it is not known
	Asked int64  `json:"asked,omitempty"` // how often, where a log tells
}

// Qrels are judgements: query id, then asset id, to grade. A grade above 0 is relevant, a higher one more so.
type Qrels map[string]map[string]int

// maxLine bounds a line of queries or judgements, in bytes.
const maxLine = 1 << 20

// ReadQueries reads one query a line, {"qid","text","lang","asked"}; the last two may be left out. file is its name, for errors.
func ReadQueries(r io.Reader, file string) ([]Query, error) {
	var queries []Query
	lines := map[string]int{}
	err := eachLine(r, file, func(number int, line []byte) error {
		var q Query
		if err := json.Unmarshal(line, &q); err != nil {
			return fmt.Errorf("not a query: %w", err)
		}
		switch first, again := lines[q.ID]; {
		case q.ID == "":
			return errors.New("qid is missing")
		case strings.TrimSpace(q.Text) == "":
			return fmt.Errorf("query %s has no text", q.ID)
		case again:
			return fmt.Errorf("query %s stands on line %d already", q.ID, first)
		}
		q.Lang = semdex.LanguageTag(q.Lang)
		lines[q.ID] = number
		queries = append(queries, q)
		return nil
	})
	if err == nil && len(queries) == 0 {
		err = invalid(file, 0, errors.New("there is no query in it"))
	}
	return queries, err
}

// ReadQrels reads one judgement a line: query id, 0, asset id and grade, parted by tabs (or by spaces, where
// the ids have none). Asset ids may leave leading parts out: resolve gives the full id, and false for an id
// that fits no asset or several, which is kept as it stands and is not found by any search. resolve may be
// nil. file is the name of what is read, for errors.
func ReadQrels(r io.Reader, file string, resolve func(id string) (string, bool)) (Qrels, error) {
	qrels := Qrels{}
	lines := map[[2]string]int{}
	err := eachLine(r, file, func(number int, line []byte) error {
		query, id, grade, err := readJudgement(string(line))
		if err != nil {
			return err
		}
		if resolve != nil {
			if full, ok := resolve(id); ok {
				id = full
			}
		}
		key := [2]string{query, id}
		if first, again := lines[key]; again {
			return fmt.Errorf("%s is judged for query %s on line %d already", id, query, first)
		}
		lines[key] = number
		if qrels[query] == nil {
			qrels[query] = map[string]int{}
		}
		qrels[query][id] = grade
		return nil
	})
	return qrels, err
}

func readJudgement(line string) (query, id string, grade int, err error) {
	fields := strings.Split(line, "\t")
	if len(fields) == 1 {
		fields = strings.Fields(line)
	}
	if len(fields) != 4 {
		return "", "", 0, fmt.Errorf("%d columns, want 4: query id, 0, asset id, grade", len(fields))
	}
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	grade, err = strconv.Atoi(fields[3])
	switch {
	case fields[0] == "" || fields[2] == "":
		return "", "", 0, errors.New("an id is missing")
	case err != nil:
		return "", "", 0, fmt.Errorf("grade %q is no whole number", fields[3])
	}
	return fields[0], fields[2], grade, nil
}

// eachLine calls yield with every line that is not blank, and tells where an error stands.
func eachLine(r io.Reader, file string, yield func(number int, line []byte) error) error {
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxLine)
	number := 0
	for in.Scan() {
		number++
		line := bytes.TrimRight(in.Bytes(), "\r")
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := yield(number, line); err != nil {
			return invalid(file, number, err)
		}
	}
	if err := in.Err(); err != nil {
		return invalid(file, number+1, err)
	}
	return nil
}

func invalid(file string, line int, err error) error {
	where := file
	if line > 0 {
		where = fmt.Sprintf("%s, line %d", file, line)
	}
	return &semdex.Error{Code: semdex.Invalid, Message: where + ": " + err.Error(),
		Hint: `queries are lines of {"qid":"q1","text":"...","lang":"en"}, judgements of: q1 TAB 0 TAB asset id TAB grade`}
}
