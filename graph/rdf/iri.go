package rdf

import "strings"

// An iriRef is an IRI reference in the five parts of RFC 3986, section 3. The has fields tell an
// empty part from an absent one.
type iriRef struct {
	scheme, authority, path, query, fragment string
	hasAuthority, hasQuery, hasFragment      bool
}

// splitIRI takes a reference apart. Every string is some reference, so it cannot fail.
func splitIRI(s string) iriRef {
	var r iriRef
	if n := schemeLen(s); n > 0 {
		r.scheme, s = s[:n], s[n+1:]
	}
	s, r.fragment, r.hasFragment = strings.Cut(s, "#")
	s, r.query, r.hasQuery = strings.Cut(s, "?")
	if strings.HasPrefix(s, "//") {
		r.hasAuthority = true
		s = s[2:]
		if i := strings.IndexByte(s, '/'); i >= 0 {
			r.authority, s = s[:i], s[i:]
		} else {
			r.authority, s = s, ""
		}
	}
	r.path = s
	return r
}

func (r iriRef) String() string {
	var b strings.Builder
	if r.scheme != "" {
		b.WriteString(r.scheme + ":")
	}
	if r.hasAuthority {
		b.WriteString("//" + r.authority)
	}
	b.WriteString(r.path)
	if r.hasQuery {
		b.WriteString("?" + r.query)
	}
	if r.hasFragment {
		b.WriteString("#" + r.fragment)
	}
	return b.String()
}

// schemeLen returns the length of the scheme that s begins with, or 0.
func schemeLen[S string | []byte](s S) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case isAlpha(c):
		case i > 0 && (isDigit(c) || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return i
		default:
			return 0
		}
	}
	return 0
}

// resolve returns the IRI that ref stands for where base is in force, as RFC 3986, section 5.2, has
// it. An IRI with a scheme stays as it is written, dots and all, since RDF compares IRIs by letter.
func (base iriRef) resolve(ref string) string {
	if schemeLen(ref) > 0 || base.scheme == "" {
		return ref
	}
	r := splitIRI(ref)
	r.scheme = base.scheme
	if r.hasAuthority {
		r.path = removeDots(r.path)
		return r.String()
	}
	r.authority, r.hasAuthority = base.authority, base.hasAuthority
	switch {
	case r.path == "":
		r.path = base.path
		if !r.hasQuery {
			r.query, r.hasQuery = base.query, base.hasQuery
		}
	case strings.HasPrefix(r.path, "/"):
		r.path = removeDots(r.path)
	default:
		r.path = removeDots(base.merge(r.path))
	}
	return r.String()
}

// merge puts a relative path in the place of the last segment of the base's path.
func (base iriRef) merge(path string) string {
	if base.hasAuthority && base.path == "" {
		return "/" + path
	}
	return base.path[:strings.LastIndexByte(base.path, '/')+1] + path
}

// removeDots takes the segments . and .. out of a path (RFC 3986, section 5.2.4).
func removeDots(path string) string {
	if !strings.Contains(path, ".") {
		return path
	}
	var out []string
	rooted := strings.HasPrefix(path, "/")
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch s {
		case ".":
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, s)
			continue
		}
		if last {
			out = append(out, "") // a path that ends in a dot segment ends in a slash
		}
	}
	joined := strings.Join(out, "/")
	if rooted {
		return "/" + joined
	}
	return joined
}

// checkIRI returns what is wrong with an IRI that should be absolute, or "".
func checkIRI(iri string) string {
	for i := 0; i < len(iri); i++ {
		if badInIRI(rune(iri[i])) {
			return "character " + quoteRune(rune(iri[i])) + " is not allowed in an IRI"
		}
	}
	if schemeLen(iri) == 0 {
		return "IRI <" + shorten(iri) + "> has no scheme"
	}
	return ""
}

// badInIRI reports whether an IRI must not hold r. All such characters are ASCII.
func badInIRI(r rune) bool {
	return r <= ' ' || r < 0x80 && strings.IndexByte("<>\"{}|^`\\", byte(r)) >= 0
}

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isHex(c byte) bool   { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
