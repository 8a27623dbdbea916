package search

import "encoding/json"

// SealCursor gives the cursor that holds body, for the request where body is one at all.
func (s *Service) SealCursor(body []byte, r Request) (string, error) {
	if err := normalize(&r); err != nil {
		return "", err
	}
	q := s.begin(&r)
	defer q.view.Release()
	var c cursor
	if json.Unmarshal(body, &c) == nil {
		c.Request = requestKey(q.request)
		body = c.encode()
	}
	return s.pages.seal(body), nil
}

// OpenCursor gives what a cursor holds.
func (s *Service) OpenCursor(sealed string) ([]byte, bool) { return s.pages.open(sealed) }
