package jobengine

import (
	"context"
	"slices"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

const (
	// lastSend is how long outcomes that are ready may take to be sent after the grace is over.
	lastSend = 3 * time.Second
	// lastCall bounds each call of a worker that leaves.
	lastCall = 3 * time.Second
)

// drain leaves in order: takes nothing new, lets the handlers finish within the grace, then gives back what
// still runs (which costs the job nothing) and says goodbye. Without the server the leases end by themselves;
// that is what they are for.
func (s *session) drain() error {
	s.settings.log.Info("draining", "jobs", len(s.hands.all()))
	err := s.attempt(func(ctx context.Context) error {
		_, err := s.client.Claim(ctx, 0)
		return err
	})
	if err != nil {
		return err
	}
	s.waitEmpty(s.settings.drainGrace, s.stop.hurry)
	if err := s.giveBackRest(); err != nil {
		return err
	}
	s.waitEmpty(lastSend, context.Background())
	return s.attempt(func(ctx context.Context) error {
		s.beats.end(ctx)
		return s.client.Leave(ctx)
	})
}

func (s *session) waitEmpty(limit time.Duration, hurry context.Context) {
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	defer context.AfterFunc(hurry, cancel)()
	s.hands.waitEmpty(ctx)
}

func (s *session) giveBackRest() error {
	var leases []queue.Lease
	var left []*hand
	for _, hand := range s.hands.all() {
		if hand.giveBack() {
			leases = append(leases, hand.claimed.Lease)
			left = append(left, hand)
		}
	}
	for some := range slices.Chunk(leases, queue.MaxItems) {
		err := s.attempt(func(ctx context.Context) error {
			_, err := s.client.Release(ctx, some)
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(left) > 0 {
		s.settings.log.Info("gave jobs back", "jobs", len(left))
		// Their handlers may take their time to end; nobody waits for them.
		s.hands.remove(left)
	}
	return nil
}

// attempt makes a call that may fail because the server is away.
func (s *session) attempt(call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(s.ctx, lastCall)
	defer cancel()
	if err := call(ctx); !queue.IsAway(err) {
		return err
	}
	return nil
}
