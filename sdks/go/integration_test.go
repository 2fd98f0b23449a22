package jobengine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// scan gives a worker of the engine a handler of the kind "scan".
func (e *testEngine) scan(handle func(ctx context.Context, job Job[map[string]any]) (any, error)) *Worker {
	worker := e.worker()
	Handle(worker, "scan", handle)
	return worker
}

func TestWorkerRegistersDoesItsJobsAndSettles(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	e.enqueue(testJob{id: "a", payload: `{"n":20}`})
	worker := e.worker()
	worker.Build, worker.Concurrency = "b1", 3
	Handle(worker, "scan", func(_ context.Context, job Job[struct{ N int }]) (any, error) {
		return map[string]any{"doubled": 2 * job.Payload.N, "tenant": job.Tenant, "html": "<&>"}, nil
	})
	e.start(worker)
	got := e.results(1)[0]
	if got.job != "a" || got.attempt != "1" || got.stale != "0" || got.outcome.Status != "succeeded" {
		t.Fatalf("%+v", got)
	}
	if want := `{"doubled":40,"html":"<&>","tenant":"acme"}`; string(got.outcome.Result) != want {
		t.Fatalf("%s, want %s", got.outcome.Result, want)
	}
	registration := e.registered()[0]
	if registration["build"] != "b1" || registration["concurrency"] != 3.0 || fmt.Sprint(registration["kinds"]) != "[scan]" {
		t.Fatalf("%v", registration)
	}
}

func TestNeverMoreJobsAtOnceThanTheConcurrencyAndEachOnce(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	jobs := make([]testJob, 500)
	for i := range jobs {
		jobs[i].id = fmt.Sprint("j", i)
	}
	e.enqueue(jobs...)
	var now, most atomic.Int64
	worker := e.scan(func(context.Context, Job[map[string]any]) (any, error) {
		running := now.Add(1)
		for seen := most.Load(); running > seen && !most.CompareAndSwap(seen, running); seen = most.Load() {
		}
		time.Sleep(time.Millisecond)
		now.Add(-1)
		return nil, nil
	})
	worker.Concurrency = 7
	e.start(worker)
	distinct := map[string]bool{}
	for _, result := range e.results(500) {
		distinct[result.job] = true
		if result.stale != "0" {
			t.Errorf("%+v", result)
		}
	}
	if len(distinct) != 500 || most.Load() != 7 {
		t.Fatalf("%d distinct jobs, %d at once", len(distinct), most.Load())
	}
}

func TestHandlersEndings(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	worker := e.worker()
	for kind, ending := range endings {
		Handle(worker, kind, ending.handle)
		e.enqueue(testJob{id: kind, kind: kind})
	}
	e.start(worker)
	for _, result := range e.results(int64(len(endings))) {
		t.Run(result.job, func(t *testing.T) { endings[result.job].check(t, result.outcome) })
	}
}

func TestPayloadThatIsNotJSONEndsWithoutTheHandler(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	e.enqueue(testJob{id: "a", payload: "{"}, testJob{id: "b", payload: "[1]"})
	e.start(e.scan(func(context.Context, Job[map[string]any]) (any, error) { panic("never") }))
	codes := map[string]string{"a": "PAYLOAD_NOT_JSON", "b": "PAYLOAD_DOES_NOT_FIT"}
	for _, got := range e.results(2) {
		if failure := got.outcome.Error; failure.Class != "input_invalid" || failure.Code != codes[got.job] {
			t.Errorf("%s: %+v", got.job, failure)
		}
	}
}

func TestIdleWorkerSendsNextToNothingAndWakesAtOnce(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	started := make(chan time.Time, 1)
	e.start(e.scan(func(context.Context, Job[map[string]any]) (any, error) {
		started <- time.Now()
		return nil, nil
	}))
	best := time.Hour
	for i := range 21 {
		e.untilIdle()
		sent := time.Now()
		e.enqueue(testJob{id: fmt.Sprint("j", i)})
		best = min(best, (<-started).Sub(sent))
	}
	// Milliseconds where it was measured; here only that nobody waited for a poll, of which there are 20 s.
	if best > time.Second {
		t.Errorf("woken after %s at best", best)
	}
	e.results(21)
	e.untilIdle()
	before := e.commandsOfWorker()
	time.Sleep(500 * time.Millisecond)
	if sent := e.commandsOfWorker() - before; sent > 1 {
		t.Errorf("an idle worker sent %d commands in half a second", sent)
	}
	if connections := len(e.connectionsOfWorker()); connections != 2 {
		t.Errorf("it holds %d connections", connections)
	}
}

