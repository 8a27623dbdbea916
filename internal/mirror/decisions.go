package mirror

import (
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// Decision is what people decided about a library, such as a rule of curation. It is no projection of anything: it
// stands here alone.
type Decision struct {
	Kind string
	ID   string
	Body []byte // in the form of whoever reads it back
}

// DecisionChange is an entry of the history of decisions, oldest first. Body is nil where the decision was taken back.
type DecisionChange struct {
	Kind string          `json:"kind"`
	ID   string          `json:"id"`
	By   string          `json:"by,omitempty"`
	At   time.Time       `json:"at"`
	Body json.RawMessage `json:"body,omitempty"`
}

// maxHistory is how many changes of decisions are remembered.
const maxHistory = 10_000

func decisionKey(kind, id string) []byte { return []byte(kind + "\x00" + id) }

// Decide stores a decision in the place of the one of the same kind and id, and who made it, in one durable
// transaction. The body is JSON; without one, the decision is taken back. update is given what stood there, nil where
// there was nothing, and may refuse.
func (m *Mirror) Decide(kind, id, by string, at time.Time, update func(old []byte) (body []byte, err error)) error {
	return m.db.Update(func(tx *bbolt.Tx) error {
		decisions, name := tx.Bucket(bucketDecisions), decisionKey(kind, id)
		old := decisions.Get(name)
		if old != nil {
			old = append([]byte{}, old...)
		}
		body, err := update(old)
		if err != nil {
			return err
		}
		if body == nil && old == nil {
			return nil
		}
		if body == nil {
			err = decisions.Delete(name)
		} else {
			err = decisions.Put(name, body)
		}
		if err != nil {
			return err
		}
		return remember(tx.Bucket(bucketHistory), DecisionChange{Kind: kind, ID: id, By: by, At: at, Body: body})
	})
}

// remember appends to the history and drops what is too old.
func remember(history *bbolt.Bucket, c DecisionChange) error {
	entry, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("decision %s: %w", c.ID, err)
	}
	n, err := history.NextSequence()
	if err != nil {
		return err
	}
	if n > maxHistory {
		if err := history.Delete(key(n - maxHistory)); err != nil {
			return err
		}
	}
	return history.Put(key(n), entry)
}

// Decisions gives all decisions of a kind by their ids.
func (m *Mirror) Decisions(kind string) ([]Decision, error) {
	var all []Decision
	prefix := decisionKey(kind, "")
	err := m.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketDecisions).Cursor()
		for k, body := c.Seek(prefix); hasPrefix(k, prefix); k, body = c.Next() {
			all = append(all, Decision{Kind: kind, ID: string(k[len(prefix):]), Body: append([]byte{}, body...)})
		}
		return nil
	})
	return all, err
}

// DecisionHistory gives the changes of a decision, oldest first, as far as they are remembered.
func (m *Mirror) DecisionHistory(kind, id string) ([]DecisionChange, error) {
	var all []DecisionChange
	err := m.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketHistory).ForEach(func(k, entry []byte) error {
			var c DecisionChange
			if err := json.Unmarshal(entry, &c); err != nil {
				return fmt.Errorf("history of decisions, entry %d: %w", number(k), err)
			}
			if c.Kind == kind && c.ID == id {
				all = append(all, c)
			}
			return nil
		})
	})
	return all, err
}
