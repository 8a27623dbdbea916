package plot

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// signOf gives a unit that stands at each number, as "%" and "€" do. One with letters does not.
func signOf(unit string) string {
	unit = clean(unit)
	if len([]rune(unit)) > 3 || strings.ContainsFunc(unit, unicode.IsLetter) {
		return ""
	}
	return unit
}

// withSign puts a unit without letters after a number: 12%, 12 €.
func withSign(number, sign string) string {
	switch sign {
	case "":
		return number
	case "%", "‰", "°":
		return number + sign
	}
	return number + "\u00a0" + sign
}

// exact gives a number with thousands separators and two decimals, of small numbers three digits: 1,204.5.
func exact(v float64) string {
	decimals := 2
	if v != 0 && math.Abs(v) < 1 {
		decimals = min(12, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	}
	return grouped(trimZeros(strconv.FormatFloat(v, 'f', decimals, 64)))
}

// brief gives a number as exact does, from a million on with three digits: 1.24M.
func brief(v float64) string {
	if math.Abs(v) < 999_999.995 {
		return exact(v)
	}
	return scaled(v, 3)
}

// scaled gives a number with some digits, and k, M, B or T for thousands: 1.2k.
func scaled(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	v = rounded(v, digits)
	letters, i := []string{"", "k", "M", "B", "T"}, 0
	for math.Abs(v) >= 1000 && i < len(letters)-1 {
		v /= 1000
		i++
	}
	decimals := max(0, digits-1-int(math.Floor(math.Log10(math.Abs(v))+1e-9)))
	return grouped(trimZeros(strconv.FormatFloat(v, 'f', min(decimals, 12), 64))) + letters[i]
}

// rounded keeps some digits of a number.
func rounded(v float64, digits int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// change gives how much v is more or less than before: +12%, "new" where nothing was before.
func change(v, before float64) string {
	switch {
	case v == before:
		return "±0%"
	case before == 0:
		return "new"
	}
	share := 100 * (v - before) / math.Abs(before)
	s := brief(math.Round(math.Abs(share)))
	if math.Abs(share) < 1 {
		s = "<1"
	}
	if share < 0 {
		return "−" + s + "%"
	}
	return "+" + s + "%"
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// grouped puts commas between thousands, and a true minus sign before the number.
func grouped(s string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		s = rest
		if strings.Trim(s, "0.") != "" {
			sign = "−"
		}
	}
	whole, fraction, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}
