package queue

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// LostError says that this registration is worth nothing any more: the queue was rebuilt, or the key's user
// is gone. The worker has to register again.
type LostError struct{ Cause error }

func (e *LostError) Error() string { return "the queue must be joined anew: " + e.Cause.Error() }

// Unwrap gives the server's answer.
func (e *LostError) Unwrap() error { return e.Cause }

// AwayError says that the server cannot be reached or cannot take the call now; another try may do.
type AwayError struct {
	Cause error
	// RetryAfter is what the server asked for, if it did.
	RetryAfter time.Duration
}

func (e *AwayError) Error() string {
	return "the queue cannot be reached right now: " + e.Cause.Error()
}

// Unwrap gives what the connection failed with.
func (e *AwayError) Unwrap() error { return e.Cause }

// IsAway tells whether the call may simply be repeated.
func IsAway(err error) bool {
	var away *AwayError
	return errors.As(err, &away)
}

// WaitAtLeast is wait, or what the server of an AwayError asked for where that is longer, up to a minute.
func WaitAtLeast(wait time.Duration, err error) time.Duration {
	var away *AwayError
	if errors.As(err, &away) {
		return max(wait, min(away.RetryAfter, time.Minute))
	}
	return wait
}

var lostWords = []string{"WRONG_EPOCH", "NOAUTH", "WRONGPASS", "NOPERM", "ERR Function not found", "ERR ACL failure"}

// sortError says what a failed command means. Only a malformed call stays what it is, a bug of this SDK:
// whatever else a server may answer is taken for a passing state.
func sortError(err error) error {
	if err == nil {
		return nil
	}
	var reply redis.Error
	if !errors.As(err, &reply) || errors.Is(err, context.Canceled) || errors.Is(err, redis.ErrClosed) {
		return &AwayError{Cause: err}
	}
	text := reply.Error()
	for _, word := range lostWords {
		if strings.HasPrefix(text, word) {
			return &LostError{err}
		}
	}
	if strings.HasPrefix(text, "BAD_ARGUMENT") {
		return err
	}
	return &AwayError{Cause: err}
}
