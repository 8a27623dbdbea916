package canto

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"semdex"
	"semdex/internal/remote"
)

// Lifetimes of tokens, and how early they are renewed: by a tenth of their life, but no more than maxEarly.
const (
	defaultLife = 30 * 24 * time.Hour
	maxLife     = 400 * 24 * time.Hour
	maxEarly    = 24 * time.Hour
)

// maxTokenReply bounds the answer of the token server, maxToken the token in it, both in bytes.
const (
	maxTokenReply = 1 << 20
	maxToken      = 16 << 10
)

// tokens keeps the token in use. It is safe for use by many goroutines: one asks, the others wait.
type tokens struct {
	config Config
	client *remote.Client
	turn   chan struct{} // holds one while somebody is at what follows

	loaded  bool
	token   *oauth2.Token
	renew   time.Time // when the token is to be renewed
	storing error     // what the store failed with last; the tokens work without it
}

func newTokens(c Config) *tokens {
	return &tokens{config: c, client: c.client("the token server at " + remote.Host(c.OAuthURL)), turn: make(chan struct{}, 1)}
}

func (t *tokens) lock(ctx context.Context) (unlock func(), err error) {
	select {
	case t.turn <- struct{}{}:
		return func() { <-t.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// get gives the token in use, or a new one.
func (t *tokens) get(ctx context.Context) (*oauth2.Token, error) {
	unlock, err := t.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	t.load()
	if t.token != nil && t.config.Now().Before(t.renew) {
		return t.token, nil
	}
	token, err := grant{ctx, t}.Token()
	if err != nil {
		return nil, err
	}
	life := token.Expiry.Sub(t.config.Now())
	t.token, t.renew = token, token.Expiry.Add(-min(life/10, maxEarly))
	t.save()
	return token, nil
}

// drop forgets a token that was refused.
func (t *tokens) drop(ctx context.Context, token *oauth2.Token) {
	unlock, err := t.lock(ctx)
	if err != nil {
		return // nothing is asked any more
	}
	defer unlock()
	if t.token != nil && t.token.AccessToken == token.AccessToken {
		t.token = nil
	}
}

// storeError is what the store failed with, nil where it works.
func (t *tokens) storeError(ctx context.Context) error {
	unlock, err := t.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return t.storing
}

// kept is the form in which a token is stored.
type kept struct {
	Bound string        `json:"bound"` // to the credentials that it was given for
	Token *oauth2.Token `json:"token"`
	Renew time.Time     `json:"renew"`
}

// load reads the stored token, once. One of other credentials is left alone.
func (t *tokens) load() {
	if t.loaded || t.config.Tokens == nil {
		return
	}
	t.loaded = true
	var k kept
	body, err := t.config.Tokens.Load()
	if t.storing = err; err != nil || json.Unmarshal(body, &k) != nil {
		return
	}
	if k.Token != nil && k.Bound == t.bound() && checkToken(k.Token.AccessToken) == nil {
		t.token, t.renew = k.Token, k.Renew
	}
}

func (t *tokens) save() {
	if t.config.Tokens == nil {
		return
	}
	body, err := json.Marshal(kept{Bound: t.bound(), Token: t.token, Renew: t.renew})
	if err == nil {
		err = t.config.Tokens.Save(body)
	}
	t.storing = err
}

// bound stands for the credentials, and does not show them.
func (t *tokens) bound() string {
	c := t.config
	sum := hmac.New(sha256.New, []byte(c.AppSecret))
	for _, part := range []string{c.URL, c.OAuthURL, c.AppID, c.Scope, c.UserID} {
		sum.Write([]byte(part + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// grant asks Canto's token server for a token. Canto has names of its own for what client credentials are sent as,
// which package clientcredentials cannot be told.
type grant struct {
	ctx context.Context
	*tokens
}

var _ oauth2.TokenSource = grant{}

// Token gives a new token.
func (g grant) Token() (*oauth2.Token, error) {
	c := g.config
	form := url.Values{"app_id": {c.AppID}, "app_secret": {c.AppSecret}, "grant_type": {"client_credentials"}, "scope": {c.Scope}}
	if c.UserID != "" {
		form.Set("user_id", c.UserID)
	}
	r := remote.Request{Method: http.MethodPost, URL: c.OAuthURL + c.TokenPath, Body: []byte(form.Encode()), Timeout: c.Timeout, MaxBody: maxTokenReply,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}}
	for again := false; ; again = true {
		asked := c.Now()
		response, err := g.client.Do(g.ctx, r)
		if err != nil {
			return nil, explainToken(err)
		}
		token, err := readToken(response.Body, asked)
		if err == nil {
			return token, nil
		}
		if again {
			return nil, explainToken(g.client.Unreadable(r, response.Body, err))
		}
	}
}

// tokenReply is what the token server answers, in either of its spellings.
type tokenReply struct {
	Access   *string         `json:"accessToken"`
	Access2  *string         `json:"access_token"`
	Expires  json.RawMessage `json:"expiresIn"`
	Expires2 json.RawMessage `json:"expires_in"`
}

// readToken reads a reply. A token whose lifetime is not told, or not as a number, lives for 30 days.
func readToken(body []byte, asked time.Time) (*oauth2.Token, error) {
	var reply tokenReply
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, withoutValue(err)
	}
	if reply.Access == nil {
		reply.Access = reply.Access2
	}
	if reply.Access == nil {
		return nil, errors.New("there is no accessToken in it")
	}
	if err := checkToken(*reply.Access); err != nil {
		return nil, err
	}
	life := lifetime(reply.Expires)
	if life == 0 {
		life = lifetime(reply.Expires2)
	}
	if life == 0 {
		life = defaultLife
	}
	return &oauth2.Token{AccessToken: *reply.Access, TokenType: "Bearer", Expiry: asked.Add(life)}, nil
}

// withoutValue says what is wrong with a reply, and not what stands in it: that may be a secret.
func withoutValue(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return errors.New(kind.Field + " is no " + kind.Type.String())
	}
	return errors.New("it is no JSON object")
}

// checkToken says what is wrong with a token that cannot stand in a header.
func checkToken(token string) error {
	switch {
	case token == "" || len(token) > maxToken:
		return errors.New("the accessToken in it is empty or far too long")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("the accessToken in it holds characters that no token has")
	}
	return nil
}

// lifetime reads a number of seconds, or a string that holds one; it gives 0 where there is none.
func lifetime(raw json.RawMessage) time.Duration {
	seconds, err := strconv.ParseFloat(strings.Trim(string(raw), `" `), 64)
	if err != nil || !(seconds >= 1) {
		return 0
	}
	return time.Duration(min(seconds, maxLife.Seconds()) * float64(time.Second))
}

// explainToken says what a token that was not given means, and what to try.
func explainToken(err error) error {
	fault := remote.FaultOf(err)
	if fault == nil {
		return err
	}
	e := &semdex.Error{Code: semdex.Upstream, Err: fault}
	switch fault.Kind {
	case remote.Unauthorized, remote.Forbidden, remote.Refused:
		e.Message = "Canto refuses the app id or the app secret"
		e.Hint = "check app_id and app_secret against the API key in Canto (Settings > Configuration Options > API), where Support Client Credentials Mode must be on; check scope and user_id where they are set"
	case remote.Missing, remote.Redirected, remote.Unreadable:
		e.Message = "there is no token server of Canto at " + fault.URL
		e.Hint = "check tenant, or oauth_url and token_path; the tenant's domain must be right (canto.com, canto.global, canto.de ...)"
	default:
		return err
	}
	return e
}
