package analytics

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// limitMemory bounds what this process may take beyond what it has now, in bytes; a try to take more fails. It also lets other
// processes go first.
func limitMemory(more int64) error {
	used, err := dataBytes()
	if err != nil {
		return fmt.Errorf("limit memory: %w", err)
	}
	most := uint64(used + more)
	if err := syscall.Setrlimit(rlimitData, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		return fmt.Errorf("limit memory: %w", err)
	}
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 5) // it does as well without
	return nil
}

const rlimitData = 2

// dataBytes is how much private memory the process may write to.
func dataBytes() (int64, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmData:"); ok {
			var kib int64
			_, err := fmt.Sscanf(rest, "%d kB", &kib)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no VmData")
}

// dieWithUs has a process end when the thread that started it does, so that none is left over.
func dieWithUs(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// onOwnThread keeps this goroutine on its thread until the function it gives is called.
func onOwnThread() func() {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
