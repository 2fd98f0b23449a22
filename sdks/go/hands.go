package jobengine

import (
	"context"
	"sync"
)

// hands are the jobs of one registration.
type hands struct {
	mu    sync.Mutex
	jobs  map[*hand]struct{}
	empty chan struct{}
}

func newHands() *hands {
	return &hands{jobs: map[*hand]struct{}{}, empty: make(chan struct{}, 1)}
}

func (h *hands) add(one *hand) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.jobs[one] = struct{}{}
}

func (h *hands) remove(some []*hand) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, one := range some {
		delete(h.jobs, one)
	}
	if len(h.jobs) == 0 {
		ring(h.empty)
	}
}

func (h *hands) all() []*hand {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*hand, 0, len(h.jobs))
	for one := range h.jobs {
		all = append(all, one)
	}
	return all
}

// waitEmpty waits until no job is left or ctx is done.
func (h *hands) waitEmpty(ctx context.Context) {
	for len(h.all()) > 0 {
		select {
		case <-h.empty:
		case <-ctx.Done():
			return
		}
	}
}

// ring wakes the one waiter of a channel of length 1, now or when it comes.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}
