package jobengine

import (
	"errors"
	"reflect"
	"strings"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// failure is an error that says its class: one of the four typed ones.
type failure interface {
	error
	failure() (class, code string)
}

func (e *RetryAfter) failure() (string, string)     { return "rate_limited", e.Code }
func (e *DependencyDown) failure() (string, string) { return "dependency_down", e.Code }
func (e *InvalidInput) failure() (string, string)   { return "input_invalid", e.Code }
func (e *Permanent) failure() (string, string)      { return "permanent", e.Code }

// outcomeOfError says what an error means. The outermost typed error in its tree decides, the message is that
// of the whole; without one it is transient.
func outcomeOfError(err error) outcome {
	var typed failure
	if !errors.As(err, &typed) {
		return failed("transient", codeOf(err), err.Error())
	}
	class, code := typed.failure()
	result := failed(class, code, err.Error())
	if retry, ok := typed.(*RetryAfter); ok {
		seconds := min(max(0, retry.After.Seconds()), queue.MaxRetryAfterSeconds)
		result.Error.RetryAfterSeconds = &seconds
	}
	return result
}

// codeOf groups errors without a code by the type of what caused them, unless that is a bare text.
func codeOf(err error) string {
	var api *APIError
	if errors.As(err, &api) {
		return api.code()
	}
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		err = cause
	}
	name := strings.TrimPrefix(reflect.TypeOf(err).String(), "*")
	if strings.HasPrefix(name, "errors.") || strings.HasPrefix(name, "fmt.") {
		return ""
	}
	return name
}
