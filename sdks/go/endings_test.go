package jobengine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"time"
)

type ending struct {
	handle Handler[map[string]any]
	check  func(*testing.T, outcome)
}

// endings are the ways in which a handler can end, by a kind's name.
var endings = map[string]ending{
	"nothing":          {returns(nil, nil), is(outcome{Status: "succeeded"})},
	"incomplete":       {returns(Incomplete{"no_sbom", map[string]int{"seen": 1}}, nil), is(outcome{Status: "incomplete", Reason: "no_sbom", Result: []byte(`{"seen":1}`)})},
	"incomplete_bare":  {returns(&Incomplete{}, nil), is(outcome{Status: "incomplete", Reason: "unspecified"})},
	"retry_after":      {returns(nil, &RetryAfter{After: 7 * time.Second}), fails("rate_limited", "", "try again after 7s")},
	"permanent":        {returns(nil, &Permanent{Message: "no", Code: "X"}), fails("permanent", "X", "no")},
	"dependency_down":  {returns(nil, &DependencyDown{Cause: errors.New("away")}), fails("dependency_down", "", "away")},
	"invalid_input":    {returns(nil, &InvalidInput{Message: "bad"}), fails("input_invalid", "", "bad")},
	"wrapped":          {returns(nil, fmt.Errorf("scan: %w", &Permanent{Message: "no", Code: "X"})), fails("permanent", "X", "scan: no")},
	"other":            {returns(nil, errors.New("odd")), fails("transient", "", "odd")},
	"other_typed":      {returns(nil, fmt.Errorf("open: %w", &fs.PathError{Op: "open", Path: "x", Err: testErrno(2)})), fails("transient", "jobengine.testErrno", "open: open x: errno 2")},
	"error_and_result": {returns("lost", errors.New("odd")), fails("transient", "", "odd")},
	"no_json":          {returns(func() {}, nil), fails("permanent", "RESULT_NOT_JSON", "The handler's result has no JSON form: json: unsupported type: func()")},
	"long_message":     {returns(nil, errors.New(strings.Repeat("ü", 2_000))), fails("transient", "", strings.Repeat("ü", 512))},
	"panic": {
		func(context.Context, Job[map[string]any]) (any, error) { return failDeep(3) },
		panicked("panic: boom\nat github.com/jobengine/jobengine/sdks/go.failDeep (endings_test.go:"),
	},
	"panic_runtime": {
		func(_ context.Context, job Job[map[string]any]) (any, error) {
			return len(*new(map[string][]int)) / len(job.Payload), nil
		},
		panicked("panic: runtime error: integer divide by zero\nat github.com/jobengine/jobengine/sdks/go.init.func"),
	},
	"panic_in_result": {returns(panicking{}, nil), panicked("panic: no form\nat ")},
	"goexit": {
		func(context.Context, Job[map[string]any]) (any, error) { runtime.Goexit(); return nil, nil },
		fails("transient", "GOEXIT", "The handler ended its goroutine without a return."),
	},
}

func returns(value any, err error) Handler[map[string]any] {
	return func(context.Context, Job[map[string]any]) (any, error) { return value, err }
}

func is(want outcome) func(*testing.T, outcome) {
	return func(t *testing.T, got outcome) {
		if got.Status != want.Status || got.Reason != want.Reason || string(got.Result) != string(want.Result) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func fails(class, code, message string) func(*testing.T, outcome) {
	return func(t *testing.T, got outcome) {
		if got.Status != "failed" || got.Error.Class != class || got.Error.Code != code || got.Error.Message != message {
			t.Errorf("%+v", got.Error)
		}
		if seconds := got.Error.RetryAfterSeconds; class == "rate_limited" && (seconds == nil || *seconds != 7) {
			t.Errorf("retryAfterSeconds is %v", seconds)
		}
	}
}

func panicked(start string) func(*testing.T, outcome) {
	return func(t *testing.T, got outcome) {
		failure := got.Error
		if failure == nil || failure.Class != "transient" || failure.Code != "PANIC" || !strings.HasPrefix(failure.Message, start) {
			t.Errorf("%+v", failure)
		}
	}
}

func failDeep(depth int) (any, error) {
	if depth == 0 {
		panic("boom")
	}
	return failDeep(depth - 1)
}

type testErrno int

func (e testErrno) Error() string { return fmt.Sprintf("errno %d", int(e)) }

type panicking struct{}

func (panicking) MarshalJSON() ([]byte, error) { panic("no form") }
