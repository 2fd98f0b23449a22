package jobengine

import (
	"context"
	"sync"
	"time"
)

// times are the lease and the gap between beats as the queue said last.
type times struct {
	mu         sync.Mutex
	lease, gap time.Duration
	shorter    chan struct{} // closed when the gap got shorter
}

func newTimes(lease, gap time.Duration) *times {
	return &times{lease: lease, gap: gap, shorter: make(chan struct{})}
}

func (t *times) set(lease, gap time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if lease <= 0 || gap <= 0 {
		return
	}
	if gap < t.gap {
		close(t.shorter)
		t.shorter = make(chan struct{})
	}
	t.lease, t.gap = lease, gap
}

func (t *times) get() (lease, gap time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lease, t.gap
}

// pauseGap waits until a beat is due, or until ctx is done. A shorter gap that is told meanwhile counts from the
// same start: a claim may say that leases are shorter now than at registration.
func (t *times) pauseGap(ctx context.Context) {
	since := time.Now()
	for ctx.Err() == nil {
		t.mu.Lock()
		left, shorter := t.gap-time.Since(since), t.shorter
		t.mu.Unlock()
		if left <= 0 {
			return
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-shorter:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}
