package metricstext

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// ServeHTTP answers the counts in the text format of Prometheus, version 0.0.4.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	var text strings.Builder
	m.write(&text)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = io.WriteString(w, text.String())
}

func (m *Metrics) write(w io.Writer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	head(w, "jobengine_worker_registrations_total", "counter", "Registrations; more than one means that the queue was lost.")
	fmt.Fprintf(w, "jobengine_worker_registrations_total %d\n", m.registrations)
	head(w, "jobengine_worker_queue_failures_total", "counter", "Calls to the queue that failed and were tried again.")
	fmt.Fprintf(w, "jobengine_worker_queue_failures_total %d\n", m.queueFailures)
	head(w, "jobengine_worker_jobs_running", "gauge", "Jobs whose handler runs.")
	for _, kind := range slices.Sorted(maps.Keys(m.running)) {
		fmt.Fprintf(w, "jobengine_worker_jobs_running{kind=%q} %d\n", kind, m.running[kind])
	}
	head(w, "jobengine_worker_jobs_total", "counter", "Jobs that ended.")
	for _, one := range slices.SortedFunc(maps.Keys(m.ended), compareEndings) {
		fmt.Fprintf(w, "jobengine_worker_jobs_total{kind=%q,end=%q,error_class=%q} %d\n",
			one.kind, one.end, one.errorClass, m.ended[one])
	}
	head(w, "jobengine_worker_outcomes_total", "counter", "Verdicts of the queue on outcomes.")
	for _, verdict := range slices.Sorted(maps.Keys(m.outcomes)) {
		fmt.Fprintf(w, "jobengine_worker_outcomes_total{verdict=%q} %d\n", verdict, m.outcomes[verdict])
	}
	head(w, "jobengine_worker_job_duration_seconds", "histogram", "How long jobs took in this worker.")
	for _, kind := range slices.Sorted(maps.Keys(m.durations)) {
		m.durations[kind].write(w, "jobengine_worker_job_duration_seconds", fmt.Sprintf("kind=%q", kind))
	}
	head(w, "jobengine_worker_beat_duration_seconds", "histogram", "How long heartbeats took.")
	for _, answered := range []bool{false, true} {
		if beats := m.beats[answered]; beats != nil {
			beats.write(w, "jobengine_worker_beat_duration_seconds", fmt.Sprintf("answered=\"%t\"", answered))
		}
	}
}

func (h *histogram) write(w io.Writer, name, label string) {
	var below int64
	for i, bound := range h.bounds {
		below += h.buckets[i]
		fmt.Fprintf(w, "%s_bucket{%s,le=\"%g\"} %d\n", name, label, bound, below)
	}
	fmt.Fprintf(w, "%s_bucket{%s,le=\"+Inf\"} %d\n", name, label, h.count)
	fmt.Fprintf(w, "%s_sum{%s} %g\n", name, label, h.sum)
	fmt.Fprintf(w, "%s_count{%s} %d\n", name, label, h.count)
}

func head(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func compareEndings(a, b ending) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.end, b.end), cmp.Compare(a.errorClass, b.errorClass))
}
