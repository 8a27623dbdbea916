package eval

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteJSON writes the comparison as one indented JSON object, with every query.
func (c *Comparison) WriteJSON(w io.Writer) error { return writeJSON(w, c) }

// WriteText writes the comparison for a reader: the means side by side, then the queries that changed most, at most
// most of them in each list.
func (c *Comparison) WriteText(w io.Writer, most int) error {
	if c.Judged > 0 {
		if err := c.writeMeans(w); err != nil {
			return err
		}
		for _, list := range []struct {
			name  string
			pairs []Pair
		}{{"gains", c.Gains()}, {"losses", c.Losses()}} {
			if err := c.writeJudged(w, list.name, list.pairs, most); err != nil {
				return err
			}
		}
	}
	if c.Judged == len(c.Queries) {
		return nil
	}
	return c.writeUnjudged(w, most)
}

func newTable(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
}

func (c *Comparison) writeMeans(w io.Writer) error {
	t := newTable(w)
	writeNames(t, "")
	fmt.Fprintln(t)
	for i := range c.Sides {
		writeRow(t, oneLine(c.Sides[i].Name), &c.Sides[i].Mean, true)
		fmt.Fprintln(t)
	}
	writeNumbers(t, "%+.4f\t", "change", &c.Change, true)
	fmt.Fprintln(t)
	writeRow(t, "p", &c.PValue, true)
	fmt.Fprintln(t)
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "means of %d queries, to depth %d; p: how likely such a change is by chance (paired randomization test)\n"+
		"rankings: %d of %d queries alike, mean overlap %.4f\n", c.Judged, c.Depth, c.Same, len(c.Queries), c.Overlap)
	return err
}

// writeJudged writes a list of queries with judgements.
func (c *Comparison) writeJudged(w io.Writer, name string, pairs []Pair, most int) error {
	fmt.Fprintf(w, "\n%s: %d of %d queries%s\n", name, len(pairs), c.Judged, cut(len(pairs), most))
	if len(pairs) == 0 {
		return nil
	}
	t := newTable(w)
	fmt.Fprintf(t, "qid\tNDCG@10 %s\t%s\tchange\tAP %s\t%s\tchange\t  text\n", oneLine(c.Sides[0].Name), oneLine(c.Sides[1].Name), oneLine(c.Sides[0].Name), oneLine(c.Sides[1].Name))
	for _, p := range pairs[:min(most, len(pairs))] {
		a, b, change := p.Metrics[0], p.Metrics[1], p.Change()
		fmt.Fprintf(t, "%s\t%.4f\t%.4f\t%+.4f\t%.4f\t%.4f\t%+.4f\t  %s\n", p.ID, a.NDCG10, b.NDCG10, change.NDCG10, a.AP, b.AP, change.AP, oneLine(p.Text))
	}
	return t.Flush()
}

func cut(n, most int) string {
	if n <= most {
		return ""
	}
	return fmt.Sprintf(", the first %d", most)
}

// writeUnjudged writes what changed for queries without judgements.
func (c *Comparison) writeUnjudged(w io.Writer, most int) error {
	if c.Judged > 0 {
		fmt.Fprintln(w)
	} else {
		fmt.Fprintf(w, "rankings to depth %d: %d of %d queries alike, mean overlap %.4f\n", c.Depth, c.Same, len(c.Queries), c.Overlap)
	}
	changed := c.Unjudged()
	fmt.Fprintf(w, "other rankings: %d of %d queries that have nothing judged relevant%s\n", len(changed), len(c.Queries)-c.Judged, cut(len(changed), most))
	if len(changed) == 0 {
		return nil
	}
	changed = changed[:min(most, len(changed))]
	t := newTable(w)
	fmt.Fprintf(t, "qid\toverlap\thits %s\t%s\tgained\tlost\tasked\t  text\n", oneLine(c.Sides[0].Name), oneLine(c.Sides[1].Name))
	for _, p := range changed {
		fmt.Fprintf(t, "%s\t%.4f\t%d\t%d\t%d\t%d\t%s\t  %s\n", p.ID, p.Overlap, p.Hits[0], p.Hits[1], p.Gained.Count, p.Lost.Count, asked(p.Asked), oneLine(p.Text))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, p := range changed {
		p.Gained.write(w, p.ID, "gained")
		p.Lost.write(w, p.ID, "lost")
	}
	return nil
}

func asked(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

// write lists the assets on a line, if there are any.
func (a *Assets) write(w io.Writer, query, what string) {
	if a.Count == 0 {
		return
	}
	more := ""
	if n := a.Count - len(a.First); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	fmt.Fprintf(w, "%s %s: %s%s\n", query, what, strings.Join(a.First, " "), more)
}
