// Package neardup finds assets that are there twice.
//
// Group is pure: it takes what distinguishes each asset and gives clusters, the same for the same input in
// whatever order. Two assets are identical where their content hash is the same; they are similar where
// everything that describes them is equal though the files differ.
package neardup

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"semdex"
	"semdex/internal/text"
)

// Kind says in what way two assets are the same.
type Kind string

const (
	Identical Kind = "identical" // the same bytes
	Similar   Kind = "similar"   // the same description, other bytes
)

// Scores of the kinds, 0 to 1.
const (
	identicalScore = 1.0
	similarScore   = 0.8
	linkedScore    = 0.5 // each is the same as a third one
)

// Print is what Group compares of an asset.
type Print struct {
	ID          semdex.AssetID
	Content     string // content hash, lower case; "" where the source gave none
	Descriptors string // hash of everything that describes it; "" where that is too little to compare
	Approved    bool
	Pixels      int64
	Size        int64
	Modified    int64 // Unix seconds
}

// Member is an asset of a cluster, with its likeness to the survivor.
type Member struct {
	ID    semdex.AssetID `json:"id"`
	Score float64        `json:"score"`
	Kind  Kind           `json:"kind"`
}

// Cluster is a set of assets that are the same. Survivor is the one proposed to stay: approved before not,
// then the larger picture, the larger file, the newer one.
type Cluster struct {
	ID       string         `json:"id"`
	Survivor semdex.AssetID `json:"survivor"`
	Assets   []Member       `json:"assets"` // survivor first, then by id
}

// NewPrint takes what Group compares from an asset. concepts are the URIs of the concepts it is linked to.
func NewPrint(a *semdex.Asset, concepts []semdex.ConceptID) Print {
	return Print{
		ID: a.ID, Content: strings.ToLower(strings.TrimSpace(a.MD5)), Descriptors: descriptors(a, concepts),
		Approved: a.Approval == semdex.Approved, Pixels: a.Width * a.Height, Size: a.Size, Modified: a.Modified.Unix(),
	}
}

// minDescriptors is how many descriptors two assets must share, all of them, to count as similar: a title
// and a tag alone are no proof.
const minDescriptors = 3

// descriptors hashes what describes a: type, title, description, concepts, tags, keywords and custom fields,
// read as words. Codes that name one record (accession numbers, SKUs of a kind) keep assets apart.
func descriptors(a *semdex.Asset, concepts []semdex.ConceptID) string {
	title := textKeys(a.Title)
	if len(title) == 0 {
		return ""
	}
	parts := []string{"type " + a.Type}
	add := func(name string, values []string) {
		for _, v := range values {
			parts = append(parts, name+" "+v)
		}
	}
	add("title", title)
	add("description", textKeys(a.Description))
	for _, c := range concepts {
		parts = append(parts, "concept "+string(c))
	}
	add("tag", keys(a.Tags))
	add("keyword", keys(a.Keywords))
	for name, values := range a.Fields {
		add("field "+name, keys(values))
	}
	if len(parts)-1 < minDescriptors {
		return ""
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(parts), "\n")))
	return hex.EncodeToString(sum[:16])
}

func textKeys(t semdex.Text) []string {
	var values []string
	for _, lang := range t.Languages() {
		values = append(values, t[lang])
	}
	return keys(values)
}

func keys(values []string) []string {
	var out []string
	for _, v := range values {
		if k := text.Key(v); k != "" {
			out = append(out, k)
		}
	}
	return out
}

// Group puts the assets that are the same into clusters. An asset is in one cluster at most: identical files
// first, then equal descriptions among what is left of each group of identical files.
func Group(prints []Print) []Cluster {
	prints = slices.Clone(prints)
	slices.SortFunc(prints, func(a, b Print) int { return cmp.Compare(a.ID, b.ID) })
	set := newSets(len(prints))
	join := func(key func(Print) string) {
		first := map[string]int{}
		for i, p := range prints {
			k := key(p)
			if k == "" {
				continue
			}
			if j, again := first[k]; again {
				set.join(i, j)
			} else {
				first[k] = i
			}
		}
	}
	join(func(p Print) string { return p.Content })
	join(func(p Print) string { return p.Descriptors })
	members := map[int][]Print{}
	for i, p := range prints {
		members[set.find(i)] = append(members[set.find(i)], p)
	}
	var clusters []Cluster
	for _, m := range members {
		if len(m) > 1 {
			clusters = append(clusters, newCluster(m))
		}
	}
	slices.SortFunc(clusters, func(a, b Cluster) int { return cmp.Compare(a.ID, b.ID) })
	return clusters
}

func newCluster(members []Print) Cluster {
	slices.SortFunc(members, func(a, b Print) int { return cmp.Compare(a.ID, b.ID) })
	survivor := slices.MinFunc(members, betterSurvivor)
	c := Cluster{Survivor: survivor.ID, Assets: []Member{{ID: survivor.ID, Score: 1, Kind: Identical}}}
	hash := sha256.New()
	for _, p := range members {
		hash.Write([]byte(p.ID + "\n"))
		if p.ID != survivor.ID {
			kind, score := Compare(survivor, p)
			c.Assets = append(c.Assets, Member{ID: p.ID, Score: score, Kind: kind})
		}
	}
	c.ID = "dup_" + hex.EncodeToString(hash.Sum(nil)[:8])
	return c
}

func betterSurvivor(a, b Print) int {
	rank := func(approved bool) int {
		if approved {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(rank(a.Approved), rank(b.Approved)), -cmp.Compare(a.Pixels, b.Pixels),
		-cmp.Compare(a.Size, b.Size), -cmp.Compare(a.Modified, b.Modified), cmp.Compare(a.ID, b.ID))
}

// Compare gives in what way two assets of one cluster are the same, and how much.
func Compare(a, b Print) (Kind, float64) {
	switch {
	case a.Content != "" && a.Content == b.Content:
		return Identical, identicalScore
	case a.Descriptors != "" && a.Descriptors == b.Descriptors:
		return Similar, similarScore
	}
	return Similar, linkedScore
}

// Reason says in words what Compare found.
func Reason(k Kind, score float64) string {
	switch {
	case k == Identical:
		return "the files are the same, byte for byte"
	case score < similarScore:
		return "each is the same as a third asset"
	}
	return "title, description, tags and fields are equal"
}

// Threshold is the score from which on assets are called duplicates where nobody says otherwise.
const Threshold = similarScore

// sets is a union-find structure with path halving.
type sets []int

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func (s sets) find(i int) int {
	for s[i] != i {
		s[i] = s[s[i]]
		i = s[i]
	}
	return i
}

func (s sets) join(i, j int) { s[s.find(i)] = s.find(j) }
