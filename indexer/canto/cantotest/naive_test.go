package cantotest_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex"
	"semdex/indexer"
	"semdex/indexer/canto/cantotest"
	"semdex/internal/remote"
)

// mistake is one that clients of Canto make.
type mistake string

const (
	none           mistake = ""
	skipsOne       mistake = "goes on at start + limit + 1"
	tokenPerCall   mistake = "asks for a token before each call"
	impatient      mistake = "asks again at once after a 429"
	paceless       mistake = "asks as fast as it can"
	trustsTime     mistake = "takes time for the modification"
	needsResults   mistake = "breaks without results"
	needsFound     mistake = "stops where found is absent"
	leaksToken     mistake = "sends the token wherever it is led"
	readsUTC       mistake = "reads stamps as UTC"
	asksSingly     mistake = "asks for each asset by itself"
	keepsToken     mistake = "never renews a token"
	trustsEnds     mistake = "takes a listing that ended for a whole one"
	noOverlap      mistake = "goes on exactly where the page ended"
	givesUp        mistake = "gives up at a broken connection"
	strictNumbers  mistake = "takes a number for 0 where it stands in a string"
	dropsMalformed mistake = "drops what it cannot read without a word"
	forgetsEdits   mistake = "lists nothing after a cursor"
)

// naive is a client of a few lines, right but for its mistake.
type naive struct {
	server  *cantotest.Server
	mistake mistake
	http    http.Client
	token   string
	paces   map[string]*remote.Pace
}

func open(m mistake) func(*cantotest.Server) (cantotest.Client, error) {
	return func(s *cantotest.Server) (cantotest.Client, error) {
		n := &naive{server: s, mistake: m, paces: map[string]*remote.Pace{}}
		n.http.Transport = &http.Transport{DisableKeepAlives: true}
		n.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		for group, limit := range s.Options().CallsPerMinute {
			if m != paceless && limit > 0 {
				n.paces[group] = remote.NewPace(limit, s.Options().Window)
			}
		}
		return n, nil
	}
}

func (n *naive) Name() string { return "naive" }

// page is what a list call gives.
type page struct {
	Results []json.RawMessage
	Found   *int
}

// Fetch lists everything without a cursor, else what was modified since shortly before.
func (n *naive) Fetch(ctx context.Context, cursor []byte, yield func(indexer.Item) error) (indexer.Listing, error) {
	l := &listing{naive: n, yield: yield, seen: map[string]bool{}, complete: cursor == nil}
	if cursor != nil {
		since, err := time.Parse(time.RFC3339Nano, string(cursor))
		if err != nil {
			return indexer.Listing{}, err
		}
		l.since = since.Add(-10 * time.Minute)
		err = l.walk(ctx, "/search", "last_modified", "descending")
		return indexer.Listing{Cursor: l.cursor()}, err
	}
	for _, scheme := range []string{"image", "video", "audio", "document", "presentation", "other"} {
		if err := l.walk(ctx, "/"+scheme, "time", "ascending"); err != nil {
			return indexer.Listing{}, err
		}
	}
	return indexer.Listing{Cursor: l.cursor(), Complete: l.complete}, nil
}

// listing is a Fetch under way.
type listing struct {
	*naive
	yield    func(indexer.Item) error
	seen     map[string]bool
	newest   time.Time
	since    time.Time
	complete bool
}

func (l *listing) cursor() []byte { return []byte(l.newest.Format(time.RFC3339Nano)) }

func (l *listing) walk(ctx context.Context, path, sortBy, direction string) error {
	size, overlap, most := l.server.Options().PageSize, 10, 0
	if l.mistake == noOverlap || l.mistake == skipsOne {
		overlap = 0
	}
	before := len(l.seen)
	for start := 0; ; {
		var p page
		query := url.Values{"sortBy": {sortBy}, "sortDirection": {direction}, "start": {strconv.Itoa(start)}, "limit": {strconv.Itoa(size)}}
		if err := l.json(ctx, "list", path+"?"+query.Encode(), &p); err != nil {
			if l.mistake == trustsEnds {
				return nil
			}
			return err
		}
		if l.mistake == needsResults && p.Results == nil {
			return errors.New("there are no results")
		}
		old, err := l.take(ctx, p.Results)
		if err != nil {
			return err
		}
		found := start + len(p.Results) + min(1, len(p.Results))
		if p.Found != nil {
			found = *p.Found
		} else if l.mistake == needsFound {
			found = 0
		}
		most = max(most, found)
		next := start + len(p.Results)
		if old || len(p.Results) == 0 || next >= found {
			break
		}
		if start = max(start+1, next-overlap); l.mistake == skipsOne {
			start = next + 1
		}
	}
	if len(l.seen)-before < most && l.since.IsZero() && l.mistake != trustsEnds && l.mistake != skipsOne {
		l.complete = l.complete && most == len(l.seen)-before+1 // found was not said
	}
	return nil
}

// take hands on what was not seen before, and tells whether it came to what is older than the cursor.
func (l *listing) take(ctx context.Context, results []json.RawMessage) (old bool, err error) {
	for _, raw := range results {
		item, key := l.item(ctx, raw)
		if a := item.Asset; a != nil && a.Modified.Before(l.since) {
			return true, nil
		} else if a != nil && a.Modified.After(l.newest) {
			l.newest = a.Modified
		}
		if l.seen[key] || l.mistake == dropsMalformed && item.Rejected != nil || l.mistake == forgetsEdits && !l.since.IsZero() {
			continue
		}
		l.seen[key] = true
		if err := l.yield(item); err != nil {
			return false, err
		}
	}
	return false, nil
}

