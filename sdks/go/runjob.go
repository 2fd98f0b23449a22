package jobengine

import (
	"encoding/json"
	"time"
)

// runJob runs the handler of a job and answers the outcome document to settle, or nil when there is none to
// send: the lease is gone, or the job was given back. Once a job was told to stop its outcome is cancelled,
// whatever the handler still returns.
func runJob(hand *hand, settings *settings) []byte {
	started := time.Now()
	kind := hand.claimed.Kind
	settings.metrics.JobStarted(kind)
	result := callHandler(hand, settings.handlers[kind], settings)
	result.Durations = map[string]int64{"handlerMs": time.Since(started).Milliseconds()}
	document, result := encodeOutcome(hand, result)
	took := time.Since(started)
	switch {
	case hand.isGone():
		settings.metrics.JobEnded(kind, endWithoutOutcome(hand.reason()), "", took)
		return nil
	case hand.reason() == StopCancel:
		result = outcome{Status: "cancelled", Durations: result.Durations}
		document, _ = encode(result)
	}
	settings.metrics.JobEnded(kind, result.Status, result.errorClass(), took)
	return document
}

// endWithoutOutcome is what the metrics call the end of a job that is lost or was given back.
func endWithoutOutcome(reason StopReason) string {
	if reason == StopShutdown {
		return "released"
	}
	return string(reason)
}

// callHandler turns every way in which a handler can end into an outcome: a return, a panic, an end of its
// goroutine. It runs on a goroutine of its own for the sake of the last.
func callHandler(hand *hand, handle handler, settings *settings) outcome {
	if handle == nil {
		return failed("permanent", "KIND_UNKNOWN", "This worker has no such kind.")
	}
	ended := make(chan outcome, 1)
	go func() {
		result := failed("transient", "GOEXIT", "The handler ended its goroutine without a return.")
		ctx, end := settings.tracing.Start(hand.ctx, hand.info())
		defer func() {
			if panicked := recover(); panicked != nil {
				result = outcomeOfPanic(panicked)
				settings.log.Error("a handler panicked", "job", hand.claimed.Job, "kind", hand.claimed.Kind, "stack", result.Error.Message)
			}
			end(result.asError())
			ended <- result
		}()
		result = outcomeOfReturn(handle(ctx, hand))
	}()
	return <-ended
}

// outcomeOfReturn says what a handler's return means.
func outcomeOfReturn(value any, err error) outcome {
	if err != nil {
		return outcomeOfError(err)
	}
	result := outcome{Status: "succeeded"}
	switch gap := value.(type) {
	case Incomplete:
		result, value = incompleteFor(gap), gap.Result
	case *Incomplete:
		result, value = incompleteFor(*gap), gap.Result
	}
	if value == nil {
		return result
	}
	text, err := encode(value)
	if err != nil {
		return failed("permanent", "RESULT_NOT_JSON", "The handler's result has no JSON form: "+err.Error())
	}
	result.Result = json.RawMessage(text)
	return result
}

func incompleteFor(gap Incomplete) outcome {
	return outcome{Status: "incomplete", Reason: cutToBytes(orDefault(gap.Reason, "unspecified"), 1024)}
}
