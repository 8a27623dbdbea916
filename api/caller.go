package api

import (
	"context"
	"strings"
	"time"

	"semdex"

	"github.com/gin-gonic/gin"
)

// Checker tells what a key permits. *KeyStore satisfies it.
type Checker interface {
	Check(plain string, now time.Time) (Key, error)
	// AllowsOrigin reports whether pages of an origin may use any valid key.
	AllowsOrigin(origin string, now time.Time) bool
}

type callerKey struct{}

// Caller gives the name of the key with which a request came, or the key's id where it has no name; "" for
// what came otherwise.
func Caller(ctx context.Context) string {
	name, _ := ctx.Value(callerKey{}).(string)
	return name
}

func withCaller(ctx context.Context, k Key) context.Context {
	name := k.Name
	if name == "" {
		name = k.ID
	}
	return context.WithValue(ctx, callerKey{}, name)
}

// sentKey takes the key out of a request. A bearer token goes before X-API-Key.
func sentKey(c *gin.Context) string {
	scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if token = strings.TrimSpace(token); strings.EqualFold(scheme, "Bearer") && token != "" {
		return token
	}
	return strings.TrimSpace(c.GetHeader("X-API-Key"))
}

// errNoKey is the answer to a request without a key.
var errNoKey = &semdex.Error{Code: semdex.Unauthorized, Message: "this needs a key",
	Hint: "send Authorization: Bearer KEY or X-API-Key: KEY; semdex keys create makes one"}

// authorize gives the key of a request, if it permits scope, or the other one, is for the page that sent it, and may
// send one more request now; the empty scope takes any valid key.
func (s *service) authorize(c *gin.Context, scope, also Scope) (Key, error) {
	plain := sentKey(c)
	if plain == "" {
		return Key{}, errNoKey
	}
	k, err := s.keys.Check(plain, s.now())
	if err != nil {
		return Key{}, err
	}
	c.Set(keyOfLog, k.ID)
	if err := s.admit(c, k); err != nil {
		return Key{}, err
	}
	if err := s.pace(c.Writer.Header(), k); err != nil {
		return Key{}, err
	}
	if scope != "" && !k.Has(scope) && (also == "" || !k.Has(also)) {
		return Key{}, &semdex.Error{Code: semdex.Forbidden, Message: "the key lacks the scope " + string(scope),
			Hint: "use a key with it; semdex keys create --scope " + string(scope) + " makes one"}
	}
	return k, nil
}

// choose gives the library that a request is for: the one it names, of those the key may open, or the only one.
func (s *service) choose(k Key, asked string) (string, error) {
	names := k.Libraries
	if len(names) == 0 {
		names = s.libraries.Names()
		if len(names) > 1 && !k.Has(ScopeAdmin) {
			return "", &semdex.Error{Code: semdex.Forbidden, Message: "the key names no library, and there are several",
				Hint: "make a key for one: semdex keys create --library NAME"}
		}
	}
	for _, name := range names {
		if name == asked || asked == "" && len(names) == 1 {
			return name, nil
		}
	}
	if asked == "" && len(names) > 1 {
		return "", wrong("library", inQuery, "is missing, and the key opens several", "one of "+strings.Join(names, ", "))
	}
	return "", &semdex.Error{Code: semdex.NotFound, Message: "no such library", Hint: "leave library out, or name one that the key opens"}
}
