package remote

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"semdex"
)

// TestSignature holds to a value that openssl made:
//
//	printf 'msg_1.1614265330.{"test": 2432232314}' | openssl dgst -sha256 -hmac 'thirty-two bytes of a known key!' -binary | base64
func TestSignature(t *testing.T) {
	t.Parallel()
	secret, err := ReadWebhookSecret("whsec_dGhpcnR5LXR3byBieXRlcyBvZiBhIGtub3duIGtleSE=")
	if err != nil {
		t.Fatal(err)
	}
	h, err := secret.Sign("msg_1", time.Unix(1614265330, 999), []byte(`{"test": 2432232314}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"webhook-id": "msg_1", "webhook-timestamp": "1614265330", "webhook-signature": "v1,4LaF+8n3wvN4XQdfCQKhJTCsrrTykFrw58zaL6n6svg="} {
		if got := h.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	a, b := NewWebhookSecret(), NewWebhookSecret()
	if a == b || !strings.HasPrefix(string(a), "whsec_") {
		t.Errorf("two new ones: same is %v", a == b)
	}
	for _, given := range []string{string(a), strings.TrimPrefix(string(a), "whsec_"), " " + string(a) + "\n"} {
		if got, err := ReadWebhookSecret(given); err != nil || got != a {
			t.Errorf("a good one is refused: %v", err)
		}
	}
	for _, given := range []string{"", "whsec_", "hunter2", "whsec_c2hvcnQ=", "whsec_" + strings.Repeat("QUJD", 40), "whsec_&&&&"} {
		_, err := ReadWebhookSecret(given)
		if semdex.CodeOf(err) != semdex.Invalid || given != "" && given != "whsec_" && strings.Contains(fmt.Sprint(err, semdex.HintOf(err)), given) {
			t.Errorf("%q: got %v", given, err)
		}
	}
	for _, shown := range []string{fmt.Sprint(a), fmt.Sprintf("%#v", a), fmt.Sprintf("%+v", struct{ S WebhookSecret }{a})} {
		if strings.Contains(shown, string(a)) {
			t.Errorf("it shows as %s", shown)
		}
	}
}
