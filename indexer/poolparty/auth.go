package poolparty

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"semdex"
	"semdex/internal/remote"
)

// Tokens are renewed before they end, by a quarter of their life but no more than maxEarly.
const maxEarly = 30 * time.Second

// maxToken bounds the answer of a token address, in bytes.
const maxToken = 1 << 20

// tokens keeps the token in use.
type tokens struct {
	config Config
	http   *http.Client

	mu    sync.Mutex
	token string
	until time.Time // when it is to be renewed; zero: never
}

func newTokens(c Config) *tokens {
	client := c.client("the token server at " + remote.Host(c.TokenURL))
	return &tokens{config: c, http: &http.Client{Transport: &bounded{client, c.Timeout}}}
}

// get gives the token in use, or a new one.
func (t *tokens) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && (t.until.IsZero() || t.config.Now().Before(t.until)) {
		return t.token, nil
	}
	got, err := t.ask(context.WithValue(ctx, oauth2.HTTPClient, t.http))
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", explainToken(err)
	}
	t.token, t.until = got.AccessToken, time.Time{}
	if !got.Expiry.IsZero() {
		life := time.Until(got.Expiry)
		t.until = t.config.Now().Add(life - min(life/4, maxEarly))
	}
	return t.token, nil
}

// ask logs in. The client is named in the body: a second try in a header would count as a second failed login.
func (t *tokens) ask(ctx context.Context) (*oauth2.Token, error) {
	c := t.config
	if c.Grant == grantClient {
		config := clientcredentials.Config{ClientID: c.ClientID, ClientSecret: c.ClientSecret, TokenURL: c.TokenURL, AuthStyle: oauth2.AuthStyleInParams}
		return config.Token(ctx)
	}
	config := oauth2.Config{ClientID: c.ClientID, ClientSecret: c.ClientSecret,
		Endpoint: oauth2.Endpoint{TokenURL: c.TokenURL, AuthStyle: oauth2.AuthStyleInParams}}
	return config.PasswordCredentialsToken(ctx, c.Username, c.Password)
}

// drop forgets a token that was refused.
func (t *tokens) drop(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == token {
		t.token = ""
	}
}

// bounded sends the requests of oauth2 with the timeouts, bounds and retry rule of remote.
type bounded struct {
	client  *remote.Client
	timeout time.Duration
}

// RoundTrip gives an answer in 2xx; any other is an error.
func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return nil, err
	}
	request := remote.Request{Method: r.Method, URL: r.URL.String(), Header: r.Header, Body: body, Timeout: b.timeout, MaxBody: maxToken}
	response, err := b.client.Do(r.Context(), request)
	if err != nil {
		return nil, err
	}
	if remote.IsPage(response.Body) {
		return nil, b.client.Unreadable(request, response.Body, nil)
	}
	return &http.Response{StatusCode: response.Status, Header: response.Header, Body: io.NopCloser(bytes.NewReader(response.Body)), Request: r}, nil
}

// explainToken says what a login that failed means, and what to try.
func explainToken(err error) error {
	fault := remote.FaultOf(err)
	if fault == nil {
		return &semdex.Error{Code: semdex.Upstream, Message: "the token server of PoolParty gave no token", Hint: "check token_url and grant", Err: withoutBody(err)}
	}
	e := &semdex.Error{Code: semdex.Upstream, Err: fault}
	switch fault.Kind {
	case remote.Unauthorized:
		e.Message = "the token server of PoolParty refuses the user, the password or the client"
		e.Hint = "check username and password, or client_id and client_secret, in the configuration; the account may be locked"
	case remote.Refused, remote.Forbidden:
		e.Message = "the token server of PoolParty refuses this way to log in"
		e.Hint = "check client_id, client_secret and grant; the client must be allowed direct access grants (password) or service accounts (client_credentials)"
	case remote.Missing:
		e.Message = "there is no token server of PoolParty at this address"
		e.Hint = "check token_url: host, /auth and the name of the realm"
	default:
		errors.As(err, &e)
	}
	return e
}

// withoutBody keeps what an answer says of its error, and leaves out its text.
func withoutBody(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return errors.New(refused.ErrorCode + " " + refused.ErrorDescription)
	}
	return err
}

// authorize gives the header of a call, and the token in it.
func (s *Source) authorize(ctx context.Context) (header http.Header, token string, err error) {
	header = http.Header{"Accept": {"application/json, text/plain;q=0.9, */*;q=0.1"}}
	if s.tokens == nil {
		pair := s.config.Username + ":" + s.config.Password
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
		return header, "", nil
	}
	token, err = s.tokens.get(ctx)
	header.Set("Authorization", "Bearer "+token)
	return header, token, err
}
