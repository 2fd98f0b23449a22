package prometheus

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestShowsTheDocumentedNamesAndLabels(t *testing.T) {
	text, err := os.ReadFile("../../conformance/metrics.json")
	if err != nil {
		t.Fatal(err)
	}
	var names struct{ Prometheus map[string][]string }
	if err := json.Unmarshal(text, &names); err != nil {
		t.Fatal(err)
	}
	metrics := NewMetrics()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics)
	metrics.Registered()
	metrics.JobStarted("scan")
	metrics.JobStarted("scan")
	metrics.JobEnded("scan", "failed", "transient", time.Second)
	metrics.Beat(time.Millisecond, true)
	metrics.OutcomesSent("accepted", 3)
	metrics.QueueFailed()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string][]string{}
	for _, family := range families {
		labels := []string{}
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, label.GetName())
		}
		slices.Sort(labels)
		shown[family.GetName()] = labels
	}
	if !reflect.DeepEqual(shown, names.Prometheus) {
		t.Errorf("shown are %v, documented %v", shown, names.Prometheus)
	}
	for value, want := range map[float64]float64{
		testutil.ToFloat64(metrics.running.WithLabelValues("scan")):                      1,
		testutil.ToFloat64(metrics.outcomes.WithLabelValues("accepted")):                 3,
		testutil.ToFloat64(metrics.ended.WithLabelValues("scan", "failed", "transient")): 1,
	} {
		if value != want {
			t.Errorf("%v instead of %v", value, want)
		}
	}
}
