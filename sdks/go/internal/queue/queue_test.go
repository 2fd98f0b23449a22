package queue

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

type replyError string

func (e replyError) Error() string { return string(e) }
func (e replyError) RedisError()   {}

var _ redis.Error = replyError("")

func TestSortError(t *testing.T) {
	for text, want := range map[string]string{
		"WRONG_EPOCH the queue is not open in this epoch": "lost",
		"NOAUTH Authentication required.":                 "lost",
		"WRONGPASS invalid username-password pair":        "lost",
		"NOPERM this user has no permissions":             "lost",
		"ERR Function not found":                          "lost",
		"LOADING the dataset":                             "away",
		"OOM command not allowed":                         "away",
		"BUSY a script is running":                        "away",
		"READONLY You can't write against a read only":    "away",
		"ERR max number of clients reached":               "away",
		"BAD_ARGUMENT worker, then 4 arguments a job":     "bug",
	} {
		if got := sorted(sortError(replyError(text))); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	for _, err := range []error{io.EOF, redis.ErrClosed, context.Canceled, context.DeadlineExceeded} {
		if got := sorted(sortError(err)); got != "away" {
			t.Errorf("%v is %s", err, got)
		}
	}
}

func sorted(err error) string {
	var lost *LostError
	switch {
	case errors.As(err, &lost):
		return "lost"
	case IsAway(err):
		return "away"
	default:
		return "bug"
	}
}

func TestRepliesMayGrowAtTheirEnds(t *testing.T) {
	job := []any{"a", int64(2), int64(7), "scan", "event", "acme", "run_1", int64(1000), "{}", "hub", "later"}
	claim, err := readClaim([]any{"ok", int64(5), int64(60_000), int64(15_000), []any{job}, "later"})
	want := ClaimedJob{Lease{"a", 2, 7}, "scan", "event", "acme", "run_1", time.Second, "{}", "hub"}
	if err != nil || claim.RetryAfter != 5*time.Millisecond || len(claim.Jobs) != 1 || claim.Jobs[0] != want {
		t.Errorf("%+v, %v", claim, err)
	}
	beat, err := readBeat([]any{"continue", int64(60_000), int64(15_000), []any{"cancel"}, "later"})
	if err != nil || beat.LeaseTime != time.Minute || len(beat.Verdicts) != 1 || beat.Verdicts[0] != "cancel" {
		t.Errorf("%+v, %v", beat, err)
	}
}

func TestRepliesOfAnotherShapeAreErrors(t *testing.T) {
	for _, reply := range []any{nil, "ok", []any{}, []any{"ok", "5", int64(1), int64(1), []any{}}, []any{"ok", int64(0), int64(1), int64(1), []any{[]any{"a"}}}} {
		if _, err := readClaim(reply); err == nil {
			t.Errorf("%v was read as a claim", reply)
		}
	}
	if _, err := readVerdicts([]any{"accepted"}, 2); err == nil {
		t.Error("one verdict was taken for two")
	}
}
