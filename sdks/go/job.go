package jobengine

import (
	"context"
	"io"
)

// Job is one attempt of one job, as it was claimed. A literal Job serves in tests of handlers: its progress
// goes nowhere, its API and artifacts answer errors.
type Job[P any] struct {
	ID      string
	Attempt int64
	Kind    string
	Class   string
	Tenant  string
	Run     string
	Payload P
	// ConcurrencyKey is what it shares with other jobs, say a registry host; empty when nothing.
	ConcurrencyKey string
	// Trace is that of whoever asked for the work, empty when there is none.
	Trace TraceContext

	hand *hand
}

func newJob[P any](hand *hand, payload P) Job[P] {
	claimed := hand.claimed
	return Job[P]{
		ID:             claimed.Job,
		Attempt:        claimed.Attempt,
		Kind:           claimed.Kind,
		Class:          claimed.Class,
		Tenant:         claimed.Tenant,
		Run:            claimed.Run,
		Payload:        payload,
		ConcurrencyKey: claimed.ConcurrencyKey,
		Trace:          traceOf(claimed.Payload),
		hand:           hand,
	}
}

// Progress remembers how far the job is; the latest travels with the next heartbeat. It costs nothing to call.
func (j Job[P]) Progress(progress Progress) {
	if j.hand != nil {
		j.hand.setProgress(progress)
	}
}

// API reaches the engine's worker routes with the worker's key.
func (j Job[P]) API() *API {
	if j.hand == nil {
		return &API{}
	}
	return &API{engine: j.hand.engine}
}

// PublishArtifact stores what content holds, to its end, under a name of this job; the same bytes again are the
// same artifact. It is streamed: files and other readers that can be read twice are read twice, once for the digest;
// others go through memory up to 1 MB and a temporary file beyond. The engine takes the content types
// application/octet-stream (which an empty one means), application/json, application/x-ndjson and text/plain.
func (j Job[P]) PublishArtifact(ctx context.Context, name string, content io.Reader, contentType string) (Artifact, error) {
	if j.hand == nil {
		return Artifact{}, errNotClaimed
	}
	return publishArtifact(ctx, j.hand.engine, j.hand.claimed.Lease, name, content, contentType)
}

// Watermark is how far jobs of this kind have come in something that they read. name: 1 to 128 of A-Z a-z 0-9
// _ . : -.
func (j Job[P]) Watermark(name string) Watermark { return Watermark{j.hand, name} }
