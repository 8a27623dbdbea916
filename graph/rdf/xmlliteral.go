package rdf

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// xmlLiteral reads what is within e and returns it in exclusive canonical XML, which is the form of
// an rdf:XMLLiteral.
func (x *xmlReader) xmlLiteral(e element) (string, error) {
	c := canonical{x: x}
	err := c.inside(e.raw.Name, e.ns, nil)
	return c.out.String(), err
}

// canonical writes XML canonically.
type canonical struct {
	x   *xmlReader
	out strings.Builder
}

// inside copies tokens up to the end tag of name. declared are the namespaces in force in the
// document, written those already declared in the output.
func (c *canonical) inside(name xml.Name, declared, written *binding) error {
	if c.x.depth++; c.x.depth > maxDepth {
		return limitAt(c.x.line, fmt.Sprintf("elements are nested more than %d deep", maxDepth))
	}
	defer func() { c.x.depth-- }()
	for {
		token, err := c.x.token()
		if errors.Is(err, io.EOF) {
			return c.x.errorf("the document ends before </%s>", shorten(name.Local))
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.EndElement:
			if token.Name != name {
				return c.x.errorf("</%s> where </%s> was expected", shorten(token.Name.Local), shorten(name.Local))
			}
			return nil
		case xml.StartElement:
			err = c.element(token.Copy(), declared, written)
		case xml.CharData:
			c.out.WriteString(textEscapes.Replace(string(token)))
		case xml.Comment:
			c.out.WriteString("<!--" + string(token) + "-->")
		case xml.ProcInst:
			c.out.WriteString(strings.TrimSuffix("<?"+token.Target+" "+string(token.Inst), " ") + "?>")
		}
		if err != nil {
			return err
		}
		if c.out.Len() > c.x.o.MaxLiteral {
			return limitAt(c.x.line, fmt.Sprintf("a literal is longer than %d bytes", c.x.o.MaxLiteral))
		}
	}
}

func (c *canonical) element(e xml.StartElement, declared, written *binding) error {
	declared, err := c.x.bindAll(declared, e.Attr)
	if err != nil {
		return err
	}
	var attrs []xml.Attr
	prefixes := []string{e.Name.Space}
	for _, a := range e.Attr {
		if _, ok := declares(a); ok {
			continue
		}
		attrs = append(attrs, a)
		if a.Name.Space != "" {
			prefixes = append(prefixes, a.Name.Space)
		}
	}
	c.out.WriteString("<" + tagName(e.Name))
	if written, err = c.namespaces(prefixes, declared, written); err != nil {
		return err
	}
	slices.SortFunc(attrs, func(a, b xml.Attr) int {
		return cmp.Or(cmp.Compare(attrSpace(a, declared), attrSpace(b, declared)), cmp.Compare(a.Name.Local, b.Name.Local))
	})
	for _, a := range attrs {
		c.out.WriteString(" " + tagName(a.Name) + `="` + attrEscapes.Replace(a.Value) + `"`)
	}
	c.out.WriteString(">")
	if err := c.inside(e.Name, declared, written); err != nil {
		return err
	}
	c.out.WriteString("</" + tagName(e.Name) + ">")
	return nil
}

// namespaces declares the prefixes that a tag uses and the output does not have yet.
func (c *canonical) namespaces(prefixes []string, declared, written *binding) (*binding, error) {
	slices.Sort(prefixes)
	for _, prefix := range slices.Compact(prefixes) {
		if prefix == "xml" {
			continue
		}
		uri, err := c.x.namespace(scope{ns: declared}, prefix)
		if err != nil {
			return nil, err
		}
		if old, ok := written.find(prefix); ok && old == uri {
			continue
		}
		c.out.WriteString(" " + strings.TrimSuffix("xmlns:"+prefix, ":") + `="` + attrEscapes.Replace(uri) + `"`)
		written = written.bind(prefix, uri)
	}
	return written, nil
}

func tagName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// attrSpace is what canonical XML sorts attributes by first.
func attrSpace(a xml.Attr, declared *binding) string {
	switch a.Name.Space {
	case "":
		return ""
	case "xml":
		return xmlNS
	}
	uri, _ := declared.find(a.Name.Space)
	return uri
}

var (
	textEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	attrEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
)
