package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"time"

	"semdex"

	"github.com/gin-gonic/gin"
)

// Options is what New makes a handler of.
type Options struct {
	Libraries Libraries
	Keys      Checker
	Log       *slog.Logger     // nil logs nothing
	Version   string           // of the program, for the document
	Now       func() time.Time // nil is time.Now
	Timeout   time.Duration    // for one request; 0 is 30 s
	Searches  int              // at once, others wait; 0 is twice GOMAXPROCS
}

// MaxBody bounds the body of a request, in bytes.
const MaxBody = 2 << 20

// maxWorkbooks bounds how many workbooks are made at once: one of MaxRows takes about 64 MiB.
const maxWorkbooks = 2

// service is what all requests share.
type service struct {
	libraries Libraries
	keys      Checker
	log       *slog.Logger
	now       func() time.Time
	timeout   time.Duration
	searches  places
	workbooks places // each holds its last rows and the file in memory
	metrics   *metrics
	limits    limits
	document  []byte // OpenAPI, JSON
	page      docsPage
}

// releaseMode keeps gin from writing to standard output; its mode belongs to the whole program.
var releaseMode = sync.OnceFunc(func() { gin.SetMode(gin.ReleaseMode) })

// New gives the handler of the whole API. It starts no goroutine of its own.
func New(o Options) http.Handler {
	s := newService(o)
	releaseMode()
	engine := gin.New()
	engine.UseEscapedPath, engine.UnescapePathValues = true, false // pathParam does it; gin would read "+" as a blank
	engine.RedirectTrailingSlash, engine.RedirectFixedPath = false, false
	engine.HandleMethodNotAllowed = true
	_ = engine.SetTrustedProxies(nil) // nil cannot be malformed
	engine.Use(s.observe, s.recover, s.guard, s.cors)
	for _, r := range routes() {
		engine.Handle(r.method, r.ginPath(), s.handle(r))
		if r.method == http.MethodGet {
			engine.Handle(http.MethodHead, r.ginPath(), s.handle(r))
		}
	}
	engine.NoRoute(func(c *gin.Context) {
		s.fail(c, &semdex.Error{Code: semdex.NotFound, Message: "there is no such route", Hint: "/docs lists what there is"})
	})
	engine.NoMethod(func(c *gin.Context) {
		s.fail(c, &semdex.Error{Code: methodNotAllowed, Message: "this route does not take " + shorten(c.Request.Method),
			Hint: "it takes " + c.Writer.Header().Get("Allow")})
	})
	return compressed(engine)
}

func newService(o Options) *service {
	s := &service{libraries: o.Libraries, keys: o.Keys, log: o.Log, now: o.Now, timeout: o.Timeout}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.timeout == 0 {
		s.timeout = 30 * time.Second
	}
	if o.Searches == 0 {
		o.Searches = 2 * runtime.GOMAXPROCS(0)
	}
	s.searches, s.workbooks = make(places, o.Searches), make(places, maxWorkbooks)
	s.metrics = newMetrics(o.Libraries)
	s.document, s.page = describe(o.Version)
	return s
}

// NewServer gives a server for h with a bound on everything that a slow or hostile client could draw out.
// Whoever asked for it listens, and shuts it down.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      2 * time.Minute, // a report may be long
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// places bounds how much is done at once.
type places chan struct{}

// hold does work in one of the places. Whoever finds none waits for one, or gives up when ctx ends.
func (p places) hold(ctx context.Context, work func() error) error {
	if err := p.wait(ctx); err != nil {
		return err
	}
	defer p.leave()
	return work()
}

func (p places) wait(ctx context.Context) error {
	select {
	case p <- struct{}{}:
		if ctx.Err() == nil {
			return nil
		}
		p.leave() // both came at once
	case <-ctx.Done():
	}
	if ctx.Err() == context.DeadlineExceeded {
		return &semdex.Error{Code: semdex.Busy, Message: "too many searches at once", Hint: "try again in a few seconds", Err: ctx.Err()}
	}
	return ctx.Err()
}

func (p places) leave() { <-p }

// pathParam gives a parameter that stands in the path, percent-decoded.
func pathParam(c *gin.Context, p param) (any, error) {
	v, err := url.PathUnescape(c.Param(p.name))
	if err != nil {
		return nil, fmt.Errorf("is not percent-encoded as it should be")
	}
	out, err := p.fromText([]string{v})
	if err == nil && out == nil {
		err = fmt.Errorf("is missing")
	}
	return out, err
}
