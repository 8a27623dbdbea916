package api

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"semdex"
	"semdex/search"
)

var idParam = param{name: "id", kind: str, max: 1024, required: true,
	about: "Id of an asset, such as canto:image:abc. Leading parts may be left out where one asset alone fits."}

var (
	queryIDParam = param{name: "query_id", kind: str, max: 64, read: readQueryID,
		about: "The query_id of the answer that led here: the asset is a hit that was clicked on."}
	positionParam = param{name: "position", kind: integer, min: 1, max: maxPosition, about: "With query_id: the rank of the hit, from 1."}
)

// maxPosition is farther down than anybody looks.
const maxPosition = 1_000_000

var queryIDForm = regexp.MustCompile(`^q_[a-z0-9]{1,32}$`)

func readQueryID(v string) (string, error) {
	if !queryIDForm.MatchString(v) {
		return "", errors.New("is none of ours (want q_... as an answer has it)")
	}
	return v, nil
}

var assetRoutes = []route{
	{method: http.MethodGet, path: "/v1/assets/{id}", id: "asset", group: "Assets", scope: ScopeSearch, tagged: true, logged: true, summary: "One asset",
		about:  "An asset in the form that pickers take. With query_id it is noted in the usage log as a click on a hit of that answer.",
		params: join(idParam, queryIDParam, positionParam, langParam, accessParams), serve: (*call).asset, answers: ok("The asset.", search.AssetView{})},
	{method: http.MethodPost, path: "/v1/assets/batch", id: "assets", group: "Assets", scope: ScopeSearch, summary: "Many assets",
		about: "The assets of up to 100 ids, in their order. Ids that are unknown or may not be seen are listed apart.",
		body: join(param{name: "ids", kind: list, max: search.MaxLimit, required: true, about: "Ids of assets."},
			langParam, accessParams), serve: (*call).assets, answers: ok("The assets.", Batch{})},
	{method: http.MethodGet, path: "/v1/assets/{id}/related", id: "related", group: "Assets", scope: ScopeSearch, heavy: true, tagged: true, summary: "Assets like one",
		about:  "Assets that share concepts with it, rare ones counting more, each with the reasons.",
		params: join(idParam, limitParam, scoreParam, langParam, accessParams), serve: (*call).related, answers: ok("The assets, most alike first.", Hits{})},
	{method: http.MethodGet, path: "/v1/assets/{id}/duplicates", id: "duplicatesOf", group: "Assets", scope: ScopeSearch, heavy: true, tagged: true, summary: "Duplicates of one asset",
		about:  "Assets that are the same as it or nearly so.",
		params: join(idParam, limitParam, scoreParam, accessParams), serve: (*call).duplicatesOf, answers: ok("The duplicates, surest first.", Duplicates{})},
	{method: http.MethodGet, path: "/v1/assets/{id}/thumbnail", id: "thumbnail", group: "Assets", scope: ScopeSearch, summary: "Thumbnail of an asset",
		about:  "Leads to the thumbnail at the source; 404 where the source gave none.",
		params: join(idParam, accessParams), serve: (*call).thumbnail,
		answers: []answer{{status: http.StatusFound, about: "The thumbnail is at Location.", headers: []string{"Location"}}}},
	{method: http.MethodGet, path: "/v1/assets/{id}/rights", id: "rights", group: "Assets", scope: ScopeSearch, tagged: true, summary: "Rights of an asset",
		about:  "Whether an asset may be used, on the day and for the territory and channel asked about, and within which bounds. An asset that the key may not see today either is not found.",
		params: join(idParam, accessParams), serve: (*call).rights, answers: ok("The rights.", Rights{})},
}

// Batch is what is known of many assets.
type Batch struct {
	Assets  []*search.AssetView `json:"assets"`
	Missing []string            `json:"missing" doc:"ids, as they were asked for, that are unknown or may not be seen"`
}

// Hits are assets like one.
type Hits struct {
	Hits []search.Similar `json:"hits"`
}

// Duplicates are the assets that are the same as one.
type Duplicates struct {
	Duplicates []Duplicate `json:"duplicates"`
}

// Rights are an asset's rights, and the use they were asked for.
type Rights struct {
	ID        semdex.AssetID     `json:"id"`
	On        semdex.Date        `json:"on"`
	Territory string             `json:"territory,omitempty"`
	Channel   string             `json:"channel,omitempty"`
	Rights    search.AssetRights `json:"rights"`
}

// find gives the asset that the path names.
func (c *call) find() (*search.AssetView, search.Access, error) {
	access := c.access()
	view, err := c.lib.Asset(c.ctx(), c.args.text("id"), access, c.args.text("lang"))
	return view, access, hidden(err)
}

func (c *call) asset() error {
	view, _, err := c.find()
	if err != nil {
		return err
	}
	c.logAsset(view.ID)
	return c.json(http.StatusOK, view)
}

func (c *call) assets() error {
	var out Batch
	access, lang := c.access(), c.args.text("lang")
	for _, id := range unique(c.args.list("ids")) {
		view, err := c.lib.Asset(c.ctx(), id, access, lang)
		switch {
		case err == nil:
			out.Assets = append(out.Assets, view)
		case semdex.CodeOf(err) == semdex.NotFound:
			out.Missing = append(out.Missing, id)
		default:
			return err
		}
	}
	return c.json(http.StatusOK, out)
}

func (c *call) related() error {
	hits, err := c.lib.Related(c.ctx(), c.similarRequest())
	if err != nil {
		return hidden(err)
	}
	return c.json(http.StatusOK, Hits{hits})
}

func (c *call) duplicatesOf() error {
	found, err := c.lib.DuplicatesOf(c.ctx(), c.similarRequest())
	if err != nil {
		return hidden(err)
	}
	return c.json(http.StatusOK, Duplicates{found})
}

// thumbnail leads to the source. Only web addresses are followed: a source may hold anything.
func (c *call) thumbnail() error {
	view, _, err := c.find()
	if err != nil {
		return err
	}
	noThumbnail := &semdex.Error{Code: semdex.NotFound, Message: "the asset has no thumbnail"}
	if view.URLs.Thumbnail == nil {
		return noThumbnail
	}
	u, err := url.Parse(*view.URLs.Thumbnail)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return noThumbnail
	}
	c.gin.Header("Cache-Control", "private, max-age=300")
	c.gin.Header("Location", u.String())
	c.gin.Status(http.StatusFound)
	return nil
}

// rights tells of an asset that the key may see, today or for the use asked about, whether that use is cleared.
func (c *call) rights() error {
	access, id := c.access(), c.args.text("id")
	if _, err := c.lib.Asset(c.ctx(), id, c.eyes(), ""); err != nil {
		if _, err = c.lib.Asset(c.ctx(), id, access, ""); err != nil {
			return hidden(err)
		}
	}
	access.All, access.Rights = true, false // that it is not cleared is the answer
	view, err := c.lib.Asset(c.ctx(), id, access, "")
	if err != nil {
		return hidden(err)
	}
	return c.json(http.StatusOK, Rights{ID: view.ID, On: access.Use.On, Territory: access.Use.Territory, Channel: access.Use.Channel, Rights: view.Rights})
}
