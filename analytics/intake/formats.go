package intake

import (
	"semdex"
)

// format is what is known of the files of one system.
type format struct {
	fields []known           // the columns of each field, best first
	types  map[string]string // their words, folded -> our types, or Skip
	counts []known           // the columns of counters, by event type; where a record has no other type
	under  map[string]bool   // folded keys of the arrays that records stand in; true where an object may stand there, with such an array in it
	system bool              // the format is of one system, whose name it has

	kind   func(*draft) string                         // the type where no word tells it, "" where nothing does
	times  bool                                        // spread finds the times
	finish func(*draft) (skip bool, err error)         // the rest, before constants
	spread func(*plan, *draft) ([]semdex.Event, error) // where a record may be several events
}

// known says which columns hold a field.
type known struct {
	field   string
	columns []string
}

// pages are the keys under which APIs give lists of records.
var pages = map[string]bool{"items": false, "data": true, "events": false, "records": false, "rows": false, "results": false}

var formats = map[string]*format{
	"bynder":      bynder,
	"brandfolder": brandfolder,
	"acquia":      acquia,
	"smintio":     smintio,
	"placements":  placements,
	"csv":         table,
}

// table is any table. Where there is no map, columns that are named as our fields are taken for them.
var table = &format{fields: ourNames(), under: pages}

func ourNames() (list []known) {
	for _, field := range Fields {
		list = append(list, known{field, []string{field}})
	}
	for _, name := range []string{"region", "campaign", "channel", "audience", "uri", "intended_use"} {
		list = append(list, known{contextField + name, []string{contextField + name}})
	}
	return list
}

// bynder has the fields of the two generations of Bynder's analytics API. A search has its own count of assets as total. The name and
// address of whoever looked on are left out.
var bynder = &format{
	system: true, under: with(pages, "media", "assets"),
	fields: []known{
		{"type", []string{"eventType"}},
		{"event_id", []string{"eventId"}},
		{"occurred_at", []string{"dateTime"}},
		{"asset_id", []string{"assetId"}},
		{"rendition", []string{"mediaItemType"}},
		{"actor.id", []string{"userId"}},
		{"q", []string{"terms", "keyword"}},
		{"total", []string{"results.assets", "assetsResults", "totalResults"}},
		{"context.media_item", []string{"mediaItemId"}},
		{"context.intended_use", []string{"downloadReasons"}},
		{"context.collection", []string{"collectionId"}},
		{"context.view_origin", []string{"viewOrigin"}},
	},
	types: map[string]string{
		"assetviewed": semdex.AssetView, "asset.view": semdex.AssetView,
		"assetdownloadrequested": semdex.AssetDownload, "asset.download": semdex.AssetDownload,
		"searchexecuted": semdex.SearchExecuted, "search.keyword": semdex.SearchExecuted,
		"asset.create": "asset.create", "asset.archive": "asset.archive", "asset.remove": "asset.delete",
		"user.login": "user.login", "collectionviewed": "collection.view",
	},
	counts: []known{{semdex.AssetView, []string{"views"}}, {semdex.AssetDownload, []string{"downloads"}}},
	finish: func(d *draft) (bool, error) {
		if d.id == "" && d.Type != "" { // the first generation calls it id; without a type it is the id of the asset
			d.id = d.rec.text("id")
		}
		if d.Type == "" && d.Asset == "" {
			d.Asset = d.rec.text("id")
		}
		if d.rec.text("isBynderSupport") == "true" {
			d.Actor.Type = "support"
		}
		return false, nil
	},
}

