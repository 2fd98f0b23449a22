package jobengine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// outcome is the document of the protocol, as this SDK writes it.
type outcome struct {
	Status    string           `json:"status"`
	Reason    string           `json:"reason,omitempty"`
	Result    json.RawMessage  `json:"result,omitempty"`
	ResultRef *resultRef       `json:"resultRef,omitempty"`
	Error     *outcomeError    `json:"error,omitempty"`
	Durations map[string]int64 `json:"durations,omitempty"`
}

// resultRef names an artifact that stands for the result.
type resultRef struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	Bytes  int64  `json:"bytes"`
}

type outcomeError struct {
	Class             string   `json:"class"`
	Message           string   `json:"message"`
	Code              string   `json:"code,omitempty"`
	RetryAfterSeconds *float64 `json:"retryAfterSeconds,omitempty"`
}

func failed(class, code, message string) outcome {
	return outcome{Status: "failed", Error: &outcomeError{
		Class:   class,
		Message: cutToBytes(message, queue.MaxMessageBytes),
		Code:    cutToBytes(code, queue.MaxCodeBytes),
	}}
}

func (o outcome) errorClass() string {
	if o.Error == nil {
		return ""
	}
	return o.Error.Class
}

// asError is the failure of an outcome as an error, nil when it is none.
func (o outcome) asError() error {
	if o.Error == nil {
		return nil
	}
	return errors.New(o.Error.Message)
}

// encodeOutcome gives the outcome as it goes on the wire, and what it says in the end. A result that makes the
// document larger than the queue takes is stored as the artifact result.json and sent by reference; when that
// fails, the outcome is that failure.
func encodeOutcome(hand *hand, result outcome) ([]byte, outcome) {
	document, err := encode(result)
	if err == nil && len(document) > queue.MaxOutcomeBytes {
		result = byReference(hand, result)
		document, err = encode(result)
	}
	if err != nil {
		result = failed("permanent", "RESULT_NOT_JSON", err.Error())
		document, _ = encode(result)
	}
	return document, result
}

func byReference(hand *hand, result outcome) outcome {
	if hand.isGone() {
		return result // nobody will read it
	}
	ctx, cancel := context.WithCancel(hand.ctx)
	defer cancel()
	stored, err := publishArtifact(ctx, hand.engine, hand.claimed.Lease, "result.json", bytes.NewReader(result.Result), "application/json")
	if err != nil {
		failure := failed("dependency_down", "RESULT_NOT_STORED", "The result could not be stored: "+err.Error())
		failure.Durations = result.Durations
		return failure
	}
	result.Result, result.ResultRef = nil, &resultRef{stored.Name, stored.Digest, stored.Bytes}
	return result
}

// encode writes JSON without the escapes that only HTML needs.
func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}
