// Package jobengine is for writing workers for JobEngine. A [Worker] registers with the engine, claims jobs from
// the queue, keeps their leases alive, sends outcomes in batches and drains when the process is asked to end.
//
//	worker := &jobengine.Worker{APIURL: apiURL, WorkerKey: key}
//	jobengine.Handle(worker, "greet", func(ctx context.Context, job jobengine.Job[Guest]) (any, error) {
//		return "Hello, " + job.Payload.Name + "!", nil
//	})
//	err := worker.Run(ctx)
//
// What a handler returns says what became of its job: any value is the result of a success, [Incomplete] an
// honest gap, an error a failure. [RetryAfter], [DependencyDown], [InvalidInput] and [Permanent] say more than
// other errors do. A panic fails its job, never the worker.
//
// A handler is told to stop by its context, whose cause ([context.Cause]) is a [*Stopped] with the reason.
package jobengine
