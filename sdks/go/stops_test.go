package jobengine

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

// stuck is a handler that never ends by itself; it tells when it starts and with what cause it was stopped.
type stuck struct {
	started chan string
	reasons chan StopReason
}

func newStuck() stuck { return stuck{make(chan string, 10), make(chan StopReason, 10)} }

func (s stuck) handle(ctx context.Context, job Job[map[string]any]) (any, error) {
	s.started <- job.ID
	<-ctx.Done()
	var stopped *Stopped
	if !errors.As(context.Cause(ctx), &stopped) {
		stopped = &Stopped{Reason: "no cause"}
	}
	s.reasons <- stopped.Reason
	return nil, context.Cause(ctx)
}

func (s stuck) expect(t *testing.T, want StopReason) {
	t.Helper()
	select {
	case reason := <-s.reasons:
		if reason != want {
			t.Errorf("stopped for %q, want %q", reason, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the handler was not stopped within 10 s")
	}
}

func TestCancelledJobIsToldWithTheNextBeat(t *testing.T) {
	e := startTestEngine(t, 1_000, 50)
	e.enqueue(testJob{id: "a"})
	handler := newStuck()
	e.start(e.scan(handler.handle))
	<-handler.started
	e.call("je_cancel", "run", "run_1", "")
	if got := e.results(1)[0]; got.outcome.Status != "cancelled" {
		t.Fatalf("%+v", got)
	}
	handler.expect(t, StopCancel)
}

func TestDrainWithinTheGrace(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	e.enqueue(testJob{id: "a"})
	started, finish := make(chan struct{}), make(chan struct{})
	worker := e.start(e.scan(func(context.Context, Job[map[string]any]) (any, error) {
		close(started)
		<-finish
		return "done", nil
	}))
	<-started
	worker.stop()
	e.enqueue(testJob{id: "b"})
	close(finish)
	must(t, worker.end(t))
	if results := e.results(1); len(results) != 1 || results[0].job != "a" {
		t.Fatalf("%+v", results)
	}
	if left := e.alive(); left != 0 {
		t.Errorf("%d workers have not left", left)
	}
	if state := e.known("b", 1); state != "ready" {
		t.Errorf("b is %s", state)
	}
}

func TestDrainBeyondTheGraceGivesBack(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	e.enqueue(testJob{id: "a"})
	handler := newStuck()
	worker := e.scan(handler.handle)
	worker.DrainGrace = 10 * time.Millisecond
	running := e.start(worker)
	<-handler.started
	running.stop()
	must(t, running.end(t))
	handler.expect(t, StopShutdown)
	if state := e.known("a", 1); state != "ready" {
		t.Errorf("a is %s", state)
	}
	if settled := e.valkey.XLen(context.Background(), e.prefix+"results").Val(); settled != 0 {
		t.Errorf("%d results", settled)
	}
}

func TestDrainDoesNotWaitForAHandlerThatIgnoresItsContext(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	e.enqueue(testJob{id: "a"})
	started, finish := make(chan struct{}), make(chan struct{})
	defer close(finish)
	worker := e.scan(func(context.Context, Job[map[string]any]) (any, error) {
		close(started)
		<-finish
		return nil, nil
	})
	worker.DrainGrace = -1
	running := e.start(worker)
	<-started
	asked := time.Now()
	running.stop()
	must(t, running.end(t))
	if took := time.Since(asked); took > 2*time.Second {
		t.Errorf("left after %s", took)
	}
}

func TestSecondSignalGivesBackAtOnce(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	e.enqueue(testJob{id: "a"})
	handler := newStuck()
	worker := e.scan(handler.handle)
	worker.IgnoreSignals, worker.DrainGrace = false, time.Minute
	running := e.start(worker)
	<-handler.started
	must(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	e.until("no wish for work", func() bool { return e.count("idle") == 0 })
	time.Sleep(20 * time.Millisecond)
	must(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	must(t, running.end(t))
	handler.expect(t, StopShutdown)
	if state := e.known("a", 1); state != "ready" {
		t.Errorf("a is %s", state)
	}
}

func TestWorkerThatTheEngineDrainsLeaves(t *testing.T) {
	e := startTestEngine(t, 1_000, 50)
	running := e.start(e.scan(returns(nil, nil)))
	e.untilIdle()
	worker := e.valkey.ZRange(context.Background(), e.prefix+"workers", 0, 0).Val()[0]
	e.call("je_drain", 1, worker)
	must(t, running.end(t))
}
