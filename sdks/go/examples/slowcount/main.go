// Command slowcount is a longer job: it shows its progress, stops when it is told to and stores what it made as
// an artifact.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	jobengine "github.com/jobengine/jobengine/sdks/go"
)

type count struct {
	UpTo int64 `json:"upTo"`
}

func main() {
	worker := &jobengine.Worker{
		APIURL:      os.Getenv("JOBENGINE_API_URL"),
		WorkerKey:   os.Getenv("JOBENGINE_WORKER_KEY"),
		Concurrency: 8,
		Build:       "slowcount 1.0",
	}
	jobengine.Handle(worker, "count", slowCount)
	if err := worker.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func slowCount(ctx context.Context, job jobengine.Job[count]) (any, error) {
	upTo := job.Payload.UpTo
	switch {
	case upTo < 1:
		return nil, &jobengine.InvalidInput{Message: "upTo must be 1 or more."}
	case upTo == 429:
		return nil, &jobengine.RetryAfter{After: 30 * time.Second, Message: "Counting to 429 is limited."}
	case upTo == 503:
		return nil, &jobengine.DependencyDown{Message: "The counter is away."}
	}
	var lines strings.Builder
	for n := int64(1); n <= upTo; n++ {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		fmt.Fprintln(&lines, n)
		job.Progress(jobengine.Progress{Done: n, Total: upTo, Phase: "counting"})
	}
	artifact, err := job.PublishArtifact(ctx, "numbers.txt", strings.NewReader(lines.String()), "text/plain")
	if err != nil {
		return nil, err
	}
	return map[string]any{"counted": upTo, "digest": artifact.Digest}, nil
}
