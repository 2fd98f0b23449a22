package jobengine

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkNoOp is one worker of 64 slots whose handler does nothing, from claim to settled.
func BenchmarkNoOp(b *testing.B) {
	e := startTestEngine(b, defaultLeaseMs, defaultBeatMs)
	jobs := make([]testJob, b.N)
	for i := range jobs {
		jobs[i].id = fmt.Sprint("j", i)
	}
	for some := range slices.Chunk(jobs, 1_000) {
		e.enqueue(some...)
	}
	worker := e.scan(returns(nil, nil))
	worker.Concurrency = 64
	b.ResetTimer()
	e.start(worker)
	stream := e.prefix + "results"
	for e.valkey.XLen(context.Background(), stream).Val() < int64(b.N) {
		time.Sleep(5 * time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
}

// BenchmarkWake is the time from before an enqueue is sent until the handler of an idle worker runs.
func BenchmarkWake(b *testing.B) {
	e := startTestEngine(b, defaultLeaseMs, defaultBeatMs)
	started := make(chan time.Time, 1)
	e.start(e.scan(func(context.Context, Job[map[string]any]) (any, error) {
		started <- time.Now()
		return nil, nil
	}))
	waits := make([]time.Duration, b.N)
	for i := range waits {
		e.untilIdle()
		sent := time.Now()
		e.enqueue(testJob{id: fmt.Sprint("j", i)})
		waits[i] = (<-started).Sub(sent)
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[b.N/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(waits[b.N*99/100].Microseconds())/1000, "ms-p99")
}
