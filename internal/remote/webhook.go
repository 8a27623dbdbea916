package remote

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"semdex"
)

// WebhookSecret is the key by which the receiver of a webhook knows that we sent it, in the form of the Standard
// Webhooks specification: "whsec_" and 24 to 64 bytes in base64. It never shows itself.
type WebhookSecret string

func (WebhookSecret) String() string { return "(secret)" }

// GoString keeps it out of %#v too.
func (WebhookSecret) GoString() string { return "(secret)" }

const secretPrefix = "whsec_"

// NewWebhookSecret makes one of 32 random bytes.
func NewWebhookSecret() WebhookSecret {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return WebhookSecret(secretPrefix + base64.StdEncoding.EncodeToString(b[:]))
}

// ReadWebhookSecret checks a secret that a user gave; the prefix may be left out. The error is Invalid.
func ReadWebhookSecret(given string) (WebhookSecret, error) {
	s := WebhookSecret(secretPrefix + strings.TrimPrefix(strings.TrimSpace(given), secretPrefix))
	if key, err := s.key(); err != nil || len(key) < 24 || len(key) > 64 {
		return "", &semdex.Error{Code: semdex.Invalid, Message: "the secret is not of the form of Standard Webhooks",
			Hint: "give whsec_ and 24 to 64 random bytes in base64, as openssl rand -base64 32 makes them, or leave it out and one is made"}
	}
	return s, nil
}

func (s WebhookSecret) key() ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.TrimPrefix(string(s), secretPrefix))
}

// Sign gives the headers of a message that is sent now, by the Standard Webhooks specification 1.0.0
// (https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md): its id, which stays the same
// when it is sent again; the moment of this attempt in Unix seconds; and "v1," with the HMAC-SHA256, in base64, of
// id, moment and body joined by full stops. The id holds none.
func (s WebhookSecret) Sign(id string, now time.Time, body []byte) (http.Header, error) {
	key, err := s.key()
	if err != nil {
		return nil, fmt.Errorf("sign a webhook: %w", err)
	}
	moment := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + moment + "."))
	mac.Write(body)
	h := http.Header{}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", moment)
	h.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return h, nil
}
