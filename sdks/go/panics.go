package jobengine

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// stackFrames is enough to find the place and little enough to store a million times.
const stackFrames = 5

// outcomeOfPanic must be called by the deferred function that recovered.
func outcomeOfPanic(panicked any) outcome {
	message := fmt.Sprintf("panic: %v", panicked)
	// The stack is worth more than the end of a long message.
	lines := append([]string{cutToBytes(message, 600)}, panicStack()...)
	return failed("transient", "PANIC", strings.Join(lines, "\n"))
}

// panicStack names the first functions below the panic, innermost first, with files but without their folders.
func panicStack() []string {
	counters := make([]uintptr, 64)
	frames := runtime.CallersFrames(counters[:runtime.Callers(2, counters)])
	var stack []string
	isBelow := false
	for len(stack) < stackFrames {
		frame, more := frames.Next()
		isRuntime := strings.HasPrefix(frame.Function, "runtime.")
		if isBelow && !isRuntime {
			stack = append(stack, fmt.Sprintf("at %s (%s:%d)", frame.Function, path.Base(frame.File), frame.Line))
		}
		isBelow = isBelow || frame.Function == "runtime.gopanic"
		if !more {
			break
		}
	}
	return stack
}
