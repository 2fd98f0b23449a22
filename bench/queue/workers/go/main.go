// Workers of the Go SDK that do nothing, for the bench.
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"

	jobengine "github.com/jobengine/jobengine/sdks/go"
)

type payload struct {
	N int64 `json:"n"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var executed, sum atomic.Int64
	var workers sync.WaitGroup
	for range number("BENCH_WORKERS") {
		worker := &jobengine.Worker{
			APIURL:        os.Getenv("JOBENGINE_API_URL"),
			WorkerKey:     os.Getenv("JOBENGINE_WORKER_KEY"),
			Concurrency:   number("BENCH_SLOTS"),
			IgnoreSignals: true,
			Logger:        slog.New(slog.DiscardHandler),
		}
		jobengine.Handle(worker, "scan", func(_ context.Context, job jobengine.Job[payload]) (any, error) {
			executed.Add(1)
			sum.Add(job.Payload.N)
			return map[string]int64{"n": job.Payload.N}, nil
		})
		workers.Add(1)
		go func() {
			defer workers.Done()
			if err := worker.Run(ctx); err != nil {
				log.Fatal(err)
			}
		}()
	}
	workers.Wait()
	fmt.Println("executed", executed.Load(), sum.Load())
}

func number(name string) int {
	value, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	return value
}
