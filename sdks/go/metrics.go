package jobengine

import "time"

// Metrics is told what a worker does, from several goroutines; its methods must return quickly. What they are for,
// and under which names, stands in sdks/METRICS.md.
type Metrics interface {
	// Registered counts registrations; more than one means that the queue was lost in between.
	Registered()
	// JobStarted and JobEnded frame each job of this worker. The end is an outcome's status (succeeded,
	// incomplete, failed, cancelled) with the error class of a failure, or lost or released for a job that
	// went without an outcome.
	JobStarted(kind string)
	JobEnded(kind, end, errorClass string, took time.Duration)
	// Beat tells that a heartbeat was answered, or failed, and how long it took.
	Beat(took time.Duration, answered bool)
	// OutcomesSent counts verdicts of the queue: accepted, known, stale, too_large, invalid.
	OutcomesSent(verdict string, count int)
	// QueueFailed counts calls to the queue that failed and are tried again.
	QueueFailed()
}

type noMetrics struct{}

func (noMetrics) Registered()                                    {}
func (noMetrics) JobStarted(string)                              {}
func (noMetrics) JobEnded(string, string, string, time.Duration) {}
func (noMetrics) Beat(time.Duration, bool)                       {}
func (noMetrics) OutcomesSent(string, int)                       {}
func (noMetrics) QueueFailed()                                   {}
