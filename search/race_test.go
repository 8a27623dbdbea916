//go:build race

package search_test

// raced tells tests that they run with the race detector, which makes all of them several times slower.
const raced = true