// record is what the naive client reads of an asset.
type record struct {
	ID, Scheme, Name    string
	Size, Width, Height json.Number
	Tag, Keyword        []string
	Time, Created       string
	Default, Additional map[string]any
	RelatedAlbums       []struct{ NamePath string }
}

func (l *listing) item(ctx context.Context, raw json.RawMessage) (indexer.Item, string) {
	var r record
	err := json.Unmarshal(raw, &r)
	key := r.Scheme + ":" + r.ID
	if err != nil {
		return indexer.Item{Rejected: &indexer.Rejection{ID: semdex.AssetID("naive:" + key), Reason: err.Error()}}, key
	}
	if l.mistake == asksSingly && !l.seen[key] {
		l.json(ctx, "single", "/"+r.Scheme+"/"+r.ID, &r)
	}
	a := &semdex.Asset{ID: semdex.AssetID("naive:" + key), Type: r.Scheme, Name: r.Name, Tags: r.Tag, Keywords: r.Keyword,
		Created: l.stamp(r.Created), Modified: l.stamp(fmt.Sprint(r.Default["Date modified"])), Fields: map[string][]string{}}
	if l.mistake == trustsTime {
		a.Modified = l.stamp(r.Time)
	}
	if l.mistake != strictNumbers {
		for number, into := range map[json.Number]*int64{cmp.Or(r.Size, "0"): &a.Size, cmp.Or(r.Width, "0") + " ": &a.Width, cmp.Or(r.Height, "0") + "  ": &a.Height} {
			*into, _ = strconv.ParseInt(strings.TrimSpace(string(number)), 10, 64)
		}
	}
	for _, album := range r.RelatedAlbums {
		a.Albums = append(a.Albums, album.NamePath)
	}
	for name, value := range r.Additional {
		if values := valuesOf(value); len(values) > 0 {
			a.Fields[name] = values
		}
	}
	return indexer.Item{Asset: a}, key
}

// valuesOf reads the value of a custom field.
func valuesOf(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, fmt.Sprint(one))
		}
		return all
	}
	return slices.DeleteFunc([]string{fmt.Sprint(value)}, func(s string) bool { return s == "" })
}

func (l *listing) stamp(digits string) time.Time {
	zone := l.server.Options().TimeZone
	if l.mistake == readsUTC {
		zone = time.UTC
	}
	t, _ := time.ParseInLocation("20060102150405.000", digits[:min(14, len(digits))]+"."+digits[min(14, len(digits)):], zone)
	return t
}

// json calls the API and reads what it says; where that is broken it tries again.
func (n *naive) json(ctx context.Context, group, path string, into any) error {
	for attempt := 1; ; attempt++ {
		body, _, err := n.call(ctx, group, n.server.URL()+"/api/v1"+path)
		if err == nil {
			if err = json.Unmarshal(body, into); err == nil {
				return nil
			}
		}
		if status := new(statusError); errors.As(err, status) || attempt == 3 || n.mistake == givesUp {
			return err
		}
	}
}

type statusError int

func (s statusError) Error() string { return fmt.Sprintf("status %d", int(s)) }

// call sends the token along, renews it once, and waits where it is told to.
func (n *naive) call(ctx context.Context, group, address string) ([]byte, string, error) {
	for renewed := false; ; {
		if n.token == "" || n.mistake == tokenPerCall {
			if err := n.authorize(ctx); err != nil {
				return nil, "", err
			}
		}
		response, body, err := n.send(ctx, group, address, n.token)
		switch {
		case err != nil:
			return nil, "", err
		case response.StatusCode == http.StatusUnauthorized && !renewed && n.mistake != keepsToken:
			n.token, renewed = "", true
		case response.StatusCode == http.StatusTooManyRequests:
			n.wait(response.Header.Get("Retry-After"))
		case response.StatusCode >= 400:
			return nil, "", statusError(response.StatusCode)
		default:
			return body, response.Header.Get("Location"), nil
		}
	}
}

func (n *naive) wait(told string) {
	wait := n.server.Options().Window
	if seconds, err := strconv.Atoi(told); err == nil {
		wait = time.Duration(seconds) * time.Second
	}
	if n.mistake != impatient {
		time.Sleep(wait)
	}
}

func (n *naive) send(ctx context.Context, group, address, token string) (*http.Response, []byte, error) {
	done, err := n.paces[group].Enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := n.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, body, err
}

func (n *naive) authorize(ctx context.Context) error {
	o := n.server.Options()
	form := url.Values{"app_id": {o.AppID}, "app_secret": {o.AppSecret}, "grant_type": {"client_credentials"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.server.OAuthURL()+"/oauth/api/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := n.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var reply struct{ AccessToken string }
	err = json.NewDecoder(response.Body).Decode(&reply)
	n.token = reply.AccessToken
	return err
}

func (n *naive) Preview(ctx context.Context, id semdex.AssetID) ([]byte, error) {
	path := strings.ReplaceAll(strings.TrimPrefix(string(id), "naive:"), ":", "/")
	_, location, err := n.call(ctx, "binary", n.server.URL()+"/api_binary/v1/"+path+"/preview")
	if err != nil {
		return nil, err
	}
	token := ""
	if n.mistake == leaksToken {
		token = n.token
	}
	_, body, err := n.send(ctx, "cdn", location, token)
	return body, err
}
