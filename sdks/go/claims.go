package jobengine

import (
	"context"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// claimUntilStopped claims whenever a slot is free and sleeps in the server while there is no work.
func (s *session) claimUntilStopped() error {
	ctx, stop := context.WithCancel(s.ctx)
	defer stop()
	defer context.AfterFunc(s.stop.drain, stop)()
	defer context.AfterFunc(s.stop.drain, s.client.EndSleep)()
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
			pause(ctx, queue.WaitAtLeast(backoff(failures, 50*time.Millisecond, time.Second), err))
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
	// An answer that came late may be about leases that are nearly over, or over: then a beat decides, as after any
	// silence, and until it does nothing of them is published.
	began := later(sent.Add(reply.Waited), time.Now().Add(-2*reply.BeatGap-time.Millisecond))
	for _, job := range reply.Jobs {
		s.begin(job, began)
	}
	if reply.Word == "drain" {
		s.stop.askDrain()
		return nil
	}
	if len(reply.Jobs) >= free {
		return nil
	}
	return s.sleep(ctx, reply)
}

// sleep waits until another claim may be worth it. A pop that is under way when the worker shall drain is left behind; it
// ends with the connection.
func (s *session) sleep(ctx context.Context, after queue.Claim) error {
	woken := make(chan error, 1)
	go func() { woken <- s.client.WaitForWork(s.ctx, after) }()
	select {
	case err := <-woken:
		if queue.IsAway(err) {
			// Without the connection nobody can wake this worker: come back soon and claim.
			pause(ctx, backoff(0, 500*time.Millisecond, time.Second))
			return nil
		}
		return err
	case <-ctx.Done():
		return nil
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
