package config

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
	"time"

	"semdex/indexer"
	"semdex/indexer/canto"
	"semdex/indexer/poolparty"
)

// completeSources fills defaults in, makes paths absolute, and refuses sources that cannot work.
func (l *Library) completeSources(dir string) error {
	seen := map[string]bool{}
	for i := range l.Sources {
		s := &l.Sources[i]
		if err := foreignKey(*s, s.Type); err != nil {
			return fmt.Errorf("sources: %w", err)
		}
		s.Prefix = cmp.Or(s.Prefix, s.Type)
		if err := s.complete(dir, l.Zone); err != nil {
			return fmt.Errorf("sources: %w", err)
		}
		if !libraryName.MatchString(s.Prefix) {
			return fmt.Errorf("sources: prefix %q: small letters, digits, - and _ only", s.Prefix)
		}
		if seen[s.Prefix] && s.HasAssets() {
			return fmt.Errorf("sources: two sources have the prefix %q; give one of them another prefix", s.Prefix)
		}
		seen[s.Prefix] = seen[s.Prefix] || s.HasAssets()
	}
	return nil
}

// complete checks what belongs to the type of the source.
func (s *Source) complete(dir string, zone *time.Location) error {
	switch s.Type {
	case "files":
		if s.Assets == "" && len(s.Events) == 0 {
			return fmt.Errorf("a files source needs assets, events or both")
		}
		s.Assets = absolute(dir, s.Assets)
		return s.Events.complete(dir, zone)
	case "canto":
		s.Zone = zone
		if s.TimeZone != "" {
			var err error
			if s.Zone, err = time.LoadLocation(s.TimeZone); err != nil {
				return fmt.Errorf("time_zone: %q is not known; write it like Europe/Berlin", s.TimeZone)
			}
		}
		_, err := canto.New(s.Canto())
		return err
	}
	return fmt.Errorf("type %q is not known; this version reads: files, canto", s.Type)
}

// HasAssets reports whether assets come from the source, and not events alone.
func (s *Source) HasAssets() bool { return s.Type != "files" || s.Assets != "" }

// Canto gives the settings of a source of that type.
func (s *Source) Canto() canto.Config {
	return canto.Config{
		Prefix: s.Prefix, Tenant: s.Tenant, URL: s.URL, OAuthURL: s.OAuthURL, TokenPath: s.TokenPath,
		AppID: s.AppID, AppSecret: string(s.AppSecret), Scope: s.Scope, UserID: s.UserID,
		Map: s.Map, UncheckedMap: s.UncheckedMap, TimeZone: s.Zone, Schemes: s.Schemes,
		PageSize: s.PageSize, MaxOffset: s.MaxOffset, TimeUnit: s.TimeUnit, Modified: s.Modified, CallsPerMinute: s.CallsPerMinute,
	}
}

// completeVocabularies does the same for vocabularies.
func (l *Library) completeVocabularies(dir string) error {
	if err := completeVocabularies(l.Vocabularies, dir); err != nil {
		return fmt.Errorf("vocabularies: %w", err)
	}
	if err := completeVocabularies(l.Draft, dir); err != nil {
		return fmt.Errorf("draft: %w", err)
	}
	return nil
}

func completeVocabularies(list []Vocabulary, dir string) error {
	for i := range list {
		if err := foreignKey(list[i], list[i].Type); err != nil {
			return err
		}
		if err := list[i].complete(dir); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vocabulary) complete(dir string) error {
	switch v.Type {
	case "file":
		if v.Path == "" {
			return fmt.Errorf("path is missing")
		}
		v.Path = absolute(dir, v.Path)
		return nil
	case "poolparty":
		zone, err := time.LoadLocation(v.ServerZone)
		if err != nil {
			return fmt.Errorf("server_zone: %q is not known; write it like Europe/Vienna", v.ServerZone)
		}
		v.Zone = zone
		_, err = poolparty.New(v.PoolParty())
		return err
	}
	return fmt.Errorf("type %q is not known; this version reads: file, poolparty", v.Type)
}

// PoolParty gives the settings of a vocabulary of that type.
func (v *Vocabulary) PoolParty() poolparty.Config {
	return poolparty.Config{
		URL: v.URL, Project: v.Project, Auth: v.Auth, Username: v.Username, Password: string(v.Password),
		TokenURL: v.TokenURL, ClientID: v.ClientID, ClientSecret: string(v.ClientSecret), Grant: v.Grant,
		Modules: v.Modules, Format: v.Format, History: v.History, ServerZone: v.Zone, MaxExport: v.MaxExport, CallsPerMinute: v.CallsPerMinute,
	}
}

// foreignKey refuses a key that has a value and is for other types than this one.
func foreignKey(entry any, kind string) error {
	v := reflect.ValueOf(entry)
	known := false
	var foreign []string
	for i := range v.NumField() {
		field := v.Type().Field(i)
		of, bound := field.Tag.Lookup("of")
		known = known || of == kind
		if bound && of != kind && !v.Field(i).IsZero() {
			foreign = append(foreign, field.Tag.Get("yaml"))
		}
	}
	if len(foreign) > 0 && known {
		return fmt.Errorf("type %s has no key %s", kind, strings.Join(foreign, ", "))
	}
	return nil
}

// checkSchedules reads the cron expressions.
func (l *Library) checkSchedules() error {
	for key, text := range map[string]string{"schedule": l.Schedule, "reconcile": l.Reconcile} {
		if _, err := indexer.ParseSchedule(text, l.Zone); text != "" && err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	for _, s := range l.Sources {
		if _, err := indexer.ParseSchedule(s.Schedule, l.Zone); s.Schedule != "" && err != nil {
			return fmt.Errorf("sources: %s: schedule: %w", s.Prefix, err)
		}
	}
	return nil
}
