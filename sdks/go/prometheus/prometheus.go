// Package prometheus counts what a worker does with the Prometheus client library.
//
//	metrics := prometheus.NewMetrics()
//	registry.MustRegister(metrics)
//	worker.Metrics = metrics
package prometheus

import (
	"strconv"
	"time"

	jobengine "github.com/jobengine/jobengine/sdks/go"
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what the workers it is given to do, and is a collector. The names stand in sdks/METRICS.md.
type Metrics struct {
	registrations, queueFailures prometheus.Counter
	running                      *prometheus.GaugeVec
	ended, outcomes              *prometheus.CounterVec
	durations, beats             *prometheus.HistogramVec
}

var (
	_ jobengine.Metrics    = (*Metrics)(nil)
	_ prometheus.Collector = (*Metrics)(nil)
)

// NewMetrics makes the metrics; register them where they shall be shown.
func NewMetrics() *Metrics {
	return &Metrics{
		registrations: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "jobengine_worker_registrations_total",
			Help: "Registrations; more than one means that the queue was lost.",
		}),
		queueFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "jobengine_worker_queue_failures_total",
			Help: "Calls to the queue that failed and were tried again.",
		}),
		running: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "jobengine_worker_jobs_running",
			Help: "Jobs whose handler runs.",
		}, []string{"kind"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jobengine_worker_jobs_total",
			Help: "Jobs that ended.",
		}, []string{"kind", "end", "error_class"}),
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jobengine_worker_outcomes_total",
			Help: "Verdicts of the queue on outcomes.",
		}, []string{"verdict"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "jobengine_worker_job_duration_seconds",
			Help:    "How long jobs took in this worker.",
			Buckets: []float64{0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800},
		}, []string{"kind"}),
		beats: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "jobengine_worker_beat_duration_seconds",
			Help:    "How long heartbeats took.",
			Buckets: []float64{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10},
		}, []string{"answered"}),
	}
}

// Registered counts a registration.
func (m *Metrics) Registered() { m.registrations.Inc() }

// JobStarted counts a job that runs.
func (m *Metrics) JobStarted(kind string) { m.running.WithLabelValues(kind).Inc() }

// JobEnded counts a job that ended and how long it took.
func (m *Metrics) JobEnded(kind, end, errorClass string, took time.Duration) {
	m.running.WithLabelValues(kind).Dec()
	m.ended.WithLabelValues(kind, end, errorClass).Inc()
	m.durations.WithLabelValues(kind).Observe(took.Seconds())
}

// Beat counts a heartbeat and how long it took.
func (m *Metrics) Beat(took time.Duration, answered bool) {
	m.beats.WithLabelValues(strconv.FormatBool(answered)).Observe(took.Seconds())
}

// OutcomesSent counts verdicts of the queue.
func (m *Metrics) OutcomesSent(verdict string, count int) {
	m.outcomes.WithLabelValues(verdict).Add(float64(count))
}

// QueueFailed counts a call to the queue that is tried again.
func (m *Metrics) QueueFailed() { m.queueFailures.Inc() }

// Describe is for the registry.
func (m *Metrics) Describe(descriptions chan<- *prometheus.Desc) {
	for _, one := range m.all() {
		one.Describe(descriptions)
	}
}

// Collect is for the registry.
func (m *Metrics) Collect(values chan<- prometheus.Metric) {
	for _, one := range m.all() {
		one.Collect(values)
	}
}

func (m *Metrics) all() []prometheus.Collector {
	return []prometheus.Collector{
		m.registrations, m.queueFailures, m.running, m.ended, m.outcomes, m.durations, m.beats,
	}
}
