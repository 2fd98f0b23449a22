package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	jobengine "github.com/jobengine/jobengine/sdks/go"
)

func echo(_ context.Context, job jobengine.Job[json.RawMessage]) (any, error) {
	return map[string]any{"payload": job.Payload}, nil
}

type duration struct {
	Ms int64 `json:"ms"`
}

type slept struct {
	Slept int64 `json:"slept"`
}

const progressGap = 50 * time.Millisecond

// sleep ends early when it is told to stop.
func sleep(ctx context.Context, job jobengine.Job[duration]) (any, error) {
	started, total := time.Now(), job.Payload.Ms
	over := time.NewTimer(time.Duration(total) * time.Millisecond)
	defer over.Stop()
	ticker := time.NewTicker(progressGap)
	defer ticker.Stop()
	for {
		done := min(time.Since(started).Milliseconds(), total)
		job.Progress(jobengine.Progress{Done: done, Total: total, Phase: "sleep"})
		select {
		case <-ticker.C:
		case <-over.C:
			return slept{total}, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// stubborn never looks at its context.
func stubborn(_ context.Context, job jobengine.Job[duration]) (any, error) {
	time.Sleep(time.Duration(job.Payload.Ms) * time.Millisecond)
	return slept{job.Payload.Ms}, nil
}

type failure struct {
	Error             string  `json:"error"`
	Message           string  `json:"message"`
	Code              string  `json:"code"`
	RetryAfterSeconds float64 `json:"retryAfterSeconds"`
}

func fail(_ context.Context, job jobengine.Job[failure]) (any, error) {
	message, code := job.Payload.Message, job.Payload.Code
	switch job.Payload.Error {
	case "permanent":
		return nil, &jobengine.Permanent{Message: message, Code: code}
	case "retry_after":
		after := time.Duration(job.Payload.RetryAfterSeconds * float64(time.Second))
		return nil, &jobengine.RetryAfter{After: after, Message: message, Code: code}
	case "dependency_down":
		return nil, &jobengine.DependencyDown{Message: message, Code: code}
	case "input_invalid":
		return nil, &jobengine.InvalidInput{Message: message, Code: code}
	case "panic":
		panic(message)
	default:
		return nil, errors.New(message)
	}
}

func incomplete(_ context.Context, job jobengine.Job[struct{ Reason string }]) (any, error) {
	return jobengine.Incomplete{Reason: job.Payload.Reason}, nil
}

func large(_ context.Context, job jobengine.Job[struct{ Bytes int }]) (any, error) {
	return map[string]string{"text": strings.Repeat("x", job.Payload.Bytes)}, nil
}

type content struct{ Name, Text string }

func artifact(ctx context.Context, job jobengine.Job[content]) (any, error) {
	return job.PublishArtifact(ctx, job.Payload.Name, strings.NewReader(job.Payload.Text), "text/plain")
}
