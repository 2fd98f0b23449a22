package jobengine

import (
	"context"
	"encoding/json"
	"fmt"
)

// Handler does one job. What it returns is the result (any JSON, nil for none, [Incomplete] for a gap), its
// error says why it failed. It should end soon once ctx is done.
type Handler[P any] func(ctx context.Context, job Job[P]) (any, error)

// handler is a Handler whose payload type was forgotten. It panics where the handler does.
type handler func(ctx context.Context, hand *hand) (any, error)

// Handle makes handle the worker's handler of a kind of job. The payload is read as JSON into a P; a job whose
// payload does not fit ends as input_invalid without a call. P may be json.RawMessage to read it yourself.
// Handle panics when the kind has a handler already. It must not be called after [Worker.Run].
func Handle[P any](worker *Worker, kind string, handle Handler[P]) {
	if _, exists := worker.handlers[kind]; exists {
		panic(fmt.Sprintf("jobengine: two handlers for the kind %q", kind))
	}
	if worker.handlers == nil {
		worker.handlers = map[string]handler{}
	}
	worker.handlers[kind] = func(ctx context.Context, hand *hand) (any, error) {
		payload, err := readPayload[P](hand.claimed.Payload)
		if err != nil {
			return nil, err
		}
		return handle(ctx, newJob(hand, payload))
	}
}

func readPayload[P any](text string) (payload P, err error) {
	if !json.Valid([]byte(text)) {
		return payload, &InvalidInput{Message: "The job's payload is not JSON.", Code: "PAYLOAD_NOT_JSON"}
	}
	if err := json.Unmarshal([]byte(text), &payload); err != nil {
		return payload, &InvalidInput{
			Message: "The job's payload does not fit: " + err.Error(),
			Code:    "PAYLOAD_DOES_NOT_FIT",
			Cause:   err,
		}
	}
	return payload, nil
}
