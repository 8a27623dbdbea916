package rdf

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// randomTriples returns triples of all kinds, with the characters in them that need care.
func randomTriples(r *rand.Rand, n int) []Triple {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	text := func() string {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(pick(`"`, `\`, "\n", "\r", "\t", "\x00", "'", "a", "é", "😀", "\u2028", "\ufeff", "\ufffd", `\u0041`, ".", "^^", "@en"))
		}
		return b.String()
	}
	iri := func() Term {
		return Term{Kind: IRI, Value: pick("http://e/", "urn:x:", "a:", "mailto:a@b?") + pick("", "é", "'", "(1)", "%20", "a,b;c", "#f", "~-", ".", "..//.", "&")}
	}
	blank := func() Term { return Term{Kind: Blank, Value: pick("a", "b1", "0", "a.b", "_", "x-", "é·")} }
	var ts []Triple
	for range n {
		t := Triple{iri(), iri(), iri()}
		if r.IntN(3) == 0 {
			t.Subject = blank()
		}
		switch r.IntN(5) {
		case 0:
			t.Object = blank()
		case 1:
			t.Object = Term{Kind: Literal, Value: text()}
		case 2:
			t.Object = Term{Kind: Literal, Value: text(), Lang: pick("en", "en-GB", "DE", "zh-Hant-TW-1996")}
		case 3:
			t.Object = Term{Kind: Literal, Value: text(), Datatype: iri().Value}
		}
		ts = append(ts, t)
	}
	return ts
}

func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	for seed := range uint64(200) {
		want := randomTriples(rand.New(rand.NewPCG(seed, 2)), 20)
		for _, f := range []Format{NTriples, NQuads} {
			got, err := Collect(t.Context(), bytes.NewReader(writeAll(t, want)), Options{Format: f})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%v: -want +got\n%s", f, diff)
			}
		}
	}
}

func writeAll(t testing.TB, ts []Triple) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b)
	for _, triple := range ts {
		if err := w.Write(triple); err != nil {
			t.Fatalf("%s: %v", triple, err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriterIsCanonical(t *testing.T) {
	got := string(writeAll(t, []Triple{{
		Term{Kind: Blank, Value: "a"}, Term{Kind: IRI, Value: "a:p"}, Term{Kind: Literal, Value: "\t\"\\\n\ré\x7f"},
	}}))
	if want := "_:a <a:p> \"\t\\\"\\\\\\n\\ré\x7f\" .\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWriterRefuses(t *testing.T) {
	iri := Term{Kind: IRI, Value: "a:x"}
	for name, bad := range map[string]Triple{
		"a literal as subject":     {Term{Kind: Literal, Value: "x"}, iri, iri},
		"a blank node as property": {iri, Term{Kind: Blank, Value: "x"}, iri},
		"an IRI with a space":      {iri, iri, Term{Kind: IRI, Value: "a:x y"}},
		"an IRI that breaks out":   {iri, iri, Term{Kind: IRI, Value: "a:x> <a:y"}},
		"an IRI without scheme":    {iri, iri, Term{Kind: IRI, Value: "x"}},
		"no label":                 {iri, iri, Term{Kind: Blank}},
		"a label with a dot last":  {iri, iri, Term{Kind: Blank, Value: "x."}},
		"a bad language":           {iri, iri, Term{Kind: Literal, Lang: "en_US"}},
		"a bad datatype":           {iri, iri, Term{Kind: Literal, Datatype: "int"}},
		"invalid UTF-8":            {iri, iri, Term{Kind: Literal, Value: "\xff"}},
		"an unknown kind":          {iri, iri, Term{Kind: 7}},
	} {
		var b bytes.Buffer
		w := NewWriter(&b)
		if err := w.Write(bad); err == nil {
			t.Errorf("%s is written", name)
		}
		if err := w.Flush(); err != nil || b.Len() > 0 {
			t.Errorf("%s: %q, %v", name, b.String(), err)
		}
	}
}

func TestBinaryRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		want := randomTriples(rand.New(rand.NewPCG(seed, 3)), int(seed))
		got, err := DecodeTriples(EncodeTriples(want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
	}
}

func TestBinaryRefusesWhatIsDamaged(t *testing.T) {
	good := EncodeTriples(randomTriples(rand.New(rand.NewPCG(1, 4)), 20))
	for i := range good {
		damaged := bytes.Clone(good)
		damaged[i] ^= 0x10
		if _, err := DecodeTriples(damaged); err == nil {
			t.Errorf("byte %d changed, and no error", i)
		}
		if _, err := DecodeTriples(good[:i]); err == nil {
			t.Errorf("cut at %d, and no error", i)
		}
		if i > 0 && i < len(good)-4 { // with a checksum that fits, only a panic would be wrong
			_, _ = DecodeTriples(seal(damaged[:len(good)-4]))
		}
	}
}

// seal puts the checksum behind the body of a binary form.
func seal(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(bytes.Clone(body), crc32.Checksum(body, castagnoli))
}
