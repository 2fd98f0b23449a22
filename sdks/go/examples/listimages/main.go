package main

import (
	"context"
	"log"
	"os"
	"strings"

	jobengine "github.com/jobengine/jobengine/sdks/go"
)

func main() {
	worker := &jobengine.Worker{APIURL: os.Getenv("JOBENGINE_API_URL"), WorkerKey: os.Getenv("JOBENGINE_WORKER_KEY")}
	jobengine.Handle(worker, "scan", func(ctx context.Context, job jobengine.Job[any]) (any, error) {
		var inputs struct{ Images []struct{ Digest string } }
		attempt := map[string]int64{"attempt": job.Attempt}
		if err := job.API().Post(ctx, "/api/v1/worker/jobs/"+job.ID+"/inputs", attempt, &inputs); err != nil {
			return nil, err
		}
		var list strings.Builder
		for _, image := range inputs.Images {
			list.WriteString(image.Digest + "\n")
		}
		_, err := job.PublishArtifact(ctx, "images.txt", strings.NewReader(list.String()), "text/plain")
		return jobengine.Incomplete{Reason: "only_listed"}, err
	})
	if err := worker.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
