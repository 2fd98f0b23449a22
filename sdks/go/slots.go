package jobengine

import (
	"context"
	"sync"
)

// slots count the jobs that may run at once, over all registrations: a handler that was told to stop still
// runs and keeps its slot.
type slots struct {
	mu    sync.Mutex
	free  int
	freed chan struct{}
}

func newSlots(size int) *slots { return &slots{free: size, freed: make(chan struct{}, 1)} }

func (s *slots) take() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free--
}

func (s *slots) give(count int) {
	s.mu.Lock()
	s.free += count
	s.mu.Unlock()
	ring(s.freed)
}

func (s *slots) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.free
}

// waitFree answers how many slots are free once there is one, or 0 when ctx is done.
func (s *slots) waitFree(ctx context.Context) int {
	for {
		if ctx.Err() != nil {
			return 0
		}
		if free := s.count(); free > 0 {
			return free
		}
		select {
		case <-s.freed:
		case <-ctx.Done():
		}
	}
}
