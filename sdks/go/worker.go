package jobengine

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// Worker does the jobs of the kinds it has handlers for. APIURL and WorkerKey must be set; every other field
// is useful as its zero value. Fields must not change after Run was called, nor the Worker be copied.
type Worker struct {
	// APIURL is where the engine's API listens, say https://jobs.example.com.
	APIURL string
	// WorkerKey is the key as the engine minted it, wk_<id>_<secret>.
	WorkerKey string
	// Transport is how the worker reaches its queue; "" means Valkey.
	Transport Transport
	// CAFile names a PEM file of the authorities to trust for the API and for Valkey, instead of the system's. Where
	// HTTPClient or ValkeyTLS are given, those decide.
	CAFile string
	// Concurrency is how many jobs may run at once, 1 to 1,000; 0 means 4.
	Concurrency int
	// Build says which build of the worker this is; it is shown to operators.
	Build string
	// DrainGrace is how long a draining worker lets its handlers finish before it gives their jobs back; 0
	// means 20 seconds, a negative value none at all.
	DrainGrace time.Duration
	// IgnoreSignals leaves SIGTERM and SIGINT alone. Otherwise the first drains, the second leaves at once.
	IgnoreSignals bool
	// Logger hears what happens to the worker, never a secret; nil means slog.Default().
	Logger *slog.Logger
	// Metrics is told what happens; nil means nobody is.
	Metrics Metrics
	// Tracing carries traces further than the payload; nil passes the job's trace on as it is.
	Tracing Tracing
	// HTTPClient makes the requests to the engine's API; nil means one of the worker's own. Redirects are not
	// followed in either.
	HTTPClient *http.Client
	// ValkeyTLS is used when the engine names a rediss address, say for a certificate authority of your own;
	// nil trusts what the system trusts.
	ValkeyTLS *tls.Config

	handlers map[string]handler
	isRun    atomic.Bool
}

const (
	defaultConcurrency = 4
	defaultDrainGrace  = 20 * time.Second
)

// Run works until ctx is done, a signal came or the engine asks for it, and the worker has drained: it takes
// nothing new, lets its handlers finish within DrainGrace and gives the rest back. Run answers nil then. Lost
// connections and rebuilt queues are waited out. Values of ctx reach the handlers, its end only drains.
//
// The error is a [*RefusedError] when the engine will not have this worker, an [*OptionError] when a field is
// wrong. Run may be called once.
func (w *Worker) Run(ctx context.Context) error {
	settings, err := w.settings()
	if err != nil {
		return err
	}
	if w.isRun.Swap(true) {
		return &OptionError{Option: "Run", Problem: "may be called once"}
	}
	stop := newStopping(ctx, w.IgnoreSignals)
	defer stop.close()
	err = runUntilStopped(context.WithoutCancel(ctx), settings, stop)
	if err != nil {
		settings.log.Error("the worker ends", "error", err.Error())
	}
	return err
}
