package jobengine

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff is the wait after so many failures: it doubles from first to most, with jitter in its upper half.
func backoff(failures int, first, most time.Duration) time.Duration {
	ceiling := most
	if failures < 20 {
		ceiling = min(most, first<<failures)
	}
	return ceiling/2 + rand.N(ceiling/2+1)
}

// pause waits, but not beyond the end of ctx.
func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
