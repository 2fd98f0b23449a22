package jobengine

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
)

// TraceContext is where the trace of whoever asked for the work goes on: the headers of W3C Trace Context.
type TraceContext struct {
	// Parent is the header traceparent, empty when there is no trace.
	Parent string `json:"traceparent"`
	// State is the header tracestate.
	State string `json:"tracestate"`
}

// JobInfo is what hooks learn of a job.
type JobInfo struct {
	ID      string
	Attempt int64
	Kind    string
	Class   string
	Tenant  string
	Run     string
	Trace   TraceContext
}

// Tracing carries traces: a part of the trace for each job, and what the worker's calls to the API say of it.
type Tracing interface {
	// Start begins the part for a job. The handler gets the context that it answers; end is called with the
	// handler's error, or nil.
	Start(ctx context.Context, job JobInfo) (handlerContext context.Context, end func(err error))
	// Inject writes the headers for a call to the API that is made with ctx.
	Inject(ctx context.Context, header http.Header)
}

// passOn starts no part of its own and passes the job's trace on as it came.
type passOn struct{}

type traceKey struct{}

func (passOn) Start(ctx context.Context, job JobInfo) (context.Context, func(error)) {
	return context.WithValue(ctx, traceKey{}, job.Trace), func(error) {}
}

func (passOn) Inject(ctx context.Context, header http.Header) {
	trace, _ := ctx.Value(traceKey{}).(TraceContext)
	if trace.Parent != "" {
		header.Set("Traceparent", trace.Parent)
	}
	if trace.State != "" {
		header.Set("Tracestate", trace.State)
	}
}

var (
	traceparent = regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)
	tracestate  = regexp.MustCompile(`^[\x20-\x7e]{1,512}$`)
)

// traceOf reads the trace in a job's payload; empty when there is none, or none that can be read.
func traceOf(payload string) TraceContext {
	var carrier struct {
		Trace json.RawMessage `json:"trace"`
	}
	var trace TraceContext
	if json.Unmarshal([]byte(payload), &carrier) != nil || json.Unmarshal(carrier.Trace, &trace) != nil {
		return TraceContext{}
	}
	if !traceparent.MatchString(trace.Parent) {
		return TraceContext{}
	}
	if !tracestate.MatchString(trace.State) {
		trace.State = ""
	}
	return trace
}
