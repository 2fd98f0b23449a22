package metricstext

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestServesTheTextFormat(t *testing.T) {
	var metrics Metrics
	metrics.Registered()
	metrics.QueueFailed()
	for range 3 {
		metrics.JobStarted("scan")
	}
	metrics.JobEnded("scan", "succeeded", "", 20*time.Millisecond)
	metrics.JobEnded("scan", "failed", "transient", time.Hour)
	metrics.Beat(2*time.Millisecond, true)
	metrics.OutcomesSent("accepted", 2)
	answer := httptest.NewRecorder()
	metrics.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range strings.Split(strings.TrimSpace(`
# TYPE jobengine_worker_registrations_total counter
jobengine_worker_registrations_total 1
jobengine_worker_queue_failures_total 1
jobengine_worker_jobs_running{kind="scan"} 1
jobengine_worker_jobs_total{kind="scan",end="failed",error_class="transient"} 1
jobengine_worker_jobs_total{kind="scan",end="succeeded",error_class=""} 1
jobengine_worker_outcomes_total{verdict="accepted"} 2
jobengine_worker_job_duration_seconds_bucket{kind="scan",le="0.005"} 0
jobengine_worker_job_duration_seconds_bucket{kind="scan",le="0.025"} 1
jobengine_worker_job_duration_seconds_bucket{kind="scan",le="1800"} 1
jobengine_worker_job_duration_seconds_bucket{kind="scan",le="+Inf"} 2
jobengine_worker_job_duration_seconds_sum{kind="scan"} 3600.02
jobengine_worker_job_duration_seconds_count{kind="scan"} 2
jobengine_worker_beat_duration_seconds_bucket{answered="true",le="0.001"} 0
jobengine_worker_beat_duration_seconds_bucket{answered="true",le="0.005"} 1
jobengine_worker_beat_duration_seconds_count{answered="true"} 1`), "\n") {
		if !strings.Contains(answer.Body.String(), line+"\n") {
			t.Errorf("%s is missing in\n%s", line, answer.Body)
		}
	}
}
