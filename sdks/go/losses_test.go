package jobengine

import (
	"context"
	"testing"
	"time"
)

func TestAfterARebuildTheJobIsLostAndTheWorkerGoesOn(t *testing.T) {
	e := startTestEngine(t, 1_000, 50)
	e.enqueue(testJob{id: "a"})
	handler := newStuck()
	e.start(e.scan(func(ctx context.Context, job Job[map[string]any]) (any, error) {
		if job.Attempt == 2 {
			return "second", nil
		}
		return handler.handle(ctx, job)
	}))
	<-handler.started
	e.call("je_close", 1)
	e.open()
	e.enqueue(testJob{id: "a", attempt: 2})
	if got := e.results(1)[0]; got.attempt != "2" || string(got.outcome.Result) != `"second"` {
		t.Fatalf("%+v", got)
	}
	handler.expect(t, StopLost)
	if count := len(e.registered()); count != 2 {
		t.Errorf("%d registrations", count)
	}
}

func TestWhenTheKeysVanishTheWorkerWaitsForTheRebuild(t *testing.T) {
	e := startTestEngine(t, 1_000, 50)
	e.start(e.scan(returns("done", nil)))
	e.untilIdle()
	e.removeKeys()
	e.until("a second registration", func() bool { return len(e.registered()) >= 2 })
	e.open()
	e.enqueue(testJob{id: "a"})
	e.results(1)
}

func TestWorkerWhoseUserVanishedRegistersAgain(t *testing.T) {
	e := startTestEngine(t, 1_000, 50)
	e.start(e.scan(returns("done", nil)))
	e.untilIdle()
	must(t, e.valkey.Do(context.Background(), "acl", "deluser", e.user()).Err())
	e.until("a second registration", func() bool { return len(e.registered()) >= 2 })
	e.enqueue(testJob{id: "a"})
	e.results(1)
}

func TestBrokenConnectionsCostNothing(t *testing.T) {
	e := startTestEngine(t, 2_000, 50)
	e.enqueue(testJob{id: "a"})
	started, finish := make(chan string), make(chan struct{})
	e.start(e.scan(func(_ context.Context, job Job[map[string]any]) (any, error) {
		started <- job.ID
		<-finish
		return nil, nil
	}))
	<-started
	e.until("a sleeping connection", func() bool { return len(e.connectionsOfWorker()) == 2 })
	if killed := e.valkey.Do(context.Background(), "client", "kill", "user", e.user()).Val(); killed != int64(2) {
		t.Errorf("%v connections were killed", killed)
	}
	finish <- struct{}{}
	if got := e.results(1)[0]; got.stale != "0" || got.outcome.Status != "succeeded" {
		t.Fatalf("%+v", got)
	}
	e.enqueue(testJob{id: "b"})
	<-started
	finish <- struct{}{}
	e.results(2)
	if count := len(e.registered()); count != 1 {
		t.Errorf("%d registrations", count)
	}
}

func TestFrozenServerLosesTheJobsAndDoesNotHoldUpTheLeaving(t *testing.T) {
	e := startTestEngine(t, 400, 100)
	proxy := startFreezer(t, e.valkeyURL)
	e.valkeyURL = proxy.url
	handler := newStuck()
	running := e.start(e.scan(handler.handle))
	e.untilIdle()
	e.enqueue(testJob{id: "a"})
	<-handler.started
	defer proxy.freeze()()
	handler.expect(t, StopLost)
	if got := e.results(1)[0]; got.reason != "lease_expired" {
		t.Fatalf("%+v", got)
	}
	asked := time.Now()
	running.stop()
	must(t, running.end(t))
	if took := time.Since(asked); took > 9*time.Second {
		t.Errorf("left a frozen server after %s", took)
	}
}
