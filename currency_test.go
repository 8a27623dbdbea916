package semdex

import "testing"

func TestIsCurrency(t *testing.T) {
	for code, want := range map[string]bool{"EUR": true, "USD": true, "NOK": true, "AED": true, "ZWG": true, "eur": false, "": false, "€": false, "EU": false, "Euro": false, "XYZ": false,
		"R U": false, " EUR": false, "UR ": false} {
		if got := IsCurrency(code); got != want {
			t.Errorf("%q: got %v", code, got)
		}
	}
}