func (e *testEngine) connectionsOfWorker() []string {
	var own []string
	for _, line := range strings.Split(e.valkey.ClientList(context.Background()).Val(), "\n") {
		if strings.Contains(line, "user="+e.user()+" ") {
			own = append(own, line)
		}
	}
	return own
}

func (e *testEngine) commandsOfWorker() (sum int) {
	for _, line := range e.connectionsOfWorker() {
		for _, field := range strings.Fields(line) {
			var count int
			if _, err := fmt.Sscanf(field, "tot-cmds=%d", &count); err == nil {
				sum += count
			}
		}
	}
	return sum
}

func TestHeartbeatsKeepALeaseWhateverTheHandlerDoesAndCarryProgress(t *testing.T) {
	e := startTestEngine(t, 300, 50)
	e.enqueue(testJob{id: "a"})
	e.start(e.scan(func(_ context.Context, job Job[map[string]any]) (any, error) {
		job.Progress(Progress{Done: 1, Total: 4, Message: strings.Repeat("ü", 9_999)})
		for end := time.Now().Add(900 * time.Millisecond); time.Now().Before(end); {
		}
		return nil, nil
	}))
	e.until("progress", func() bool {
		return strings.HasPrefix(e.valkey.HGet(context.Background(), e.prefix+"progress", "a").Val(), `{"done":1,"total":4,`)
	})
	if got := e.results(1)[0]; got.reason != "settled" || got.stale != "0" {
		t.Fatalf("%+v", got)
	}
}

func TestLargeResultGoesByReference(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	e.enqueue(testJob{id: "a"})
	text := strings.Repeat("ü", 60_000)
	e.start(e.scan(func(context.Context, Job[map[string]any]) (any, error) { return text, nil }))
	got := e.results(1)[0].outcome
	e.mu.Lock()
	stored := e.artifacts["/api/v1/worker/jobs/a/artifacts/result.json"]
	e.mu.Unlock()
	if string(stored.content) != `"`+text+`"` || stored.query != "attempt=1&lease=1" {
		t.Fatalf("%d bytes stored, %s", len(stored.content), stored.query)
	}
	if got.Status != "succeeded" || got.Result != nil || got.ResultRef == nil {
		t.Fatalf("%+v", got)
	}
	if want := (resultRef{"result.json", digestOf(stored.content), 120_002}); *got.ResultRef != want {
		t.Fatalf("%+v, want %+v", *got.ResultRef, want)
	}
}

func TestResultThatCannotBeStoredFailsItsJobAlone(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	worker := e.scan(func(_ context.Context, job Job[map[string]any]) (any, error) {
		if job.ID == "b" {
			return "small", nil
		}
		e.fail(413)
		return strings.Repeat("x", 70_000), nil
	})
	e.start(worker)
	e.untilIdle()
	e.enqueue(testJob{id: "a"})
	if got := e.results(1)[0].outcome; got.Error == nil || got.Error.Code != "RESULT_NOT_STORED" {
		t.Fatalf("%+v", got)
	}
	e.enqueue(testJob{id: "b"})
	if got := e.results(2)[1].outcome; got.Status != "succeeded" {
		t.Fatalf("%+v", got)
	}
}

func TestRefusedKeyEndsAndA503IsTriedAgain(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	worker := e.scan(nil)
	worker.WorkerKey = "wk_" + strings.Repeat("0", 16) + "_" + strings.Repeat("0", 64)
	var refused *RefusedError
	if err := e.start(worker).end(t); !errors.As(err, &refused) || refused.Status != 401 {
		t.Fatalf("%v", err)
	}
	e.fail(503)
	e.start(e.scan(nil))
	e.untilIdle()
}
