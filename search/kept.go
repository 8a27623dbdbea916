package search

import "sync"

// kept is a value that is made when it is first wanted, once. It is safe for use by many goroutines.
type kept[T any] struct {
	mu    sync.Mutex
	made  bool
	value T
}

func (k *kept[T]) get(make func() T) T {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.made {
		k.value, k.made = make(), true
	}
	return k.value
}

// there reports whether it was made.
func (k *kept[T]) there() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.made
}

// take takes over what another one keeps, if it was made.
func (k *kept[T]) take(other *kept[T]) {
	if other.there() {
		k.value, k.made = other.value, true
	}
}
