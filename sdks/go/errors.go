package jobengine

import (
	"fmt"
	"time"
)

// RetryAfter fails a job for now: a quota is spent, a server said 429. The engine tries it again, not earlier
// than After (at most a day) from now.
type RetryAfter struct {
	After time.Duration
	// Message is for people; empty takes what Cause says.
	Message string
	// Code is a short stable word by which failures are grouped.
	Code  string
	Cause error
}

// DependencyDown fails a job because something that it needs cannot be reached; it is tried again with backoff.
type DependencyDown struct {
	Message, Code string
	Cause         error
}

// InvalidInput fails a job because its input is at fault; it is not tried again.
type InvalidInput struct {
	Message, Code string
	Cause         error
}

// Permanent fails a job that no further try will help. The engine confirms it once on another worker.
type Permanent struct {
	Message, Code string
	Cause         error
}

// Incomplete is a result, not an error: return it when the work was done as far as it goes and an honest
// answer has a gap.
type Incomplete struct {
	// Reason is a short code such as no_sbom, or a sentence; at most 1 kB.
	Reason string
	// Result is what there is, any JSON or nil.
	Result any
}

func (e *RetryAfter) Error() string {
	return errorText(e.Message, e.Cause, fmt.Sprintf("try again after %s", e.After))
}
func (e *DependencyDown) Error() string { return errorText(e.Message, e.Cause, "a dependency is down") }
func (e *InvalidInput) Error() string   { return errorText(e.Message, e.Cause, "the input is invalid") }
func (e *Permanent) Error() string      { return errorText(e.Message, e.Cause, "failed for good") }

// Unwrap gives the cause.
func (e *RetryAfter) Unwrap() error { return e.Cause }

// Unwrap gives the cause.
func (e *DependencyDown) Unwrap() error { return e.Cause }

// Unwrap gives the cause.
func (e *InvalidInput) Unwrap() error { return e.Cause }

// Unwrap gives the cause.
func (e *Permanent) Unwrap() error { return e.Cause }

func errorText(message string, cause error, fallback string) string {
	switch {
	case message != "":
		return message
	case cause != nil:
		return cause.Error()
	default:
		return fallback
	}
}
