package api

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"semdex"

	"golang.org/x/time/rate"
)

// Rate is how many requests a key may send in a length of time, and how many of them at once. The zero Rate is no
// bound.
type Rate struct {
	Requests int
	Per      time.Duration
	Burst    int
}

var rateUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// maxRate bounds the requests of a Rate.
const maxRate = 1_000_000

// ParseRate reads "10/s", "600/m" or "5000/h", and "10/s+50" where other than 10 may come at once. "" is no bound.
func ParseRate(s string) (Rate, error) {
	if s == "" {
		return Rate{}, nil
	}
	bad := &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("no such rate: %q", s), Hint: "write 10/s, 600/m or 5000/h, and 10/s+50 to allow 50 at once"}
	text, burst, hasBurst := strings.Cut(s, "+")
	count, unit, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(count)
	r := Rate{Requests: n, Per: rateUnits[unit], Burst: n}
	if err == nil && hasBurst {
		r.Burst, err = strconv.Atoi(burst)
	}
	if err != nil || r.Per == 0 || r.Requests < 1 || r.Requests > maxRate || r.Burst < 1 || r.Burst > maxRate {
		return Rate{}, bad
	}
	return r, nil
}

// String writes a Rate as ParseRate reads it.
func (r Rate) String() string {
	for unit, per := range rateUnits {
		if per == r.Per && r.Burst == r.Requests {
			return fmt.Sprintf("%d/%s", r.Requests, unit)
		} else if per == r.Per {
			return fmt.Sprintf("%d/%s+%d", r.Requests, unit, r.Burst)
		}
	}
	return ""
}

// MarshalText satisfies encoding.TextMarshaler.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText satisfies encoding.TextUnmarshaler.
func (r *Rate) UnmarshalText(text []byte) error {
	var err error
	*r, err = ParseRate(string(text))
	return err
}

// limits counts the requests of each key that has a Rate: a bucket of Burst tokens that fills at the rate.
type limits struct {
	mu  sync.Mutex
	own map[string]*limit // by id of the key
}

type limit struct {
	rate    Rate
	limiter *rate.Limiter
}

// allowance is what a key has left.
type allowance struct {
	left  int
	whole time.Duration // until nothing is used up any more
	wait  time.Duration // until the next request may come; 0 where this one may
}

// take counts one request of a key.
func (l *limits) take(k Key, now time.Time) allowance {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := l.own[k.ID]
	if own == nil || own.rate != k.Rate {
		own = &limit{k.Rate, rate.NewLimiter(rate.Limit(float64(k.Rate.Requests)/k.Rate.Per.Seconds()), k.Rate.Burst)}
		if l.own == nil {
			l.own = map[string]*limit{}
		}
		l.own[k.ID] = own
	}
	var a allowance
	if turn := own.limiter.ReserveN(now, 1); turn.DelayFrom(now) > 0 {
		a.wait = turn.DelayFrom(now)
		turn.CancelAt(now)
	}
	tokens := max(0, own.limiter.TokensAt(now))
	a.left = int(tokens)
	a.whole = time.Duration((float64(k.Rate.Burst) - tokens) / float64(own.limiter.Limit()) * float64(time.Second))
	return a
}

// tooMany is the one code beside methodNotAllowed that only a door knows.
const tooMany semdex.Code = "too_many_requests"

// pace counts a request of a key with a rate and refuses it where it is one too many. The headers are those of the
// IETF draft RateLimit header fields for HTTP (draft-ietf-httpapi-ratelimit-headers-10).
func (s *service) pace(h http.Header, k Key) error {
	if k.Rate == (Rate{}) {
		return nil
	}
	a := s.limits.take(k, s.now())
	h.Set("RateLimit-Policy", fmt.Sprintf(`"key";q=%d;w=%d`, k.Rate.Requests, seconds(k.Rate.Per)))
	h.Set("RateLimit", fmt.Sprintf(`"key";r=%d;t=%d`, a.left, seconds(a.whole)))
	if a.wait == 0 {
		return nil
	}
	h.Set("Retry-After", strconv.Itoa(seconds(a.wait)))
	return &semdex.Error{Code: tooMany, Message: "the key may send no more than " + k.Rate.String(), Hint: "wait for as many seconds as Retry-After says"}
}

// seconds rounds up, so that whoever waits that long does not come too early.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
