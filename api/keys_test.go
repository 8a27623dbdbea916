package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"semdex"

	"github.com/google/go-cmp/cmp"
)

func openKeys(t *testing.T) *KeyStore {
	t.Helper()
	s, err := OpenKeys(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	s.now = func() time.Time { return noon }
	return s
}

func TestKeyStore(t *testing.T) {
	s := openKeys(t)
	plain, k, err := s.Create(KeyRequest{Name: "web", Libraries: []string{"acme"}, Expires: noon.Add(time.Hour),
		Filter: Filter{"region": {"DACH", "AT"}}, Origins: []string{"https://CMS.example/", "https://cms.example"}, Rate: "600/m"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(plain, "sdx_") || len(plain) != len(keyPrefix)+keyDigits {
		t.Errorf("key %q", plain)
	}
	if !cmp.Equal(k.Scopes, []Scope{ScopeSearch}) {
		t.Errorf("a key's scopes default to search, got %v", k.Scopes)
	}
	got, err := s.Check(plain, noon)
	if err != nil || got.ID != k.ID || got.Name != "web" {
		t.Errorf("check: %+v %v", got, err)
	}
	if !cmp.Equal(k.Origins, []string{"https://cms.example"}) || k.Rate != (Rate{600, time.Minute, 600}) || len(k.Filter["region"]) != 2 {
		t.Errorf("the key is for %v %v %v", k.Origins, k.Rate, k.Filter)
	}
	again, err := OpenKeys(s.path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Check(plain, noon); err != nil || cmp.Diff(k, got) != "" {
		t.Errorf("after opening again: %v %s", err, cmp.Diff(k, got))
	}
	info, err := os.Stat(s.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
	data, _ := os.ReadFile(s.path)
	if strings.Contains(string(data), plain) || strings.Contains(string(data), plain[4:]) {
		t.Error("the file holds the key itself")
	}
	left, _ := os.ReadDir(filepath.Dir(s.path))
	if len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
}

func TestCheckRefuses(t *testing.T) {
	s := openKeys(t)
	brief, _, _ := s.Create(KeyRequest{Expires: noon.Add(time.Hour)})
	gone, k, _ := s.Create(KeyRequest{})
	if err := s.Revoke(k.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Revoke(k.ID); err != nil {
		t.Errorf("to revoke again is no error: %v", err)
	}
	if err := s.Revoke("key_x"); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("revoke of an unknown key: %v", err)
	}
	for name, plain := range map[string]string{"unknown": "sdx_x", "empty": "", "expired": brief, "revoked": gone, "cut": brief[:len(brief)-1]} {
		if _, err := s.Check(plain, noon.Add(time.Hour)); err != error(errKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Check(brief, noon.Add(time.Hour-time.Second)); err != nil {
		t.Errorf("before it expires: %v", err)
	}
}

func TestCreateRefuses(t *testing.T) {
	s := openKeys(t)
	for rule, r := range map[string]KeyRequest{
		"unknown scope":                       {Scopes: []string{"search", "root"}},
		"empty scope":                         {Scopes: []string{""}},
		"past expiry":                         {Expires: noon},
		"long name":                           {Name: strings.Repeat("x", 300)},
		"nameless library":                    {Libraries: []string{""}},
		"a filter that reports lead around":   {Filter: Filter{"region": {"DACH"}}, Scopes: []string{"search", "reports"}},
		"a filter that an admin leads around": {Filter: Filter{"region": {"DACH"}}, Scopes: []string{"admin"}},
		"a filter without a value":            {Filter: Filter{"region": {}}},
		"a filter with an empty value":        {Filter: Filter{"region": {"DACH", ""}}},
		"a filter without a field":            {Filter: Filter{"": {"DACH"}}},
		"a filter of no range":                {Filter: Filter{"created": {"monday"}}},
		"no origin":                           {Origins: []string{"cms.example"}},
		"the origin of nobody":                {Origins: []string{"null"}},
		"no rate":                             {Rate: "10"},
	} {
		_, _, err := s.Create(r)
		if semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%s: %v", rule, err)
		}
		if rule == "unknown scope" && !strings.Contains(semdex.Public(err).Hint, "search, unapproved, events, reports, manage, admin") {
			t.Errorf("the scopes are not named: %q", semdex.Public(err).Hint)
		}
	}
	if _, err := os.Stat(s.path); !os.IsNotExist(err) {
		t.Error("a refused key made a file")
	}
}

func TestKeysAreReadAgain(t *testing.T) {
	s := openKeys(t)
	other, err := OpenKeys(s.path)
	if err != nil {
		t.Fatal(err)
	}
	plain, k, _ := other.Create(KeyRequest{})
	if _, err := s.Check(plain, noon); err != nil {
		t.Errorf("a key made elsewhere: %v", err)
	}
	if err := other.Revoke(k.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(plain, noon); semdex.CodeOf(err) != semdex.Unauthorized {
		t.Errorf("a key revoked elsewhere: %v", err)
	}
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
	if keys, err := s.List(); err != nil || len(keys) != 0 {
		t.Errorf("without the file: %v %v", keys, err)
	}
}

func TestTamperedKeyFile(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	key := func(rest string) string { return `{"version":1,"keys":[` + rest + `]}` }
	good := `{"id":"k1","scopes":["search"],"created":"2026-01-01T00:00:00Z","sha256":"` + hash + `"}`
	for rule, data := range map[string]string{
		"empty":           ``,
		"no JSON":         `version 1`,
		"cut":             key(good)[:40],
		"more after it":   key(good) + `x`,
		"another version": `{"version":2,"keys":[]}`,
		"unknown scope":   key(strings.Replace(good, `"search"`, `"all"`, 1)),
		"unknown field":   key(strings.Replace(good, `"id"`, `"expire":"x","id"`, 1)),
		"short hash":      key(strings.Replace(good, hash, hash[2:], 1)),
		"no id":           key(strings.Replace(good, "k1", "", 1)),
		"twice":           key(good + "," + good),
		"unknown origin":  key(strings.Replace(good, `"id"`, `"origins":["cms.example"],"id"`, 1)),
		"unknown rate":    key(strings.Replace(good, `"id"`, `"rate":"fast","id"`, 1)),
		"empty filter":    key(strings.Replace(good, `"id"`, `"filter":{"region":[]},"id"`, 1)),
		"filtered admin":  key(strings.Replace(strings.Replace(good, `"id"`, `"filter":{"region":["DACH"]},"id"`, 1), `"search"`, `"admin"`, 1)),
		"bad expiry":      key(strings.Replace(good, `"id"`, `"expires":"soon","id"`, 1)),
	} {
		path := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := OpenKeys(path)
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", rule, err)
		}
		if _, err := s.Check("sdx_x", noon); semdex.CodeOf(err) != semdex.Internal {
			t.Errorf("%s opens something: %v", rule, err)
		}
		if _, _, err := s.Create(KeyRequest{}); err == nil {
			t.Errorf("%s is written over", rule)
		}
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	_ = os.WriteFile(path, []byte(key(good)), 0o600)
	if _, err := OpenKeys(path); err != nil {
		t.Errorf("a good file: %v", err)
	}
}
