package search

import (
	"context"
	"slices"

	"semdex"
)

// Why says why an asset is not in the answer to a request, or not higher up, and what would change that.
type Why struct {
	ID       semdex.AssetID `json:"id"`
	Query    string         `json:"q"`
	Found    bool           `json:"found"`
	Rank     int            `json:"rank,omitempty"` // from 1; left out where it is beyond the first 100,000
	Of       int            `json:"of"`             // how many are found
	Score    float64        `json:"score,omitempty"`
	Because  string         `json:"because,omitempty"`  // of a hit, as in an answer
	Evidence []Explanation  `json:"evidence,omitempty"` // of a hit, for each part of the query
	Reasons  []WhyReason    `json:"reasons"`
	Before   *Ahead         `json:"before,omitempty"` // the hit one rank higher
	// Changes is a smallest set of changes that together bring the asset in or, where it is found, put it before the
	// hit one rank higher. Alternatives are others of the same size. Both are empty where no set of changes does, or too
	// many would have to be tried.
	Changes      []WhyChange   `json:"changes"`
	Alternatives [][]WhyChange `json:"alternatives,omitempty"`
}

// Ahead is the hit one rank higher.
type Ahead struct {
	ID       semdex.AssetID `json:"id"`
	Score    float64        `json:"score"`
	Evidence []Explanation  `json:"evidence"`
}

// WhyReason is one reason why an asset is absent or low.
type WhyReason struct {
	Code    string           `json:"code" enum:"not_tagged,expansion,filter,rights,approval,excluded,phrase,hidden,part,class,score,pinned,raised,pending"`
	Message string           `json:"message"`
	Part    string           `json:"part,omitempty"`    // the words of the query it is about
	Field   string           `json:"field,omitempty"`   // of a filter
	Concept semdex.ConceptID `json:"concept,omitempty"` // that the asset bears and the request does not reach
	Rule    string           `json:"rule,omitempty"`    // of the curation, for those who see everything
}

// Codes of WhyReason. The first ten keep an asset out, the others keep it low.
const (
	whyNotTagged = "not_tagged" // neither tagged with what a part of the query names, nor do its texts say it
	whyExpansion = "expansion"  // it has what a wider expansion reaches
	whyFilter    = "filter"
	whyRights    = "rights"
	whyApproval  = "approval"
	whyExcluded  = "excluded" // it has what the query leaves out
	whyPhrase    = "phrase"   // it lacks what the query demands
	whyHidden    = "hidden"   // by curation
	whyPending   = "pending"  // the index has not yet seen the record
	whyPart      = "part"     // the hit before suits more parts of the query
	whyClass     = "class"    // the hit before has evidence of a better class
	whyScore     = "score"    // the hit before scores more within the same classes
	whyPinned    = "pinned"   // the hit before is pinned
	whyRaised    = "raised"   // the hit before is raised
)

// maxRank is how far down the rank of an asset is looked for.
const maxRank = 100_000

// inquiry is a question about one asset and one request.
type inquiry struct {
	ctx   context.Context // of the one call that it lives for
	s     *Service
	q     *querying
	plan  *Plan
	asset *semdex.Asset
	own   int // of the request's exclusions from expansion: those of the library follow
}

// Why says why an asset is not in the answer to r, or not higher up. Where it stands is that of the whole answer,
// whichever page r asks for. An asset that neither eyes nor r.Access may see is NotFound, as one that does not exist.
func (s *Service) Why(ctx context.Context, id string, r Request, eyes Access) (*Why, error) {
	r.Offset, r.Limit, r.Cursor, r.Facets, r.Sort, r.Explain = 0, 1, "", nil, slices.Clone(r.Sort), true
	own := len(r.Exclude)
	s.settings.Expansion.complete(&r)
	if err := normalize(&r); err != nil {
		return nil, err
	}
	q := s.begin(&r)
	defer q.view.Release()
	eyes.Restriction = q.restriction(eyes.Only)
	asset, err := s.visible(q.view, id, eyes)
	if semdex.CodeOf(err) == semdex.NotFound && err != nil {
		asset, err = s.visible(q.view, id, r.Access)
	}
	if err != nil {
		return nil, err
	}
	plan, err := q.plan(ctx)
	if err != nil {
		return nil, err
	}
	w := &inquiry{ctx: ctx, s: s, q: q, plan: plan, asset: asset, own: own}
	out := &Why{ID: asset.ID, Query: r.Query, Reasons: []WhyReason{}, Changes: []WhyChange{}}
	return out, w.answer(ctx, out)
}

