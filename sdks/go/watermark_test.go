package jobengine

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
)

func TestWatermarkIsReadAndMovedForTheJobsAttempt(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	e.script("/jobs/a/watermarks/events",
		`{"value":"1","revision":1}`,
		`{"advanced":true,"watermark":{"value":"2"}}`,
		`{"advanced":false,"watermark":{"value":null}}`)
	e.start(e.scan(func(ctx context.Context, job Job[map[string]any]) (any, error) {
		events := job.Watermark("events")
		value, err := events.Get(ctx)
		if err != nil {
			return nil, err
		}
		moved, err := events.Advance(ctx, value, "2")
		if err != nil {
			return nil, err
		}
		overtaken, err := events.AdvanceMonotone(ctx, "", "3")
		return []any{value, moved, overtaken}, err
	}))
	e.enqueue(testJob{id: "a"})
	got := string(e.results(1)[0].outcome.Result)
	if want := `["1",{"Advanced":true,"Value":"2"},{"Advanced":false,"Value":""}]`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	want := []string{
		`GET attempt=1 `,
		`PUT attempt=1 {"from":"1","monotone":false,"to":"2"}`,
		`PUT attempt=1 {"from":null,"monotone":true,"to":"3"}`,
	}
	if !slices.Equal(e.asked, want) {
		t.Errorf("asked %q, not %q", e.asked, want)
	}
}

func TestWatermarkNames(t *testing.T) {
	for _, name := range []string{"", "a/b", "ü"} {
		if _, err := (Job[any]{hand: &hand{engine: &engineHTTP{}}}).Watermark(name).Get(t.Context()); err == nil {
			t.Errorf("%q was taken for a name", name)
		}
	}
}

func TestTraceOfAPayload(t *testing.T) {
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for payload, want := range map[string]TraceContext{
		`{"trace":{"traceparent":"` + parent + `","tracestate":"congo=1"}}`: {parent, "congo=1"},
		`{"trace":{"traceparent":"` + parent + `","tracestate":"\n"}}`:      {parent, ""},
		`{"trace":{"traceparent":"nonsense","tracestate":"congo=1"}}`:       {},
		`{"trace":7}`:                 {},
		`{"trace":{"traceparent":7}}`: {},
		`7`:                           {},
		`{`:                           {},
	} {
		if got := traceOf(payload); got != want {
			t.Errorf("%s: %+v", payload, got)
		}
	}
}

func TestTraceGoesWithTheCallsOfTheJob(t *testing.T) {
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	e.start(e.scan(func(ctx context.Context, job Job[map[string]any]) (any, error) {
		return job.Trace.Parent, job.API().Get(ctx, "/api/v1/of/"+job.ID, nil)
	}))
	payload, _ := json.Marshal(map[string]any{"trace": map[string]string{"traceparent": parent}})
	e.enqueue(testJob{id: "a", payload: string(payload)})
	if got := string(e.results(1)[0].outcome.Result); got != `"`+parent+`"` {
		t.Errorf("the job's trace is %s", got)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.traces["/api/v1/of/a"] != parent {
		t.Errorf("the call's trace is %q", e.traces["/api/v1/of/a"])
	}
}
