package rdf

import "testing"

func TestResolve(t *testing.T) {
	tests := []struct{ base, ref, want string }{
		// RFC 3986, section 5.4
		{"http://a/b/c/d;p?q", "g:h", "g:h"},
		{"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
		{"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"},
		{"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
		{"http://a/b/c/d;p?q", "/g", "http://a/g"},
		{"http://a/b/c/d;p?q", "//g", "http://g"},
		{"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
		{"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"},
		{"http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"},
		{"http://a/b/c/d;p?q", "g?y#s", "http://a/b/c/g?y#s"},
		{"http://a/b/c/d;p?q", ";x", "http://a/b/c/;x"},
		{"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
		{"http://a/b/c/d;p?q", ".", "http://a/b/c/"},
		{"http://a/b/c/d;p?q", "..", "http://a/b/"},
		{"http://a/b/c/d;p?q", "../g", "http://a/b/g"},
		{"http://a/b/c/d;p?q", "../../../g", "http://a/g"},
		{"http://a/b/c/d;p?q", "/../g", "http://a/g"},
		{"http://a/b/c/d;p?q", "g.", "http://a/b/c/g."},
		{"http://a/b/c/d;p?q", "..g", "http://a/b/c/..g"},
		{"http://a/b/c/d;p?q", "g/../h", "http://a/b/c/h"},
		{"http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"},
		{"http://a/b/c/d;p?q", "http:g", "http:g"},
		// bases of other shapes
		{"http://a", "b", "http://a/b"},
		{"http://a#f", "", "http://a"},
		{"urn:x:y", "z", "urn:z"},
		{"file:///a/b", "../../c", "file:///c"},
		{"http://a/b/", "c d", "http://a/b/c d"},
		{"", "g", "g"},
	}
	for _, test := range tests {
		if got := splitIRI(test.base).resolve(test.ref); got != test.want {
			t.Errorf("%q on %q gives %q, want %q", test.ref, test.base, got, test.want)
		}
	}
}

func FuzzResolve(f *testing.F) {
	f.Add("http://a/b/c/d;p?q#f", "../g?y#s")
	f.Fuzz(func(t *testing.T, base, ref string) {
		if got := splitIRI(ref).String(); got != ref {
			t.Errorf("%q comes together as %q", ref, got)
		}
		if schemeLen(base) > 0 && schemeLen(splitIRI(base).resolve(ref)) == 0 {
			t.Errorf("%q on %q has no scheme", ref, base)
		}
	})
}
