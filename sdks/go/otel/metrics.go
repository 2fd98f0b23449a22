// Package otel counts and traces what a worker does with OpenTelemetry. It speaks to the API alone; which SDK and
// exporter stand behind it is the program's affair.
//
//	worker.Metrics, err = otel.NewMetrics(provider)
//	worker.Tracing = otel.NewTracing(tracerProvider)
package otel

import (
	"context"
	"errors"
	"strconv"
	"time"

	jobengine "github.com/jobengine/jobengine/sdks/go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const scope = "github.com/jobengine/jobengine/sdks/go/otel"

// Metrics counts what the workers it is given to do. The names stand in sdks/METRICS.md.
type Metrics struct {
	registrations, ended, outcomes, queueFailures metric.Int64Counter
	running                                       metric.Int64UpDownCounter
	durations, beats                              metric.Float64Histogram
}

var _ jobengine.Metrics = (*Metrics)(nil)

// NewMetrics makes the metrics with a provider, the global one when it is nil.
func NewMetrics(provider metric.MeterProvider) (*Metrics, error) {
	if provider == nil {
		provider = otel.GetMeterProvider()
	}
	meter := provider.Meter(scope)
	var m Metrics
	var failures [7]error
	m.registrations, failures[0] = meter.Int64Counter("jobengine.worker.registrations",
		metric.WithDescription("Registrations; more than one means that the queue was lost."))
	m.running, failures[1] = meter.Int64UpDownCounter("jobengine.worker.jobs.running",
		metric.WithDescription("Jobs whose handler runs."))
	m.ended, failures[2] = meter.Int64Counter("jobengine.worker.jobs", metric.WithDescription("Jobs that ended."))
	m.durations, failures[3] = meter.Float64Histogram("jobengine.worker.job.duration", metric.WithUnit("s"),
		metric.WithDescription("How long jobs took in this worker."),
		metric.WithExplicitBucketBoundaries(0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800))
	m.beats, failures[4] = meter.Float64Histogram("jobengine.worker.beat.duration", metric.WithUnit("s"),
		metric.WithDescription("How long heartbeats took."),
		metric.WithExplicitBucketBoundaries(0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10))
	m.outcomes, failures[5] = meter.Int64Counter("jobengine.worker.outcomes",
		metric.WithDescription("Verdicts of the queue on outcomes."))
	m.queueFailures, failures[6] = meter.Int64Counter("jobengine.worker.queue.failures",
		metric.WithDescription("Calls to the queue that failed and were tried again."))
	return &m, errors.Join(failures[:]...)
}

// Registered counts a registration.
func (m *Metrics) Registered() { m.registrations.Add(context.Background(), 1) }

// JobStarted counts a job that runs.
func (m *Metrics) JobStarted(kind string) {
	m.running.Add(context.Background(), 1, labels("kind", kind))
}

// JobEnded counts a job that ended and how long it took.
func (m *Metrics) JobEnded(kind, end, errorClass string, took time.Duration) {
	ctx := context.Background()
	m.running.Add(ctx, -1, labels("kind", kind))
	m.ended.Add(ctx, 1, labels("kind", kind, "end", end, "error_class", errorClass))
	m.durations.Record(ctx, took.Seconds(), labels("kind", kind))
}

// Beat counts a heartbeat and how long it took.
func (m *Metrics) Beat(took time.Duration, answered bool) {
	m.beats.Record(context.Background(), took.Seconds(), labels("answered", strconv.FormatBool(answered)))
}

// OutcomesSent counts verdicts of the queue.
func (m *Metrics) OutcomesSent(verdict string, count int) {
	m.outcomes.Add(context.Background(), int64(count), labels("verdict", verdict))
}

// QueueFailed counts a call to the queue that is tried again.
func (m *Metrics) QueueFailed() { m.queueFailures.Add(context.Background(), 1) }

// labels takes names and values in turn.
func labels(pairs ...string) metric.MeasurementOption {
	var attributes []attribute.KeyValue
	for i := 0; i+1 < len(pairs); i += 2 {
		attributes = append(attributes, attribute.String(pairs[i], pairs[i+1]))
	}
	return metric.WithAttributes(attributes...)
}
