package otel

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	jobengine "github.com/jobengine/jobengine/sdks/go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestShowsTheDocumentedNamesAndLabels(t *testing.T) {
	text, err := os.ReadFile("../../conformance/metrics.json")
	must(t, err)
	var names struct{ OpenTelemetry map[string][]string }
	must(t, json.Unmarshal(text, &names))
	reader := sdkmetric.NewManualReader()
	metrics, err := NewMetrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	must(t, err)
	metrics.Registered()
	metrics.JobStarted("scan")
	metrics.JobEnded("scan", "failed", "transient", time.Second)
	metrics.Beat(time.Millisecond, true)
	metrics.OutcomesSent("accepted", 3)
	metrics.QueueFailed()
	var all metricdata.ResourceMetrics
	must(t, reader.Collect(t.Context(), &all))
	shown := map[string][]string{}
	for _, one := range all.ScopeMetrics[0].Metrics {
		shown[one.Name] = labelsOf(t, one.Data)
	}
	if !reflect.DeepEqual(shown, names.OpenTelemetry) {
		t.Errorf("shown are %v, documented %v", shown, names.OpenTelemetry)
	}
}

func labelsOf(t *testing.T, data metricdata.Aggregation) []string {
	var set attribute.Set
	switch data := data.(type) {
	case metricdata.Sum[int64]:
		set = data.DataPoints[0].Attributes
	case metricdata.Histogram[float64]:
		set = data.DataPoints[0].Attributes
	default:
		t.Fatalf("a %T", data)
	}
	labels := []string{}
	for _, pair := range set.ToSlice() {
		labels = append(labels, string(pair.Key))
	}
	slices.Sort(labels)
	return labels
}

func TestSpansGoOnWithTheTraceOfTheJob(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	tracing := NewTracing(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	job := jobengine.JobInfo{ID: "a", Attempt: 2, Kind: "scan", Run: "run_1", Trace: jobengine.TraceContext{
		Parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		State:  "congo=1",
	}}
	ctx, end := tracing.Start(t.Context(), job)
	header := http.Header{}
	tracing.Inject(ctx, header)
	end(nil)
	_, endAlone := tracing.Start(t.Context(), jobengine.JobInfo{Kind: "scan"})
	endAlone(errors.New("it broke"))

	child, alone := spans.Ended()[0], spans.Ended()[1]
	if child.Name() != "job scan" || child.Parent().SpanID().String() != "00f067aa0ba902b7" ||
		child.SpanContext().TraceID().String() != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("%s of %s below %s", child.Name(), child.SpanContext().TraceID(), child.Parent().SpanID())
	}
	want := "00-4bf92f3577b34da6a3ce929d0e0e4736-" + child.SpanContext().SpanID().String() + "-01"
	if header.Get("traceparent") != want || header.Get("tracestate") != "congo=1" {
		t.Errorf("the headers are %v, not %s", header, want)
	}
	if alone.Parent().IsValid() || alone.Status().Code != codes.Error || alone.Events()[0].Name != "exception" {
		t.Errorf("%+v", alone)
	}
}
