package main

import (
	"context"
	"log"
	"os"

	jobengine "github.com/jobengine/jobengine/sdks/go"
)

type guest struct{ Name string }

func main() {
	worker := &jobengine.Worker{APIURL: os.Getenv("JOBENGINE_API_URL"), WorkerKey: os.Getenv("JOBENGINE_WORKER_KEY")}
	jobengine.Handle(worker, "greet", func(ctx context.Context, job jobengine.Job[guest]) (any, error) {
		if job.Payload.Name == "" {
			return jobengine.Incomplete{Reason: "no_name"}, nil
		}
		return map[string]string{"greeting": "Hello, " + job.Payload.Name + "!"}, nil
	})
	if err := worker.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
