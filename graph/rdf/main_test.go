package rdf

import (
	"context"
	"testing"

	"go.uber.org/goleak"
)

var background = context.Background()

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
