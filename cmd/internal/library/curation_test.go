package library

import (
	"context"
	"strings"
	"testing"

	"semdex"
	"semdex/search"
)

func (h *home) add(l *Library, r search.CurationRule, access search.Access) *search.CurationRule {
	h.t.Helper()
	added, err := l.AddRule(context.Background(), r, access)
	if err != nil {
		h.t.Fatal(err)
	}
	return added
}

func assetIDs(names ...string) []semdex.AssetID {
	var out []semdex.AssetID
	for _, n := range names {
		out = append(out, semdex.AssetID("files:"+n))
	}
	return out
}

func TestCurationIsInEffectAtOnceAndStays(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	ctx := context.Background()
	h.finds(l, "dog", "a2", "a4")
	rule := h.add(l, search.CurationRule{Query: "Dog", Pins: []semdex.AssetID{"a1"}, Hides: assetIDs("a4"), By: "ann"}, l.Owner())
	h.finds(l, "dog", "a1", "a2")
	if rule.ID == "" || rule.At != h.now() || rule.Pins[0] != "files:a1" {
		t.Errorf("the rule is %+v", rule)
	}
	changed := *rule
	changed.Hides, changed.By = nil, "bob"
	if _, err := l.SetRule(ctx, changed, l.Owner()); err != nil {
		t.Fatal(err)
	}
	h.finds(l, "dog", "a1", "a2", "a4")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = h.open()
	h.finds(l, "dog", "a1", "a2", "a4")
	if err := l.DropRule(ctx, rule.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	h.finds(l, "dog", "a2", "a4")
	changes, err := l.mirror.DecisionHistory(kindCuration, rule.ID)
	if err != nil || len(changes) != 3 || changes[0].By != "ann" || changes[2].By != "bob" || changes[2].Body != nil {
		t.Errorf("history %+v, %v", changes, err)
	}
	for name, err := range map[string]error{"drop": l.DropRule(ctx, rule.ID, "bob"), "set": second(l.SetRule(ctx, *rule, l.Owner()))} {
		if semdex.CodeOf(err) != semdex.NotFound {
			t.Errorf("%s a rule that is gone: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestOlderRulesPinFirst(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	first := h.add(l, search.CurationRule{Query: "dog", Pins: assetIDs("a1")}, l.Owner())
	h.syncs.Add(1)
	h.add(l, search.CurationRule{Query: "dog", Pins: assetIDs("a4")}, l.Owner())
	h.syncs.Add(1)
	if _, err := l.SetRule(context.Background(), *first, l.Owner()); err != nil { // a change does not make it younger
		t.Fatal(err)
	}
	a, err := l.Search(context.Background(), search.Request{Query: "dog", Access: l.Owner()})
	if err != nil || len(a.Hits) != 3 || a.Hits[0].ID != "files:a1" || a.Hits[1].ID != "files:a4" {
		t.Errorf("got %+v, %v", a, err)
	}
}

// TestCurationKeepsSecrets guards that whoever may not see an asset neither learns of it through rules nor takes it out
// of them.
func TestCurationKeepsSecrets(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	ctx := context.Background()
	rule := h.add(l, search.CurationRule{Query: "dog", Pins: assetIDs("a3", "a1")}, l.Owner())
	h.findsAs(l, l.Client(), "dog", "a1", "a2", "a4")
	seen, err := l.Curation(ctx, l.Client())
	if err != nil || len(seen) != 1 || len(seen[0].Pins) != 1 || seen[0].Pins[0] != "files:a1" {
		t.Errorf("a client sees %+v, %v", seen, err)
	}
	seen[0].Pins, seen[0].Boosts = nil, assetIDs("a1")
	if given, err := l.SetRule(ctx, seen[0], l.Client()); err != nil || len(given.Pins) != 0 {
		t.Errorf("a client is given %+v, %v", given, err)
	}
	all, err := l.Curation(ctx, l.Owner())
	if err != nil || len(all[0].Pins) != 1 || all[0].Pins[0] != "files:a3" || len(all[0].Boosts) != 1 || all[0].ID != rule.ID {
		t.Errorf("the owner sees %+v, %v", all, err)
	}
	_, hidden := l.AddRule(ctx, search.CurationRule{Query: "x", Pins: assetIDs("a3")}, l.Client())
	_, missing := l.AddRule(ctx, search.CurationRule{Query: "x", Pins: assetIDs("a9")}, l.Client())
	if semdex.CodeOf(hidden) != semdex.Invalid || strings.ReplaceAll(hidden.Error(), "a3", "a9") != missing.Error() {
		t.Errorf("for a hidden asset %v, for none %v", hidden, missing)
	}
	if _, err := l.Why(ctx, "a3", search.Request{Query: "dog", Access: l.Client()}, l.Client()); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("why of a hidden asset: %v", err)
	}
}

func TestPopularityComesFromEvents(t *testing.T) {
	h := newHome(t)
	zero, most := 0.0, search.MaxSignals
	h.config.Search.Freshness, h.config.Search.Popularity, h.config.Search.Approval = &zero, &most, &zero
	l := h.synced()
	score := func() float64 {
		t.Helper()
		w, err := l.Why(context.Background(), "a4", search.Request{Query: "dog", Access: l.Owner()}, l.Owner())
		if err != nil || !w.Found {
			t.Fatalf("%+v, %v", w, err)
		}
		return w.Score
	}
	before := score()
	often := int64(100)
	receipt, err := l.Record(context.Background(), []semdex.Event{{ID: "p1", Type: semdex.AssetDownload, OccurredAt: h.now(), Asset: "a4", Count: &often}})
	if err != nil || receipt.Accepted != 1 {
		t.Fatalf("%+v, %v", receipt, err)
	}
	if err := l.MeasurePopularity(context.Background()); err != nil {
		t.Fatal(err)
	}
	if gain := score() - before; gain < 0.09 || gain > 0.11 {
		t.Errorf("the asset that is used most gains %v, want 0.1", gain)
	}
}

func TestNobodyOpensTheUsageStoreForPopularity(t *testing.T) {
	h := newHome(t)
	h.synced().Close()
	l := h.open()
	h.finds(l, "dog", "a2", "a4")
	if err := l.MeasurePopularity(context.Background()); err != nil || l.usage.opened() != nil {
		t.Errorf("a search opened the store: %v, %v", l.usage.opened(), err)
	}
}

func TestCursorsOutliveTheProcess(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	request := search.Request{Query: "dog", Access: l.Owner(), Limit: 1}
	first, err := l.Search(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = h.open()
	request.Cursor = first.NextCursor
	if a, err := l.Search(context.Background(), request); err != nil || len(a.Hits) != 1 || a.Hits[0].ID == first.Hits[0].ID {
		t.Errorf("got %+v, %v", a, err)
	}
}
