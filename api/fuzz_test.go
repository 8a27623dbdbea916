package api

import (
	"strings"
	"testing"
)

func FuzzReadTags(f *testing.F) {
	for _, seed := range []string{`W/"a.b"`, `"a.b", W/"c.d"`, `*`, `W/"a.`, `".b"`, `,,"`, `W/"a.b.c"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for _, tag := range readTags(header) {
			if tag.body == "" || !strings.Contains(header, tag.state+"."+tag.body) {
				t.Errorf("%q: made up %+v", header, tag)
			}
			if again := readTags(tag.String()); len(again) != 1 || again[0] != tag {
				t.Errorf("%q: %+v reads back as %+v", header, tag, again)
			}
		}
	})
}

func FuzzParseOrigin(f *testing.F) {
	for _, seed := range []string{"https://cms.example", "http://[::1]:80", "*", "null", "https://a@b", "capacitor://localhost/", "https://CMS.example:443/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		origin, err := ParseOrigin(s)
		if err != nil {
			return
		}
		if again, err := ParseOrigin(origin); again != origin || err != nil {
			t.Errorf("%q became %q, and that %q %v", s, origin, again, err)
		}
		if origin != anyOrigin && strings.ContainsAny(origin, "*, \r\n\t\"<>") {
			t.Errorf("%q became the origin %q", s, origin)
		}
	})
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"10/s", "600/m+50", "", "1e9/h", "10/s+", "-1/s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRate(s)
		if err != nil {
			return
		}
		if again, err := ParseRate(r.String()); again != r || err != nil {
			t.Errorf("%q became %+v, and that %+v %v", s, r, again, err)
		}
	})
}
