package cantotest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// previewSizes are the lengths of the longer side that previews come in, in pixels.
var previewSizes = []int{100, 240, 320, 500, 640, 800, 2000}

// binary answers what is below /api_binary/v1: it leads to the network that delivers, or names the address there.
func (s *Server) binary(parts []string) answer {
	k, kind := key{parts[0], parts[1]}, strings.Join(parts[2:], "/")
	s.mu.Lock()
	_, known := s.content.byKey[k]
	known = known && !s.faults.Blind
	s.mu.Unlock()
	kind, size, _ := strings.Cut(kind, "/")
	if size == "" {
		size = "800"
	}
	if kind == "" || kind == "directuri" || kind == "PNG" {
		size = "2000"
	}
	switch {
	case !known || !isPreviewSize(size):
		return problem(http.StatusNotFound, "there is no such asset or size")
	case kind == "" || kind == "PNG" || kind == "preview":
		return answer{status: http.StatusFound, kind: "text/html", location: s.delivery(k, size)}
	case kind == "directuri" || kind == "previewURI":
		return answer{status: http.StatusOK, kind: "text/plain;charset=UTF-8", body: []byte(s.delivery(k, size))}
	}
	return problem(http.StatusNotFound, "there is no such kind")
}

func isPreviewSize(size string) bool {
	n, err := strconv.Atoi(size)
	return err == nil && slices.Contains(previewSizes, n)
}

// delivery is the signed address of a picture.
func (s *Server) delivery(k key, size string) string {
	path := "/" + url.PathEscape(k.scheme) + "/" + url.PathEscape(k.id) + "/" + size
	return s.CDNURL() + path + "?Signature=" + s.signature(path)
}

func (s *Server) signature(path string) string {
	mac := hmac.New(sha256.New, s.signing[:])
	mac.Write([]byte(path))
	return hex.EncodeToString(mac.Sum(nil))
}

// serveCDN delivers a picture to whoever has a signed address. A token has no business here.
func (s *Server) serveCDN(w http.ResponseWriter, r *http.Request) {
	s.dated(w)
	s.mu.Lock()
	s.secretIn(r)
	down := s.faults.CDNDown
	leaked := r.Header.Get("Authorization") != ""
	if leaked {
		s.meter.violate("a token was sent to the CDN, for %s", r.URL.Path)
	}
	s.mu.Unlock()
	path := r.URL.EscapedPath()
	switch {
	case leaked:
		problem(http.StatusInternalServerError, "this address takes no token").write(w)
		return
	case down:
		problem(http.StatusServiceUnavailable, "try again later").write(w)
		return
	case !hmac.Equal([]byte(r.URL.Query().Get("Signature")), []byte(s.signature(path))):
		problem(http.StatusForbidden, "the signature is wrong").write(w)
		return
	}
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/") // as delivery wrote it
	id, _ := url.PathUnescape(parts[1])
	s.picture(key{parts[0], id}, parts[2]).write(w)
}

// direct answers /direct/{scheme}/{id}/{version}/m800/{size} and .../original, which need no token.
func (s *Server) direct(parts []string) answer {
	k, size := key{parts[0], parts[1]}, "2000"
	if len(parts) == 5 && parts[3] == "m800" {
		size = parts[4]
	} else if len(parts) != 4 || parts[3] != "original" {
		return problem(http.StatusNotFound, "there is no such path")
	}
	s.mu.Lock()
	_, known := s.content.byKey[k]
	s.mu.Unlock()
	if !known || parts[2] != k.version() || !isPreviewSize(size) {
		return problem(http.StatusNotFound, "there is no such picture")
	}
	return s.picture(k, size)
}

func (s *Server) picture(k key, size string) answer {
	side, err := strconv.Atoi(size)
	if err != nil {
		return problem(http.StatusNotFound, "there is no such size")
	}
	return answer{status: http.StatusOK, kind: "image/png", body: draw(k, side)}
}

// draw makes a picture of an asset: a sky and a ground in colours of its own, and a shape that tells its scheme.
func draw(k key, width int) []byte {
	sum := sha256.Sum256([]byte(k.scheme + "/" + k.id))
	height := width * 3 / 4
	horizon := height * (40 + int(sum[0])%30) / 100
	img := image.NewPaletted(image.Rect(0, 0, width, height), palette(sum))
	shape, middle, radius := shapes[k.scheme], image.Pt(width*(30+int(sum[1])%40)/100, height/2), height/4
	if shape == nil {
		shape = shapes["other"]
	}
	for y := range height {
		row := img.Pix[y*img.Stride : y*img.Stride+width]
		for x := range row {
			row[x] = uint8(min(2, y*3/max(horizon, 1)))
			if y >= horizon {
				row[x] = 3
			}
			if shape(x-middle.X, y-middle.Y, radius) {
				row[x] = 4
			}
		}
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&out, img); err != nil {
		return nil // a buffer takes everything
	}
	return out.Bytes()
}

// palette has three shades of a sky, a ground and the shape.
func palette(sum [32]byte) color.Palette {
	shade := func(c []byte, light int) color.Color {
		part := func(v byte) uint8 { return uint8(min(255, int(v)/3+light)) }
		return color.RGBA{part(c[0]), part(c[1]), part(c[2]), 255}
	}
	return color.Palette{shade(sum[4:], 110), shade(sum[4:], 140), shade(sum[4:], 170), shade(sum[7:], 40), shade(sum[10:], 90)}
}

// shapes tell by the distance from the middle whether a point is part of the shape.
var shapes = map[string]func(x, y, r int) bool{
	"image":        func(x, y, r int) bool { return x*x+y*y < r*r },
	"video":        func(x, y, r int) bool { return x > -r/2 && 2*abs(y) < r-x },
	"audio":        func(x, y, r int) bool { return abs(x) < r && x%max(r/4, 2) > 0 && abs(y) < r-abs(x) },
	"document":     func(x, y, r int) bool { return 4*abs(x) < 3*r && abs(y) < r },
	"presentation": func(x, y, r int) bool { return abs(x) < r && 2*abs(y) < r },
	"other":        func(x, y, r int) bool { return abs(x)+abs(y) < r },
}

func abs(n int) int { return max(n, -n) }
