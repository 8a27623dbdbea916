package cantotest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"semdex/indexer/canto/cantotest"
)

func TestTheDetailLinkLeadsToAPage(t *testing.T) {
	t.Parallel()
	s, err := cantotest.New(cantotest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Put(cantotest.Record{Scheme: "image", ID: "a/1", Name: "<b>bold</b>.jpg", Tags: []string{"x", "y"}, Albums: []string{"A/B"},
		Additional: map[string]any{"Region": []string{"DE", "AT"}, "Empty": nil}}); err != nil {
		t.Fatal(err)
	}
	get := func(path string) (int, string) {
		response, err := http.Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	status, page := get("/smartalbum/image?column=image&id=a%2F1")
	for _, part := range []string{"&lt;b&gt;bold&lt;/b&gt;.jpg", "x, y", "A/B", "DE, AT", "/direct/image/a%2F1/"} {
		if status != http.StatusOK || !strings.Contains(page, part) {
			t.Errorf("got status %d and %q, want %q in it", status, page, part)
		}
	}
	if strings.Contains(page, "Empty") {
		t.Errorf("%q shows a field without a value", page)
	}
	if status, _ := get("/smartalbum/image?id=b"); status != http.StatusNotFound {
		t.Errorf("an asset that is not there: got status %d, want 404", status)
	}
}
