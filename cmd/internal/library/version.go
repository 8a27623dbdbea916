package library

import (
	"crypto/rand"
	"fmt"
)

// process tells the versions of this process from those of others.
var process = rand.Text()

// Version names the state of all that answers are made of, but for the events: records, index, vocabulary and draft.
// As long as it is the same, the same question has the same answer. It is taken before a question is answered, never
// after.
func (l *Library) Version() (string, error) {
	sequence, err := l.mirror.Sequence()
	if err != nil {
		return "", err
	}
	applied, err := l.index.Applied()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s.%d.%d.%s.%d", process, sequence, applied, l.search.Version(), l.draft.changed.Load()), nil
}
