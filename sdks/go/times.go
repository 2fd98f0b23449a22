package jobengine

import (
	"sync"
	"time"
)

// times are the lease and the gap between beats as the queue said last.
type times struct {
	mu         sync.Mutex
	lease, gap time.Duration
}

func (t *times) set(lease, gap time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if lease > 0 && gap > 0 {
		t.lease, t.gap = lease, gap
	}
}

func (t *times) get() (lease, gap time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lease, t.gap
}
