// Package metricstext counts what a worker does and serves it in the text format of Prometheus, without a
// dependency.
//
//	metrics := &metricstext.Metrics{}
//	worker.Metrics = metrics
//	http.Handle("/metrics", metrics)
package metricstext

import (
	"sync"
	"time"

	jobengine "github.com/jobengine/jobengine/sdks/go"
)

// Metrics counts what the workers it is given to do. Its zero value is ready; it must not be copied.
type Metrics struct {
	mu            sync.Mutex
	registrations int64
	queueFailures int64
	running       map[string]int64
	ended         map[ending]int64
	outcomes      map[string]int64
	durations     map[string]*histogram
	beats         map[bool]*histogram
}

var _ jobengine.Metrics = (*Metrics)(nil)

type ending struct{ kind, end, errorClass string }

// Bounds of the histograms, in seconds.
var (
	jobBounds  = []float64{0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800}
	beatBounds = []float64{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10}
)

type histogram struct {
	bounds  []float64
	buckets []int64 // one for each bound, not cumulative; what is above all is only in count
	count   int64
	sum     float64
}

// Registered counts a registration.
func (m *Metrics) Registered() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.registrations++
}

// QueueFailed counts a call to the queue that is tried again.
func (m *Metrics) QueueFailed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queueFailures++
}

// JobStarted counts a job that runs.
func (m *Metrics) JobStarted(kind string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running == nil {
		m.running = map[string]int64{}
	}
	m.running[kind]++
}

// JobEnded counts a job that ended and how long it took.
func (m *Metrics) JobEnded(kind, end, errorClass string, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended == nil {
		m.ended, m.durations = map[ending]int64{}, map[string]*histogram{}
	}
	m.running[kind]--
	m.ended[ending{kind, end, errorClass}]++
	if m.durations[kind] == nil {
		m.durations[kind] = newHistogram(jobBounds)
	}
	m.durations[kind].add(took.Seconds())
}

// Beat counts a heartbeat and how long it took.
func (m *Metrics) Beat(took time.Duration, answered bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.beats == nil {
		m.beats = map[bool]*histogram{}
	}
	if m.beats[answered] == nil {
		m.beats[answered] = newHistogram(beatBounds)
	}
	m.beats[answered].add(took.Seconds())
}

// OutcomesSent counts verdicts of the queue.
func (m *Metrics) OutcomesSent(verdict string, count int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.outcomes == nil {
		m.outcomes = map[string]int64{}
	}
	m.outcomes[verdict] += int64(count)
}

func newHistogram(bounds []float64) *histogram {
	return &histogram{bounds: bounds, buckets: make([]int64, len(bounds))}
}

func (h *histogram) add(seconds float64) {
	h.count++
	h.sum += seconds
	for i, bound := range h.bounds {
		if seconds <= bound {
			h.buckets[i]++
			return
		}
	}
}
