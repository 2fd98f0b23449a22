package jobengine

import (
	"context"
	"errors"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// goodAfter is how long a registration must have held for the waits to start short again.
const goodAfter = 10 * time.Second

// runUntilStopped registers and works, again and again, until it was told to stop. Every error that it answers
// is final.
func runUntilStopped(ctx context.Context, settings *settings, stop *stopping) error {
	slots := newSlots(settings.concurrency)
	lastID := ""
	failures := 0
	for stop.drain.Err() == nil {
		started := time.Now()
		err := workOnce(ctx, settings, stop, slots, &lastID)
		if err == nil || stop.drain.Err() != nil && !isFinal(err) {
			return nil
		}
		if isFinal(err) {
			return err
		}
		if time.Since(started) > goodAfter {
			failures = 0
		}
		first := 500 * time.Millisecond
		var lost *queue.LostError
		if errors.As(err, &lost) {
			first = 100 * time.Millisecond
		}
		wait := backoff(failures, first, 10*time.Second)
		failures++
		var failed *registrationError
		if errors.As(err, &failed) && failed.retryAfter > 0 {
			wait = failed.retryAfter
		}
		settings.log.Warn("the worker registers again", "reason", explained(err), "waitMs", wait.Milliseconds())
		pause(stop.drain, wait)
	}
	return nil
}

// isFinal tells refusals and bugs from what passes.
func isFinal(err error) bool {
	var failed *registrationError
	var lost *queue.LostError
	return !errors.As(err, &failed) && !errors.As(err, &lost) && !queue.IsAway(err)
}

// workOnce works under one registration, whose id it leaves in lastID for the next one. It answers nil after a
// drain.
func workOnce(ctx context.Context, settings *settings, stop *stopping, slots *slots, lastID *string) error {
	registration, err := register(stop.drain, settings, *lastID)
	if err != nil {
		return err
	}
	*lastID = registration.worker.WorkerID
	settings.metrics.Registered()
	settings.log.Info("registered", "worker", registration.worker.WorkerID, "queue", registration.queueName)
	client, err := connect(stop.drain, settings, registration)
	if err != nil {
		return err
	}
	return newSession(ctx, settings, registration, client, slots, stop).run()
}

// connect opens the way to the queue that the worker registered for.
func connect(ctx context.Context, settings *settings, registration registration) (queue.Connection, error) {
	if settings.transport == HTTPS {
		access := queue.Access{Base: settings.engine.base, Key: settings.engine.key, Client: settings.engine.client}
		return queue.NewHTTPS(registration.worker, access, settings.kinds), nil
	}
	client, err := queue.Connect(ctx, registration.worker, settings.key.secret, settings.kinds)
	if err != nil {
		return nil, err
	}
	return client, nil
}
