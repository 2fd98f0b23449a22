package jobengine

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// OptionError says which field of a Worker is wrong.
type OptionError struct{ Option, Problem string }

func (e *OptionError) Error() string { return "jobengine: " + e.Option + " " + e.Problem }

// settings is a worker's configuration, checked and with its defaults.
type settings struct {
	key         workerKey
	handlers    map[string]handler
	kinds       []string
	concurrency int
	build       string
	host        string
	drainGrace  time.Duration
	log         *slog.Logger
	metrics     Metrics
	tracing     Tracing
	engine      *engineHTTP
	transport   Transport
	valkeyTLS   *tls.Config
}

var kindPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

func (w *Worker) settings() (*settings, error) {
	address, err := url.Parse(w.APIURL)
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Host == "" {
		return nil, &OptionError{"APIURL", "must be an http or https address"}
	}
	key, err := parseWorkerKey(w.WorkerKey)
	if err != nil {
		return nil, err
	}
	kinds := make([]string, 0, len(w.handlers))
	for kind := range w.handlers {
		if !kindPattern.MatchString(kind) {
			return nil, &OptionError{"Handle", fmt.Sprintf("was given %q, which is no job kind", kind)}
		}
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	if len(kinds) < 1 || len(kinds) > queue.MaxKinds {
		return nil, &OptionError{"Handle", "must name 1 to 32 job kinds"}
	}
	if w.Concurrency < 0 || w.Concurrency > queue.MaxSlots {
		return nil, &OptionError{"Concurrency", "must be from 1 to 1,000"}
	}
	transport := orDefault(w.Transport, Valkey)
	if transport != Valkey && transport != HTTPS {
		return nil, &OptionError{"Transport", "must be valkey or https"}
	}
	trusted, err := trusting(w.CAFile)
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	made := &settings{
		key:         key,
		handlers:    w.handlers,
		kinds:       kinds,
		concurrency: orDefault(w.Concurrency, defaultConcurrency),
		build:       cutToBytes(w.Build, 200),
		host:        cutToBytes(host, 200),
		drainGrace:  max(0, orDefault(w.DrainGrace, defaultDrainGrace)),
		log:         w.Logger,
		metrics:     w.Metrics,
		tracing:     w.Tracing,
		transport:   transport,
		valkeyTLS:   orDefault(w.ValkeyTLS, trusted),
		engine: &engineHTTP{
			base:   strings.TrimRight(w.APIURL, "/"),
			key:    w.WorkerKey,
			client: withoutRedirects(orDefault(w.HTTPClient, clientTrusting(trusted))),
		},
	}
	if made.log == nil {
		made.log = slog.Default()
	}
	if made.metrics == nil {
		made.metrics = noMetrics{}
	}
	if made.tracing == nil {
		made.tracing = passOn{}
	}
	made.engine.tracing = made.tracing
	return made, nil
}

func withoutRedirects(client *http.Client) *http.Client {
	own := *client
	// A redirect could carry the key to another host; the engine's routes have none.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
