// Command pipe is a worker whose work another program does: it claims, beats and settles, and talks with the
// program over its standard input and output, one JSON object a line. The program has neither network nor key:
// what it needs from the engine it asks for.
//
//	pipe KIND PROGRAM [ARGUMENT…]
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"strconv"

	jobengine "github.com/jobengine/jobengine/sdks/go"
)

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: pipe KIND PROGRAM [ARGUMENT…]")
	}
	program, err := startProgram(os.Args[2], os.Args[3:]...)
	if err != nil {
		log.Fatal(err)
	}
	concurrency, _ := strconv.Atoi(os.Getenv("JOBENGINE_WORKER_CONCURRENCY"))
	worker := &jobengine.Worker{
		APIURL:      os.Getenv("JOBENGINE_API_URL"),
		WorkerKey:   os.Getenv("JOBENGINE_WORKER_KEY"),
		Concurrency: concurrency,
		Build:       "pipe 1.0",
	}
	jobengine.Handle(worker, os.Args[1], program.do)
	ctx, stop := context.WithCancel(context.Background())
	// Without its program the worker is of no use: it gives back what it has.
	go func() {
		<-program.ended
		stop()
	}()
	if err := worker.Run(ctx); err != nil {
		log.Fatal(err)
	}
	if program.hasEnded() {
		log.Fatal("the program has ended")
	}
}

// do has the program do one job: it makes the program's calls of the engine's API and passes its progress on.
func (p *program) do(ctx context.Context, job jobengine.Job[json.RawMessage]) (any, error) {
	number, said := p.begin(job)
	defer p.stop(number)
	for {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-p.ended:
			return nil, &jobengine.DependencyDown{Message: "The program has ended."}
		case line := <-said:
			switch {
			case line.Post != 0:
				var answer json.RawMessage
				if err := job.API().Post(ctx, line.Path, line.Body, &answer); err != nil {
					return nil, err
				}
				p.tell(map[string]any{"answer": line.Post, "json": answer})
			case line.Progress != 0:
				job.Progress(jobengine.Progress{Done: line.Done, Total: line.Total, Phase: line.Phase})
			default:
				return line.outcome()
			}
		}
	}
}
