package canto

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"semdex"
	"semdex/internal/remote"
)

// groups are those of endpoints that have a limit of their own at Canto.
const (
	groupList   = "list"
	groupBatch  = "batch"
	groupTree   = "tree"
	groupField  = "field"
	groupUser   = "user"
	groupBinary = "binary"
)

var groups = []string{groupList, groupBatch, groupTree, groupField, groupUser, groupBinary}

// request makes a call of the API. Segments of the path that come from outside must be escaped.
func (s *Source) request(group, path string, query url.Values) remote.Request {
	address := s.config.URL + "/api/v1" + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return remote.Request{URL: address, Timeout: s.config.Timeout, Pace: s.paces[group], Whole: whole}
}

// whole notices JSON that ends too early.
func whole(body []byte) error {
	body = bytes.TrimSpace(body)
	if len(body) == 0 || (body[0] == '{' && body[len(body)-1] != '}') || (body[0] == '[' && body[len(body)-1] != ']') {
		return errors.New("the JSON ends too early")
	}
	return nil
}

// send sends a call with a token. A token that is refused is renewed once.
func (s *Source) send(ctx context.Context, r remote.Request, do func(context.Context, remote.Request) (*remote.Response, error)) (*remote.Response, error) {
	for again := false; ; again = true {
		token, err := s.tokens.get(ctx)
		if err != nil {
			return nil, err
		}
		r.Header = http.Header{"Accept": {"application/json"}, "Authorization": {"Bearer " + token.AccessToken}}
		if r.Body != nil {
			r.Header.Set("Content-Type", "application/json")
		}
		response, err := do(ctx, r)
		if again || !remote.Is(err, remote.Unauthorized) {
			return response, explain(err)
		}
		s.tokens.drop(ctx, token)
	}
}

// read sends a call and decodes its answer, which is asked for once more where that fails.
func (s *Source) read(ctx context.Context, r remote.Request, decode func(body []byte) error) (*remote.Response, error) {
	response, err := s.client.Read(r, func(r remote.Request) (*remote.Response, error) { return s.send(ctx, r, s.client.Do) }, decode)
	if remote.Is(err, remote.Unreadable) {
		err = explain(err)
	}
	return response, err
}

// into decodes into v.
func into(v any) func(body []byte) error {
	return func(body []byte) error { return json.Unmarshal(body, v) }
}

// escape writes a text as one segment of a path.
func escape(segment string) string {
	if strings.Trim(segment, ".") == "" { // "." and ".." lead elsewhere
		return strings.ReplaceAll(segment, ".", "%2E")
	}
	return url.PathEscape(segment)
}

// explain says what a failed call means in Canto, and what to try. It keeps the fault.
func explain(err error) error {
	fault := remote.FaultOf(err)
	if fault == nil {
		return err
	}
	e := &semdex.Error{Code: semdex.Upstream, Err: fault}
	switch {
	case fault.Kind == remote.Unauthorized:
		e.Message = "Canto refuses a token that was given a moment ago"
		e.Hint = "check that url and oauth_url belong to the same tenant, and that the API key was not revoked"
	case fault.Kind == remote.Forbidden:
		e.Message = "the Canto account may not make this call"
		e.Hint = "give the account of the API key the right to see all assets, folders and custom fields; check scope and user_id"
	case fault.Kind == remote.Missing:
		e.Message = "Canto does not know this call"
		e.Hint = "check tenant (or url) in the configuration"
	case fault.Kind == remote.Redirected, fault.Kind == remote.Unreadable && strings.Contains(fault.Said, "web page"):
		e.Message = "Canto answers with a web page, such as a login, instead of data"
		e.Hint = "check tenant (or url) in the configuration, and proxies in between"
	default:
		return err
	}
	return e
}
