package neardup

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

func asset(id, title, md5 string, tags ...string) *semdex.Asset {
	return &semdex.Asset{ID: semdex.AssetID(id), Type: "image", Title: semdex.Text{"en": title}, MD5: md5, Tags: tags, Approval: semdex.Approved}
}

// shown writes clusters as "survivor: id kind, ...".
func shown(clusters []Cluster) []string {
	var out []string
	for _, c := range clusters {
		line := string(c.Survivor) + ":"
		for _, m := range c.Assets[1:] {
			line += fmt.Sprintf(" %s %s", m.ID, m.Kind)
		}
		out = append(out, line)
	}
	return out
}

func TestGroup(t *testing.T) {
	large, pending := asset("b", "Hut", "1", "x", "y"), asset("a", "Hut", "1", "x", "y")
	large.Width, large.Height = 4000, 3000
	bigPending := asset("c", "Hut", "1", "x", "y")
	bigPending.Width, bigPending.Height, bigPending.Approval = 8000, 6000, semdex.Pending
	newer := asset("d", "Hut", "", "x", "y")
	newer.Modified = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		assets []*semdex.Asset
		want   []string
	}{
		{"nothing in common", []*semdex.Asset{asset("a", "Hut", "1", "x"), asset("b", "Lake", "2", "x")}, nil},
		{"the same bytes, whatever the case of the hash", []*semdex.Asset{asset("a", "Hut", "AB"), asset("b", "Lake", "ab")}, []string{"a: b identical"}},
		{"no hash is no hash in common", []*semdex.Asset{asset("a", "Hut", ""), asset("b", "Lake", "")}, nil},
		{"equal descriptions", []*semdex.Asset{asset("a", "The Hut", "1", "x", "y"), asset("b", "the hut!", "2", "Y", "X")}, []string{"a: b similar"}},
		{"a title and a tag are too little", []*semdex.Asset{asset("a", "Hut", "1", "x"), asset("b", "Hut", "2", "x")}, nil},
		{"no title, no comparison", []*semdex.Asset{asset("a", "", "1", "x", "y", "z"), asset("b", "", "2", "x", "y", "z")}, nil},
		{"the larger picture survives", []*semdex.Asset{pending, large}, []string{"b: a identical"}},
		{"but an approved one before a larger one", []*semdex.Asset{large, bigPending}, []string{"b: c identical"}},
		{"of equal ones the newer", []*semdex.Asset{asset("a", "Hut", "", "x", "y"), newer}, []string{"d: a similar"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var prints []Print
			for _, a := range tt.assets {
				prints = append(prints, NewPrint(a, nil))
			}
			if diff := cmp.Diff(tt.want, shown(Group(prints))); diff != "" {
				t.Errorf("clusters (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConceptsTellAssetsApart(t *testing.T) {
	a, b := asset("a", "Hut", "1", "x", "y"), asset("b", "Hut", "2", "x", "y")
	prints := []Print{NewPrint(a, []semdex.ConceptID{"urn:one"}), NewPrint(b, []semdex.ConceptID{"urn:other"})}
	if got := Group(prints); len(got) != 0 {
		t.Errorf("got %v, want no cluster", shown(got))
	}
}

func TestFieldsTellAssetsApart(t *testing.T) {
	a, b := asset("a", "Hut", "1", "x", "y"), asset("b", "Hut", "2", "x", "y")
	a.Fields, b.Fields = map[string][]string{"Accession": {"T01"}}, map[string][]string{"Accession": {"T02"}}
	if got := Group([]Print{NewPrint(a, nil), NewPrint(b, nil)}); len(got) != 0 {
		t.Errorf("got %v, want no cluster", shown(got))
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	var prints []Print
	for i := range 60 {
		prints = append(prints, NewPrint(asset(fmt.Sprintf("a%02d", i), fmt.Sprint("title ", i%7), fmt.Sprint(i%11), "x", "y"), nil))
	}
	want := Group(prints)
	if len(want) == 0 {
		t.Fatal("no cluster to compare")
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		random.Shuffle(len(prints), func(i, j int) { prints[i], prints[j] = prints[j], prints[i] })
		if diff := cmp.Diff(want, Group(prints)); diff != "" {
			t.Fatalf("clusters of another order (-want +got):\n%s", diff)
		}
	}
}
