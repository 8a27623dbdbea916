//go:build !unix

package analytics

import "os"

// lockFile opens path only: here the lock that DuckDB takes on its own file must do.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
}
