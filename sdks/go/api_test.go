package jobengine

import (
	"context"
	"errors"
	"testing"
)

func TestAPIPostsWithTheKeyAndRidesOutA503(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	statuses := map[string]int{"a": 503, "b": 409, "c": 429}
	e.start(e.scan(func(ctx context.Context, job Job[map[string]any]) (any, error) {
		e.fail(statuses[job.ID])
		var answer struct{ Path, Body string }
		err := job.API().Post(ctx, "/api/v1/worker/inputs", map[string]string{"job": job.ID}, &answer)
		return answer, err
	}))
	want := []func(*testing.T, outcome){
		is(outcome{Status: "succeeded", Result: []byte(`{"Path":"/api/v1/worker/inputs","Body":"{\"job\":\"a\"}"}`)}),
		fails("transient", "API_409", "POST /api/v1/worker/inputs answered 409: as the test wants it"),
		func(t *testing.T, got outcome) {
			if got.Error.Class != "rate_limited" || got.Error.Code != "API_429" || *got.Error.RetryAfterSeconds != 10 {
				t.Errorf("%+v", got.Error)
			}
		},
	}
	for i, id := range []string{"a", "b", "c"} {
		e.untilIdle()
		e.enqueue(testJob{id: id})
		want[i](t, e.results(int64(i + 1))[i].outcome)
	}
}

func TestAPIOfALiteralJobAnswersAnError(t *testing.T) {
	job := Job[string]{}
	job.Progress(Progress{Done: 1})
	if err := job.API().Get(t.Context(), "/", nil); !errors.Is(err, errNotClaimed) {
		t.Errorf("%v", err)
	}
	if _, err := job.PublishArtifact(t.Context(), "a", nil, ""); !errors.Is(err, errNotClaimed) {
		t.Errorf("%v", err)
	}
}
