package semdex_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"semdex"
)

const secret = "/home/ann/secret token=4711"

func TestPublic(t *testing.T) {
	t.Parallel()
	cause := errors.New(secret)
	shown := &semdex.Error{Code: semdex.Upstream, Message: "Canto did not answer", Hint: "try later", Err: cause}
	bland := semdex.Public(cause).Message
	tests := []struct {
		name string
		err  error
		code semdex.Code
		want string // message
	}{
		{"an Error shows its message", shown, semdex.Upstream, "Canto did not answer"},
		{"an Error that is wrapped", fmt.Errorf("%s: %w", secret, shown), semdex.Upstream, "Canto did not answer"},
		{"an Error around another shows its own", &semdex.Error{Code: semdex.Busy, Message: "full", Err: shown}, semdex.Busy, "full"},
		{"an Error joined with others", errors.Join(cause, shown), semdex.Upstream, "Canto did not answer"},
		{"any other error is bland", fmt.Errorf("open: %w", &fs.PathError{Op: "open", Path: secret, Err: fs.ErrNotExist}), semdex.Internal, bland},
		{"an internal Error is bland", &semdex.Error{Code: semdex.Internal, Message: secret, Hint: secret}, semdex.Internal, bland},
		{"what an internal Error wraps is hidden", &semdex.Error{Code: semdex.Internal, Message: secret, Err: shown}, semdex.Internal, bland},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := semdex.Public(tt.err)
			if got.Code != tt.code || got.Message != tt.want || got.Err != nil {
				t.Errorf("got %q %q (cause %v), want %q %q and no cause", got.Code, got.Message, got.Err, tt.code, tt.want)
			}
			if strings.Contains(got.Error()+got.Hint, "4711") {
				t.Errorf("the cause leaks: %q, hint %q", got.Error(), got.Hint)
			}
			if code := semdex.CodeOf(tt.err); code != tt.code {
				t.Errorf("code: got %q, want %q", code, tt.code)
			}
		})
	}
	if got := semdex.Public(shown).Hint; got != shown.Hint {
		t.Errorf("hint: got %q, want %q", got, shown.Hint)
	}
}

func TestErrorTellsItsCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("refused")
	tests := []struct {
		name string
		err  *semdex.Error
		want string
	}{
		{"message and cause", &semdex.Error{Message: "no answer", Err: cause}, "no answer: refused"},
		{"message alone", &semdex.Error{Message: "no answer"}, "no answer"},
		{"cause alone", &semdex.Error{Err: cause}, "refused"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if !errors.Is(&semdex.Error{Err: cause}, cause) {
		t.Error("the cause is not found by errors.Is")
	}
}
