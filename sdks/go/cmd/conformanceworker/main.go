// Command conformanceworker is the worker that the conformance runner starts as a process and drives from
// outside. It takes everything from the environment: JOBENGINE_API_URL, JOBENGINE_WORKER_KEY, JOBENGINE_TRANSPORT,
// JOBENGINE_CA_FILE, JOBENGINE_CONCURRENCY (default 4), JOBENGINE_DRAIN_GRACE_MS (default 20000). It logs to standard error.
package main

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"time"

	jobengine "github.com/jobengine/jobengine/sdks/go"
)

func main() {
	worker := &jobengine.Worker{
		APIURL:      os.Getenv("JOBENGINE_API_URL"),
		WorkerKey:   os.Getenv("JOBENGINE_WORKER_KEY"),
		Transport:   jobengine.Transport(os.Getenv("JOBENGINE_TRANSPORT")),
		CAFile:      os.Getenv("JOBENGINE_CA_FILE"),
		Concurrency: number("JOBENGINE_CONCURRENCY", 4),
		DrainGrace:  time.Duration(number("JOBENGINE_DRAIN_GRACE_MS", 20_000)) * time.Millisecond,
		Logger:      slog.New(slog.NewJSONHandler(os.Stderr, nil)),
	}
	if worker.DrainGrace == 0 {
		worker.DrainGrace = -1 // none at all
	}
	jobengine.Handle(worker, "echo", echo)
	jobengine.Handle(worker, "sleep", sleep)
	jobengine.Handle(worker, "stubborn", stubborn)
	jobengine.Handle(worker, "fail", fail)
	jobengine.Handle(worker, "incomplete", incomplete)
	jobengine.Handle(worker, "large", large)
	jobengine.Handle(worker, "artifact", artifact)
	if err := worker.Run(context.Background()); err != nil {
		os.Exit(1)
	}
}

func number(name string, fallback int) int {
	value, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		return fallback
	}
	return value
}
