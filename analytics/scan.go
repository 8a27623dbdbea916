package analytics

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"runtime"
	"slices"
	"strings"
)

// field is a column of numbers that a scan reads: SQL for a number from 0 to most.
type field struct {
	sql  string
	most int64
}

// wordBits are the bits of a BIGINT that hold fields.
const wordBits = 62

// packing lays fields out in as few BIGINTs as they need, for what a row costs is its columns.
type packing struct {
	words  []string // SQL of each BIGINT
	fields []packed
}

type packed struct {
	word, shift int
	mask        int64
}

// pack puts each field into the first word that has room. A field of more bits than a word has gets one of its own.
func pack(fields []field) packing {
	var p packing
	var free []int
	for _, f := range fields {
		size := max(1, bits.Len64(uint64(max(f.most, 0))))
		at := slices.IndexFunc(free, func(n int) bool { return n >= size })
		if at < 0 {
			at = len(free)
			free = append(free, max(wordBits, size))
			p.words = append(p.words, "")
		}
		shift := max(wordBits, size) - free[at]
		if p.words[at] == "" {
			p.words[at] = fmt.Sprintf("(%s)::BIGINT", f.sql)
		} else {
			p.words[at] += fmt.Sprintf(" | ((%s)::BIGINT << %d)", f.sql, shift)
		}
		free[at] -= size
		mask := int64(-1)
		if size <= wordBits {
			mask = 1<<size - 1
		}
		p.fields = append(p.fields, packed{at, shift, mask})
	}
	return p
}

// scanBlock is how many rows a scan gives at once.
const scanBlock = 8192

// scan reads fields of the rows that a query's FROM and WHERE name, block by block: block[i] are the numbers of field i, the
// yield's only until it returns. Rows come in any order.
func scan(ctx context.Context, conn *sql.Conn, fields []field, from string, yield func(block [][]int64) error) error {
	p := pack(fields)
	return conn.Raw(func(dc any) (err error) {
		rows, err := dc.(driver.QueryerContext).QueryContext(ctx, "SELECT "+strings.Join(p.words, ", ")+" FROM "+from, nil)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		words := make([]driver.Value, len(p.words))
		block := make([][]int64, len(fields))
		for i := range block {
			block[i] = make([]int64, scanBlock)
		}
		n := 0
		give := func() error {
			part := make([][]int64, len(block))
			for i := range block {
				part[i] = block[i][:n]
			}
			n = 0
			runtime.Gosched()
			return errors.Join(ctx.Err(), yield(part))
		}
		for {
			if err := rows.Next(words); errors.Is(err, io.EOF) {
				return give()
			} else if err != nil {
				return err
			}
			for i, f := range p.fields {
				word, _ := words[f.word].(int64) // a BIGINT, by its cast
				block[i][n] = word >> f.shift & f.mask
			}
			if n++; n == scanBlock {
				if err := give(); err != nil {
					return err
				}
			}
		}
	})
}