// brandfolder has rows of the event feed and of cdn_aggregates. Their columns are not published: those that are named otherwise are
// mapped.
var brandfolder = &format{
	system: true, under: pages,
	fields: []known{
		{"type", []string{"eventType", "event", "action", "event_name"}},
		{"event_id", []string{"eventId", "event_key"}},
		{"occurred_at", []string{"event_time", "occurred_at", "created_at", "timestamp", "dateTime", "time", "date", "day"}},
		{"asset_id", []string{"asset_key", "assetId", "object_key", "resource_key", "key"}},
		{"rendition", []string{"attachment_key", "attachment_id"}},
		{"actor.id", []string{"user_key", "userId"}},
		{"session_id", []string{"session_id", "session_key", "user_session_id"}},
		{"count", []string{"hits", "hit_count", "cdn_hits", "count"}},
		{"context.uri", []string{"referrer", "referer", "referrer_link", "referrer_url"}},
		{"context.share_link", []string{"sharelink", "share_link_key", "share_manifest_key"}},
		{"context.section", []string{"section_name"}},
		{"context.collection", []string{"collection_key", "collection_name"}},
	},
	types: map[string]string{
		"view": semdex.AssetView, "viewed": semdex.AssetView, "asset.view": semdex.AssetView,
		"download": semdex.AssetDownload, "downloaded": semdex.AssetDownload,
		"share": semdex.AssetShare, "shared": semdex.AssetShare, "sharelink": semdex.AssetShare,
		"add": "asset.create", "added": "asset.create", "create": "asset.create", "created": "asset.create", "uploaded": "asset.create",
		"update": "asset.update", "updated": "asset.update", "edited": "asset.update",
		"delete": "asset.delete", "deleted": "asset.delete",
	},
	kind: func(d *draft) string { // a row of cdn_aggregates has hits and no type
		if d.Count != nil {
			return semdex.AssetEmbed
		}
		return ""
	},
}

// acquia has the items of Acquia DAM. Each list is of one type, which stands above it or is set.
var acquia = &format{
	system: true, under: withDeep(pages, "views", "downloads", "shares", "embeds", "orders"),
	fields: []known{
		{"type", []string{"eventType", "type"}},
		{"occurred_at", []string{"timestamp"}},
		{"asset_id", []string{"asset_properties.id"}},
		{"rendition", []string{"conversion_properties.output_file_format", "conversion_properties.format", "conversion_properties.name"}},
		{"actor.id", []string{"user_properties.id"}},
		{"context.intended_use", []string{"intended_use_properties.value"}},
		{"context.uri", []string{"referrer"}},
	},
	types: acquiaTypes,
	kind:  func(d *draft) string { return acquiaTypes[d.rec.under] },
}

var acquiaTypes = map[string]string{
	"view": semdex.AssetView, "views": semdex.AssetView, "download": semdex.AssetDownload, "downloads": semdex.AssetDownload,
	"share": semdex.AssetShare, "shares": semdex.AssetShare, "embed": semdex.AssetEmbed, "embeds": semdex.AssetEmbed,
	"order": semdex.AssetOrder, "orders": semdex.AssetOrder,
}

// smintio has licence purchase transactions. One that may not be synchronized is none of use.
var smintio = &format{
	system: true, under: with(pages, "licensepurchasetransactions"),
	fields: []known{
		{"event_id", []string{"uuid"}},
		{"occurred_at", []string{"purchased_at", "completed_at", "created_at"}},
		{"asset_id", []string{"content_element.uuid"}},
		{"actor.id", []string{"purchased_by_user_uuid"}},
		{"context.project", []string{"project_name", "project_uuid"}},
		{"context.collection", []string{"collection_name", "collection_uuid"}},
		{"context.licensee", []string{"licensee_name", "offering.licensee_name"}},
		{"context.provider", []string{"content_element.provider", "provider"}},
		{"context.license_type", []string{"offering.license_type", "license_type"}},
		{"context.reused_license", []string{"reused_license_purchase_transaction_uuid"}},
	},
	kind: func(d *draft) string {
		if d.rec.text("reused_license_purchase_transaction_uuid") != "" {
			return semdex.LicenseReuse
		}
		return semdex.LicensePurchase
	},
	finish: func(d *draft) (bool, error) {
		if d.rec.text("can_be_synced") == "false" {
			return true, nil
		}
		return false, price(d)
	},
}

