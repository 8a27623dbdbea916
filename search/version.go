package search

import "fmt"

// Version names what answers depend on here beside the request and the records: the state of the index and of the
// vocabulary. As long as it is the same, so are they; it is never the same again once one of them changed. It
// means nothing to another process. Whoever adds something that answers depend on adds it here.
func (s *Service) Version() string {
	v := s.engine.View()
	defer v.Release()
	return fmt.Sprintf("%d.%d.%d", v.Generation(), s.state.Load().number, s.adjusted.Load())
}
