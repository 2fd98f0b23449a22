package jobengine

import (
	"context"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// idleTime is how long an idle worker sleeps in the server before it looks by itself.
const idleTime = 20 * time.Second

// claimUntilStopped claims whenever a slot is free and sleeps in the server while there is no work.
func (s *session) claimUntilStopped() error {
	ctx, stop := context.WithCancel(s.ctx)
	defer stop()
	defer context.AfterFunc(s.stop.drain, stop)()
	failures := 0
	for {
		free := s.slots.waitFree(ctx)
		if free == 0 {
			return nil
		}
		err := s.claim(ctx, free)
		switch {
		case err == nil:
			failures = 0
		case queue.IsAway(err):
			s.settings.metrics.QueueFailed()
			pause(ctx, backoff(failures, 50*time.Millisecond, time.Second))
			failures++
		default:
			return err
		}
	}
}

// claim asks once. Its call is not cut short when the worker shall drain: what it gave must be known.
func (s *session) claim(ctx context.Context, free int) error {
	sent := time.Now()
	reply, err := s.client.Claim(s.ctx, free)
	if err != nil {
		return err
	}
	s.times.set(reply.LeaseTime, reply.BeatGap)
	for _, job := range reply.Jobs {
		s.begin(job, sent)
	}
	if reply.Word == "drain" {
		s.stop.askDrain()
		return nil
	}
	if len(reply.Jobs) >= free {
		return nil
	}
	return s.sleep(ctx, orDefault(reply.RetryAfter, idleTime))
}

// sleep waits in the server for a wake. A pop that is under way when the worker shall drain is left behind; it
// ends with the connection.
func (s *session) sleep(ctx context.Context, limit time.Duration) error {
	woken := make(chan error, 1)
	go func() { woken <- s.client.WaitForWake(s.ctx, limit) }()
	select {
	case err := <-woken:
		if queue.IsAway(err) {
			// Without the connection nobody can wake this worker: come back soon and claim.
			pause(ctx, min(limit, backoff(0, 500*time.Millisecond, time.Second)))
			return nil
		}
		return err
	case <-ctx.Done():
		return nil
	}
}