// price takes the price in EUR where there is one, else in USD.
func price(d *draft) error {
	if d.Value != nil { // mapped
		return nil
	}
	for _, in := range []known{{"EUR", []string{"total_price_eur", "offering.total_price_eur"}}, {"USD", []string{"total_price_usd", "offering.total_price_usd"}}} {
		for _, column := range in.columns {
			text := d.rec.text(column)
			if text == "" {
				continue
			}
			amount, err := number(text, ".")
			if err != nil {
				err.Message = "column " + column + ": " + err.Message
				return err
			}
			d.Value = &semdex.Money{Amount: amount, Currency: in.field}
			return nil
		}
	}
	return nil
}

// placements has where assets are in use: rows with placed_at and removed_at, entries of Bynder's usage API and what a sync with it
// answers, integration links of Acquia.
var placements = &format{
	under: withDeep(with(pages, "new", "removed", "placed", "unplaced"), "usages", "placements"),
	fields: []known{
		{"type", []string{"type", "eventType", "event", "action", "status"}},
		{"event_id", []string{"eventId", "id", "uuid"}},
		{"occurred_at", []string{"placed_at", "timestamp", "occurred_at", "created_at", "dateTime"}},
		{"asset_id", []string{"assetId", "assetUuid"}},
		{"client.integration", []string{"integration_id", "integration.id", "integration"}},
		{"client.name", []string{"integration.description", "client"}},
		{"actor.id", []string{"userId"}},
		{"context.uri", []string{"uri", "url"}},
		{"context.title", []string{"title", "description"}},
		{"context.locale", []string{"locale"}},
		{"context.additional", []string{"additional"}},
		{"context.campaign", []string{"context.campaign", "campaign"}},
		{"context.channel", []string{"context.channel", "channel"}},
		{"context.region", []string{"context.region", "region"}},
		{"context.audience", []string{"context.audience", "audience"}},
	},
	types: map[string]string{
		"placed": semdex.AssetPlaced, "new": semdex.AssetPlaced, "create": semdex.AssetPlaced, "created": semdex.AssetPlaced, "added": semdex.AssetPlaced,
		"active": semdex.AssetPlaced, "unplaced": semdex.AssetUnplaced, "removed": semdex.AssetUnplaced, "delete": semdex.AssetUnplaced, "deleted": semdex.AssetUnplaced,
	},
	kind: func(d *draft) string {
		if d.rec.under == "removed" || d.rec.under == "unplaced" {
			return semdex.AssetUnplaced
		}
		return semdex.AssetPlaced
	},
	times:  true,
	spread: placedAndRemoved,
}

// removedAt are the columns of the time at which an asset was taken away.
var removedAt = step{field: "occurred_at", columns: columns("removed_at", "unplaced_at", "deleted_at")}

// placedAndRemoved gives an event for each of the two times of a row.
func placedAndRemoved(p *plan, d *draft) ([]semdex.Event, error) {
	f := p.take(d.rec, &removedAt)
	if f.text == "" || p.o.Constants["occurred_at"] != "" {
		return []semdex.Event{d.Event}, nil
	}
	removed := d.Event
	removed.Type = semdex.AssetUnplaced
	if err := p.set(&removed, "occurred_at", f.column, f.text, false); err != nil {
		return nil, err
	}
	if d.OccurredAt.IsZero() || d.Type == semdex.AssetUnplaced {
		return []semdex.Event{removed}, nil
	}
	return []semdex.Event{d.Event, removed}, nil
}

func with(keys map[string]bool, more ...string) map[string]bool { return joined(keys, false, more) }

func withDeep(keys map[string]bool, more ...string) map[string]bool { return joined(keys, true, more) }

func joined(keys map[string]bool, deep bool, more []string) map[string]bool {
	out := map[string]bool{}
	for key, d := range keys {
		out[key] = d
	}
	for _, key := range more {
		out[key] = deep
	}
	return out
}
