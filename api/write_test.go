package api

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// encode writes v into a buffer of its own.
func encode(v any) ([]byte, error) {
	var b buffer
	return b.encode(v)
}

type answered struct {
	Names  []string `json:"names"`
	Spare  []string `json:"spare,omitempty"`
	Within *inner   `json:"within"`
	Each   []inner  `json:"each"`
	Some   []inner  `json:"some,omitempty"`
	Bytes  []byte   `json:"bytes"`
	Text   string   `json:"text"`
}

type inner struct {
	Of   []int    `json:"of"`
	More []*inner `json:"more,omitempty"`
}

func TestEncode(t *testing.T) {
	t.Parallel()
	full := answered{Names: []string{"a"}, Spare: []string{"b"}, Within: &inner{Of: []int{1}}, Each: []inner{{Of: []int{}}}, Some: []inner{}, Bytes: []byte("x"), Text: "<&>\u2028"}
	deep := full
	deep.Some = []inner{{Of: []int{2}, More: []*inner{nil, {}}}}
	tests := []struct {
		name string
		v    any
		want string
	}{
		{"lists are never null", answered{}, `{"names":[],"within":null,"each":[],"bytes":null,"text":""}`},
		{"nor behind a pointer", &answered{Within: &inner{}}, `{"names":[],"within":{"of":[]},"each":[],"bytes":null,"text":""}`},
		{"nor in a list", []answered{{Names: []string{"a"}, Each: []inner{{}}}}, `[{"names":["a"],"within":null,"each":[{"of":[]}],"bytes":null,"text":""}]`},
		{"what lacks nothing stays", &full, `{"names":["a"],"spare":["b"],"within":{"of":[1]},"each":[{"of":[]}],"bytes":"eA==","text":"<&>\u2028"}`},
		{"deep in a list that may be left out", deep, `{"names":["a"],"spare":["b"],"within":{"of":[1]},"each":[{"of":[]}],"some":[{"of":[2],"more":[null,{"of":[]}]}],"bytes":"eA==","text":"<&>\u2028"}`},
		{"a list that is missing itself", []string(nil), `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := encode(tt.v)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.TrimSuffix(string(got), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if deep.Some[0].More[1].Of != nil {
		t.Error("encode changed what it was given")
	}
}

// Buffers are used again: no answer shows anything of another.
func TestAnswersDoNotMix(t *testing.T) {
	t.Parallel()
	for range 50 {
		for _, n := range []int{1, 2000, 10} {
			b := takeBuffer()
			body, err := b.encode([]string{strings.Repeat("x", n)})
			if want := `["` + strings.Repeat("x", n) + "\"]\n"; string(body) != want || err != nil {
				t.Fatalf("got %s (error %v), want %s", body, err, want)
			}
			b.giveBack()
		}
	}
}
