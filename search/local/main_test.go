package local_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets nothing go on running but the workers that bleve starts with the program.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }
