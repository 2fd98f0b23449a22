package jobengine

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// Connections that break again and again may cost leases (a claim whose answer was lost), never a job and
// never a second outcome.
func TestEveryJobEndsOnceThoughConnectionsBreakAllTheTime(t *testing.T) {
	e := startTestEngine(t, 500, 50)
	jobs := make([]testJob, 400)
	for i := range jobs {
		jobs[i].id = fmt.Sprint("j", i)
	}
	e.enqueue(jobs...)
	worker := e.scan(func(context.Context, Job[map[string]any]) (any, error) {
		time.Sleep(5 * time.Millisecond)
		return nil, nil
	})
	worker.Concurrency = 8
	e.start(worker)
	killed := int64(0)
	for range 20 {
		time.Sleep(15 * time.Millisecond)
		count, err := e.valkey.Do(context.Background(), "client", "kill", "user", e.user()).Int64()
		must(t, err)
		killed += count
	}
	ends := map[string]int{}
	for _, result := range e.results(400) {
		if result.stale == "0" {
			ends[result.job]++
		}
	}
	for job, count := range ends {
		if count != 1 {
			t.Errorf("%s has %d outcomes", job, count)
		}
	}
	if len(ends) != 400 || killed == 0 {
		t.Errorf("%d jobs ended, %d connections were killed", len(ends), killed)
	}
}

func TestNothingIsLeftOfAWorkerThatLeft(t *testing.T) {
	e := startTestEngine(t, 1_000, 50)
	before := runtime.NumGoroutine()
	worker := e.scan(returns("done", nil))
	worker.HTTPClient = e.httpClient()
	running := e.start(worker)
	e.enqueue(testJob{id: "a"})
	e.results(1)
	e.untilIdle()
	running.stop()
	must(t, running.end(t))
	e.until("no goroutine and no connection left", func() bool {
		return runtime.NumGoroutine() <= before && len(e.connectionsOfWorker()) == 0
	})
}
