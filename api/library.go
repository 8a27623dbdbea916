package api

import (
	"context"
	"time"

	"semdex"
	"semdex/analytics"
	"semdex/search"
	"semdex/search/neardup"
)

// Library is what the API needs of one library. All methods are safe for use by many goroutines and give up
// when ctx ends. What a reader may not see is left out, counts included; Access says whose eyes it is for.
// Errors that a client may act upon are semdex.Errors; any other becomes a bland 500.
type Library interface {
	Name() string
	// TimeZone is where a day begins: that of rights, and of reports unless they ask for another.
	TimeZone() *time.Location
	// DenyMissingRights says whether assets without a rights record are refused.
	DenyMissingRights() bool
	// Version names the state that answers are made of, events aside: as long as it is the same, the same question
	// has the same answer.
	Version() (string, error)
	// CustomFields gives the names of the custom fields that assets bear, of those too that a reader may not see.
	CustomFields() []string

	Searcher
	Drafts
	SavedSearches
	Explainer
	Curation
	UsageLog

	// Asset gives one asset, NotFound where it is missing, not visible, or where id fits more than one.
	Asset(ctx context.Context, id string, access search.Access, lang string) (*search.AssetView, error)
	Related(ctx context.Context, r search.SimilarRequest) ([]search.Similar, error)
	DuplicatesOf(ctx context.Context, r search.SimilarRequest) ([]Duplicate, error)
	// Duplicates gives clusters from cursor on ("" is the start); next is "" at the end.
	Duplicates(ctx context.Context, cursor string, limit int, access search.Access) (clusters []neardup.Cluster, next string, err error)

	// Changes gives what changed since cursor ("" is the start of the log), oldest first.
	Changes(ctx context.Context, cursor string, limit int, lang string, access search.Access) (Changes, error)

	// Record takes events in; those it accepts are on disk when it returns.
	Record(ctx context.Context, events []semdex.Event) (analytics.Receipt, error)
	// EraseEvents removes the events of a person, named by id or pseudonym, and says how many there were. With dryRun it only counts.
	EraseEvents(ctx context.Context, user string, dryRun bool) (int64, error)
	Reports() []ReportInfo
	// Report is NotFound for a name that Reports does not list.
	Report(ctx context.Context, name string, r analytics.Request) (*analytics.Report, error)

	// Ask answers an own question, of which nothing is held back: whoever asks sees all events and assets.
	Ask(ctx context.Context, q analytics.Question) (*analytics.Answer, error)

	Status(ctx context.Context) (Status, error)
}

// Libraries are the libraries of a data directory.
type Libraries interface {
	// Names gives all of them, open or not.
	Names() []string
	// Open gives a library, opening it where need be. Whoever opens calls done when the request is answered;
	// the library stays open at least until then.
	Open(ctx context.Context, name string) (lib Library, done func(), err error)
	// Status gives the state of those that are open now. It opens none: monitoring must not wake what sleeps.
	Status(ctx context.Context) []Status
	// Ready says why requests cannot be answered yet, nil where they can.
	Ready() error
}

// Duplicate is an asset that is the same as the one asked about.
type Duplicate struct {
	ID      semdex.AssetID `json:"id"`
	Score   float64        `json:"score" minimum:"0" maximum:"1"`
	Kind    neardup.Kind   `json:"kind" enum:"identical,rendition,version,localized,similar"`
	Reasons []string       `json:"reasons"`
}

// Scheme is a concept scheme of the vocabulary.
type Scheme struct {
	URI      semdex.SchemeID `json:"uri"`
	Label    string          `json:"label"`
	Concepts int             `json:"concepts" doc:"how many concepts it holds"`
}

// Op is what happened to an asset, to the eyes of whoever asks.
type Op string

const (
	Changed   Op = "changed"   // new, or changed, or visible again
	Withdrawn Op = "withdrawn" // still there, but no longer for these eyes
	Deleted   Op = "deleted"
)

// Change is one entry of the delta feed. Asset is set for Changed alone.
type Change struct {
	ID    semdex.AssetID    `json:"id"`
	Op    Op                `json:"op" enum:"changed,withdrawn,deleted"`
	Asset *search.AssetView `json:"asset,omitempty"`
}

// Changes is a page of the delta feed. NextCursor is where to go on, now or later; it is never empty. The
// page is the last one for now when it holds fewer changes than asked for.
type Changes struct {
	Changes    []Change `json:"changes"`
	NextCursor string   `json:"next_cursor"`
}

// ReportInfo says what a report is about.
type ReportInfo struct {
	Name        string             `json:"name"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
	Formula     string             `json:"formula" doc:"how its figures are made of events and assets"`
	Columns     []analytics.Figure `json:"columns" doc:"what stands after period and dimensions"`
	Dimensions  []string           `json:"dimensions,omitempty" doc:"what it can be grouped and filtered by"`
}

// Status is the state of a library.
type Status struct {
	Library  string         `json:"library"`
	Assets   int            `json:"assets"`
	Concepts int            `json:"concepts"`
	Events   int64          `json:"events"`
	Sequence uint64         `json:"sequence" doc:"number of the last change"`
	Problems int            `json:"problems" doc:"records rejected and kept aside, and the like, waiting for someone to look"`
	Sources  []SourceStatus `json:"sources"`
	Saved    SavedStatus    `json:"saved_searches"`
	Log      LogStatus      `json:"usage_log"`
}

// SavedStatus says how the saved searches of a library and their notifications go.
type SavedStatus struct {
	Searches  int   `json:"searches"`
	Waiting   int   `json:"waiting" doc:"searches with a notification that was not taken yet"`
	Stopped   int   `json:"stopped" doc:"searches of which notifications were given up"`
	Delivered int64 `json:"delivered" doc:"notifications taken since the start"`
	Failed    int64 `json:"failed" doc:"attempts that failed since the start"`
}

// SourceStatus is the state of one source of a library. LastError is shown to clients, so it holds what
// semdex.Public gives and no more.
type SourceStatus struct {
	Name       string           `json:"name"`
	Kind       string           `json:"kind" enum:"assets,concepts" doc:"what it brings"`
	LastSync   *time.Time       `json:"last_sync" doc:"start of the last run that went well; null before the first"`
	LagSeconds *float64         `json:"lag_seconds" doc:"how far the library may be behind the source; null before the first run that went well"`
	LastError  string           `json:"last_error,omitempty"`
	Counts     map[string]int64 `json:"counts,omitempty" doc:"of the last run, such as added, changed, deleted, rejected"`
}
