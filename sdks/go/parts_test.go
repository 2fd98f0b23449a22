package jobengine

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

func TestCutToBytes(t *testing.T) {
	for _, test := range []struct {
		text string
		most int
		want string
	}{{"short", 100, "short"}, {"üüü", 5, "üü"}, {"a😀b", 4, "a"}, {"", 0, ""}, {"ü", 1, ""}} {
		if got := cutToBytes(test.text, test.most); got != test.want {
			t.Errorf("%q cut to %d is %q, want %q", test.text, test.most, got, test.want)
		}
	}
}

func TestProgressFitsIntoItsBytes(t *testing.T) {
	for _, char := range []string{"x", "ü", "\x00", "\"", "😀"} {
		text := Progress{Done: 1, Total: 4, Phase: strings.Repeat(char, 999), Message: strings.Repeat(char, 999)}.text()
		if len(text) > queue.MaxProgressBytes || !strings.HasPrefix(text, `{"done":1,"total":4`) || !utf8.ValidString(text) {
			t.Errorf("%d bytes: %s", len(text), text)
		}
	}
}

func TestBackoffGrowsWithJitterAndStaysBelowItsBound(t *testing.T) {
	for failures := range 100 {
		ceiling := 10 * time.Second
		if failures < 5 {
			ceiling = 500 * time.Millisecond << failures
		}
		if wait := backoff(failures, 500*time.Millisecond, 10*time.Second); wait < ceiling/2 || wait > ceiling {
			t.Errorf("%s after %d failures", wait, failures)
		}
	}
}

func TestRetryAfterIsAtMostADayAndNeverNegative(t *testing.T) {
	for after, want := range map[time.Duration]float64{-time.Second: 0, 1500 * time.Millisecond: 1.5, 1e6 * time.Hour: 86_400} {
		if got := *outcomeOfError(&RetryAfter{After: after}).Error.RetryAfterSeconds; got != want {
			t.Errorf("%s is %v s, want %v", after, got, want)
		}
	}
}

func TestStopReasonsOverrule(t *testing.T) {
	for _, test := range [][3]StopReason{
		{StopCancel, StopLost, StopLost}, {StopCancel, StopShutdown, StopShutdown},
		{StopLost, StopCancel, StopLost}, {StopShutdown, StopLost, StopShutdown},
	} {
		one := newHand(t.Context(), queue.ClaimedJob{}, nil, time.Now())
		one.stop(test[0])
		one.stop(test[1])
		if got := one.reason(); got != test[2] {
			t.Errorf("%s, then %s is %s", test[0], test[1], got)
		}
	}
}

func TestAnOutcomeOnItsWayIsNotGivenBack(t *testing.T) {
	one := newHand(t.Context(), queue.ClaimedJob{}, nil, time.Now())
	if !one.beginSettling() || one.giveBack() {
		t.Error("given back while settling")
	}
	other := newHand(t.Context(), queue.ClaimedJob{}, nil, time.Now())
	if !other.giveBack() || other.beginSettling() {
		t.Error("settled after it was given back")
	}
}

func TestSettleCallsAreCut(t *testing.T) {
	settler := &settler{bell: make(chan struct{}, 1)}
	for range 250 {
		settler.add(newHand(t.Context(), queue.ClaimedJob{}, nil, time.Now()), []byte("{}"))
	}
	if got := len(settler.nextBatch()); got != queue.SettleItems {
		t.Errorf("%d items in a call", got)
	}
	settler.pending = settler.pending[:0]
	for range 20 {
		settler.add(newHand(t.Context(), queue.ClaimedJob{}, nil, time.Now()), bytes.Repeat([]byte("x"), queue.MaxOutcomeBytes))
	}
	if got := len(settler.nextBatch()); got != 15 {
		t.Errorf("%d items of 64 kB in a call", got)
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	key := "wk_" + strings.Repeat("0", 16) + "_" + strings.Repeat("0", 64)
	right := func(kind string) *Worker {
		worker := &Worker{APIURL: "http://127.0.0.1:1", WorkerKey: key}
		Handle(worker, kind, returns(nil, nil))
		return worker
	}
	for want, worker := range map[string]*Worker{
		"APIURL":      {APIURL: "127.0.0.1:8080"},
		"WorkerKey":   {APIURL: "http://127.0.0.1", WorkerKey: "wk_"},
		"Handle":      {APIURL: "http://127.0.0.1", WorkerKey: key},
		"Concurrency": right("a"),
	} {
		if want == "Concurrency" {
			worker.Concurrency = 1_001
		}
		var wrong *OptionError
		if err := worker.Run(t.Context()); !errors.As(err, &wrong) || wrong.Option != want {
			t.Errorf("%v, want an error about %s", err, want)
		}
	}
	var wrong *OptionError
	if err := right("a kind").Run(t.Context()); !errors.As(err, &wrong) {
		t.Errorf("%v", err)
	}
}
