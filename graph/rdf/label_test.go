package rdf

import (
	"strings"
	"testing"
)

func TestLabelsOfBlankNodes(t *testing.T) {
	for _, label := range []string{"a..b", "a...b.c", "c..8-", "xHEX", "xHEX61", "xHEX..", "x.H"} {
		if strings.HasSuffix(label, ".") {
			label += "z"
		}
		doc := "_:" + label + " <urn:p> _:" + label + " ."
		for format, want := range map[Format]string{NTriples: label, NQuads: label, Turtle: labelled + label} {
			ts, err := Collect(t.Context(), strings.NewReader(doc), Options{Format: format})
			if err != nil || len(ts) != 1 || ts[0].Subject.Value != want || ts[0].Object.Value != want {
				t.Errorf("%s %s: got %v (error %v), want the label %s", format, doc, ts, err, want)
			}
		}
	}
}