func (w *inquiry) answer(ctx context.Context, out *Why) error {
	rank, err := w.rank(ctx, out)
	if err != nil {
		return err
	}
	verdict := w.q.st.dossier(w.asset).judge(w.plan)
	var proposals [][]WhyChange
	switch {
	case !out.Found:
		out.Reasons = w.absence(verdict)
		if !verdict.present() {
			proposals = smallest(ctx, w.candidates(verdict), func(set []WhyChange) bool {
				v, _ := w.try(set)
				return v != nil && v.present()
			})
		}
	case rank.before != nil:
		out.Reasons = w.lowness(rank)
		proposals = smallest(ctx, w.raising(rank), func(set []WhyChange) bool { return len(set) == 1 && w.raises(set, rank) })
	}
	if !w.q.request.Access.All {
		withoutRules(proposals)
	}
	if len(proposals) > 0 {
		out.Changes, out.Alternatives = proposals[0], proposals[1:]
	}
	return ctx.Err()
}

// withoutRules leaves out which rules of the curation are meant.
func withoutRules(proposals [][]WhyChange) {
	for _, set := range proposals {
		for i := range set {
			set[i].Rule = ""
		}
	}
}

// ranked is where a hit stands, and the hit before it.
type ranked struct {
	self, before *Found
}

// rank finds the asset among the hits.
func (w *inquiry) rank(ctx context.Context, out *Why) (ranked, error) {
	p := *w.plan
	p.Filters = append(slices.Clone(p.Filters), Filter{Values: []Value{{"id", string(w.asset.ID)}}})
	alone, err := w.q.view.Search(ctx, &p)
	if err != nil {
		return ranked{}, err
	}
	p = *w.plan
	p.Limit = 0
	whole, err := w.q.view.Search(ctx, &p)
	if err != nil {
		return ranked{}, err
	}
	out.Of, out.Found = whole.Total, alone.Total > 0 && len(alone.Hits) > 0
	if !out.Found {
		return ranked{}, nil
	}
	at := ranked{}
	for p.Limit = 1000; out.Rank == 0; p.Limit = 20_000 {
		r, err := w.q.view.Search(ctx, &p)
		if err != nil {
			return ranked{}, err
		}
		for i := range r.Hits {
			if r.Hits[i].ID == w.asset.ID {
				out.Rank = p.Offset + i + 1
				at.self = &r.Hits[i]
				break
			}
			at.before = &r.Hits[i]
		}
		if p.Offset += p.Limit; len(r.Hits) < p.Limit || p.Offset > maxRank {
			break
		}
	}
	if at.self == nil {
		at = ranked{self: &alone.Hits[0]}
	}
	return at, w.tell(out, at)
}

// tell puts what speaks for the hit, and for the one before it, into the answer.
func (w *inquiry) tell(out *Why, at ranked) error {
	hit, err := w.s.hit(w.q, *at.self)
	if err != nil || hit == nil {
		return err
	}
	out.Score, out.Because, out.Evidence = hit.Score, hit.Matched.Because, hit.Explain
	if at.before == nil {
		return nil
	}
	if hit, err = w.s.hit(w.q, *at.before); err != nil || hit == nil {
		return err
	}
	out.Before = &Ahead{ID: hit.ID, Score: hit.Score, Evidence: append([]Explanation{}, hit.Explain...)}
	return nil
}

// try judges the asset as it would stand with the changes made; nil where no plan comes of them.
func (w *inquiry) try(changes []WhyChange) (*verdict, *querying) {
	r, asset := *w.q.request, w.asset
	q := &querying{request: &r, curation: w.q.curation, moment: w.q.moment, pages: w.q.pages, epoch: w.q.epoch}
	var supposed []Value
	for _, c := range changes {
		r, asset = c.Request(r), c.Asset(asset)
		supposed = append(supposed, c.values()...)
		if c.Kind == ChangeCuration {
			q.suspended = append(q.suspended, c.Rule)
		}
	}
	q.st, q.view = w.q.st, w.q.view
	if asset != w.asset {
		q.st, q.view = w.q.supposing(supposed, w.asset, asset)
	}
	plan, err := q.plan(w.ctx)
	if err != nil {
		return nil, nil
	}
	return q.st.dossier(asset).judge(plan), q
}
