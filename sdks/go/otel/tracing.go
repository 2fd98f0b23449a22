package otel

import (
	"context"
	"net/http"

	jobengine "github.com/jobengine/jobengine/sdks/go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Tracing makes one span for each job, a child of the trace that asked for it. The span is in the handler's context
// and goes with the calls to the engine's API that are made with it.
type Tracing struct{ tracer trace.Tracer }

var _ jobengine.Tracing = (*Tracing)(nil)

// The engine speaks W3C Trace Context, whatever else the program propagates.
var propagator = propagation.TraceContext{}

// NewTracing traces with a provider, the global one when it is nil.
func NewTracing(provider trace.TracerProvider) *Tracing {
	if provider == nil {
		provider = otel.GetTracerProvider()
	}
	return &Tracing{provider.Tracer(scope)}
}

// Start begins the span of a job.
func (t *Tracing) Start(ctx context.Context, job jobengine.JobInfo) (context.Context, func(error)) {
	carrier := propagation.MapCarrier{"traceparent": job.Trace.Parent, "tracestate": job.Trace.State}
	ctx, span := t.tracer.Start(propagator.Extract(ctx, carrier), "job "+job.Kind,
		trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(
			attribute.String("jobengine.kind", job.Kind),
			attribute.String("jobengine.job", job.ID),
			attribute.String("jobengine.run", job.Run),
			attribute.Int64("jobengine.attempt", job.Attempt),
		))
	return ctx, func(err error) {
		if err != nil {
			span.RecordError(err)
			span.SetStatus(codes.Error, err.Error())
		}
		span.End()
	}
}

// Inject writes the span of a context into the headers of a call.
func (t *Tracing) Inject(ctx context.Context, header http.Header) {
	propagator.Inject(ctx, propagation.HeaderCarrier(header))
}
