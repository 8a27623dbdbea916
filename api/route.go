package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// route is one operation: what it takes, what it answers, who may call it.
type route struct {
	method, path string // {name} in the path stands for a parameter
	id           string
	group        string
	summary      string
	about        string
	open         bool  // needs no key
	scope        Scope // of the key; "" is any valid one
	also         Scope // that does as well; "" is none
	heavy        bool  // waits for one of the places that bound how many run at once
	logged       bool  // it is noted in the usage log, with what toldHeaders say
	tagged       bool  // answers bear a tag, and need not be sent or even made again while nothing changed
	params       []param
	body         []param  // of a JSON object; nil is no body
	raw          []string // media types of a body that is no JSON
	answers      []answer
	serve        func(*call) error
}

// answer is one way in which a route answers.
type answer struct {
	status  int
	about   string
	media   []media
	headers []string // beside those that every answer has
}

// media is one form of an answer. of is a value of the Go type that is written as JSON, nil for text.
type media struct {
	name string
	of   any
}

// ok is the usual answer: JSON.
func ok(about string, of any, headers ...string) []answer {
	return []answer{{status: http.StatusOK, about: about, media: []media{{typeJSON, of}}, headers: headers}}
}

// routes gives all operations, in the order of the document.
func routes() []route {
	return slices.Concat(searchRoutes, whyRoutes, suggestRoutes, curationRoutes, assetRoutes, duplicateRoutes, conceptRoutes, draftRoutes, changeRoutes, savedRoutes, eventRoutes, reportRoutes, sqlRoutes, systemRoutes)
}

// queryParams are all parameters that may stand in the query string.
func (r route) queryParams() []param {
	out := slices.DeleteFunc(slices.Clone(r.params), func(p param) bool { return r.inPath(p) })
	if !r.open {
		out = append(out, libraryParam)
	}
	return out
}

// bodyParams are all keys that may stand in the body; the library may, as it may in the query string.
func (r route) bodyParams() []param { return append(slices.Clone(r.body), libraryParam) }

func (r route) inPath(p param) bool { return strings.Contains(r.path, "{"+p.name+"}") }

// ginPath writes {name} as :name.
func (r route) ginPath() string {
	return strings.NewReplacer("{", ":", "}", "").Replace(r.path)
}

// call is one request on its way: who asks what of which library.
type call struct {
	*service
	gin  *gin.Context
	key  Key
	lib  Library
	args args

	tagged bool   // the answer bears a tag
	state  string // the first part of it, "" where it is not known
}

func (c *call) ctx() context.Context { return c.gin.Request.Context() }

// handle makes the handler of a route.
func (s *service) handle(r route) gin.HandlerFunc {
	return func(g *gin.Context) {
		c := &call{service: s, gin: g, args: args{}}
		if err := c.run(r); err != nil {
			s.fail(g, err)
		}
	}
}

// run checks the key, finds the library, reads the parameters, waits for a place, and serves.
func (c *call) run(r route) (err error) {
	if !r.open {
		if c.key, err = c.authorize(c.gin, r.scope, r.also); err != nil {
			return err
		}
		c.gin.Request = c.gin.Request.WithContext(withCaller(c.ctx(), c.key))
	}
	if err := c.read(r); err != nil {
		return err
	}
	if !r.open {
		name, err := c.choose(c.key, c.args.text("library"))
		if err != nil {
			return err
		}
		lib, done, err := c.libraries.Open(c.ctx(), name)
		if err != nil {
			return err
		}
		defer done()
		c.lib = lib
	}
	if r.tagged && c.unchanged() {
		return nil
	}
	if r.heavy {
		return c.searches.hold(c.ctx(), func() error { return r.serve(c) })
	}
	return r.serve(c)
}

// read reads all parameters of a request.
func (c *call) read(r route) error {
	for _, p := range r.params {
		if !r.inPath(p) {
			continue
		}
		v, err := pathParam(c.gin, p)
		if err != nil {
			return wrong(p.name, inPath, err.Error(), p.hint())
		}
		c.args[p.name] = v
	}
	if err := readQuery(r.queryParams(), c.gin.Request.URL.RawQuery, c.args); err != nil {
		return err
	}
	if r.body == nil {
		return nil
	}
	return readBody(r.bodyParams(), c.gin.Request.Body, c.args)
}
