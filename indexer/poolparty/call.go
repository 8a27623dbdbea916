package poolparty

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"semdex"
	"semdex/internal/remote"
)

// request makes a call below the host. Path segments that come from outside must be escaped.
func (s *Source) request(path string, query url.Values) remote.Request {
	address := s.config.URL + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return remote.Request{URL: address, Timeout: s.config.Timeout, Pace: s.pace}
}

// send sends a call with credentials. A token that is refused is renewed once.
func (s *Source) send(ctx context.Context, r remote.Request) (*remote.Response, error) {
	for again := false; ; again = true {
		header, token, err := s.authorize(ctx)
		if err != nil {
			return nil, err
		}
		r.Header = header
		response, err := s.client.Do(ctx, r)
		if again || s.tokens == nil || !remote.Is(err, remote.Unauthorized) {
			return response, s.explain(err)
		}
		s.tokens.drop(token)
	}
}

// read sends a call and decodes its answer, which is asked for once more where that fails.
func (s *Source) read(ctx context.Context, r remote.Request, decode func(body []byte) error) (*remote.Response, error) {
	return s.client.Read(r, func(r remote.Request) (*remote.Response, error) { return s.send(ctx, r) }, decode)
}

// explain says what a failed call means in PoolParty, and what to try. It keeps the fault.
func (s *Source) explain(err error) error {
	fault := remote.FaultOf(err)
	if fault == nil {
		return err
	}
	e := &semdex.Error{Code: semdex.Upstream, Err: fault}
	switch {
	case fault.Kind == remote.Unauthorized && s.tokens != nil:
		e.Message = "PoolParty refuses a token that was issued a moment ago"
		e.Hint = "check that token_url belongs to this server and realm, and that client_id is one for its thesaurus"
	case fault.Kind == remote.Unauthorized && strings.Contains(fault.Asks, "Bearer") && !strings.Contains(fault.Asks, "Basic"):
		e.Message = "PoolParty takes no user name and password here: Basic authentication is switched off"
		e.Hint = "set auth: oauth; the user name and password stay the same"
	case fault.Kind == remote.Unauthorized:
		e.Message = "PoolParty refuses the user name or the password"
		e.Hint = "check username and password in the configuration; if they are right, Basic authentication may be switched off: try auth: oauth"
	case fault.Kind == remote.Forbidden:
		e.Message = "the PoolParty account may not make this call"
		e.Hint = "ask the administrator of PoolParty for the right to use the API, and for a user group of the project"
	case fault.Kind == remote.Missing:
		e.Message = "this server has no such call of PoolParty"
		e.Hint = "check that url is the host of PoolParty, without a path"
	case fault.Status == http.StatusServiceUnavailable && fault.Said == "a web page":
		e.Message = "PoolParty is not up, or the proxy before it cannot reach it"
		e.Hint = "try again later; if it stays so, ask who runs it"
	case fault.Status == http.StatusServiceUnavailable:
		e.Message = "this call is not in the licence of the PoolParty server"
		e.Hint = "ask the vendor for a licence with the API; if PoolParty was just restarting, try again"
	default:
		return err
	}
	return e
}

// decodeList reads a JSON array of objects, or an object with one of the keys that holds such an array. Keys are in
// lower case.
func decodeList(body []byte, keys ...string) ([]object, error) {
	var list []object
	err := json.Unmarshal(body, &list)
	if err == nil {
		return list, nil
	}
	var outer object
	if json.Unmarshal(body, &outer) != nil {
		return nil, err
	}
	for _, key := range keys {
		if inner, ok := outer[key]; ok {
			return decodeList(inner)
		}
	}
	return nil, err
}

// object is a JSON object whose keys were put in lower case: servers differ in them.
type object map[string]json.RawMessage

// UnmarshalJSON reads an object. Of keys that differ in case only, any may win.
func (o *object) UnmarshalJSON(body []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return err
	}
	*o = make(object, len(raw))
	for key, value := range raw {
		(*o)[strings.ToLower(key)] = value
	}
	return nil
}

// text gives the value of the first of the keys that has one, as text.
func (o object) text(keys ...string) string {
	for _, key := range keys {
		if text := textOf(o[key], 4); text != "" {
			return text
		}
	}
	return ""
}

// textOf reads a string, a number, an object that names something, or the first of a list.
func textOf(raw json.RawMessage, depth int) string {
	var text string
	var number json.Number
	var list []json.RawMessage
	var inner object
	switch {
	case len(raw) == 0 || depth == 0:
		return ""
	case json.Unmarshal(raw, &text) == nil:
		return strings.TrimSpace(text)
	case json.Unmarshal(raw, &number) == nil:
		return number.String()
	case json.Unmarshal(raw, &list) == nil && len(list) > 0:
		return textOf(list[0], depth-1)
	case json.Unmarshal(raw, &inner) == nil:
		for _, key := range []string{"uri", "@id", "id", "value", "label"} {
			if text := textOf(inner[key], depth-1); text != "" {
				return text
			}
		}
	}
	return ""
}

// texts reads a list of strings, or one string with commas.
func (o object) texts(keys ...string) []string {
	for _, key := range keys {
		var list []string
		if json.Unmarshal(o[key], &list) == nil && len(list) > 0 {
			return list
		}
		if text := textOf(o[key], 1); text != "" {
			return strings.Split(text, ",")
		}
	}
	return nil
}
