package jobengine

import (
	"context"
	"sync"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// hand is a job that this worker has in hand, from its claim until it is settled, given back or lost.
type hand struct {
	claimed queue.ClaimedJob
	engine  *engineHTTP
	ctx     context.Context
	cancel  context.CancelCauseFunc

	mu       sync.Mutex
	stopped  StopReason
	settling bool
	// renewed is an instant of the monotonic clock; the lease is known to hold for its length from then on.
	renewed  time.Time
	progress string
}

// newHand takes the instant from before the claim was sent: never later than the real start of the lease.
func newHand(ctx context.Context, claimed queue.ClaimedJob, engine *engineHTTP, sent time.Time) *hand {
	h := &hand{claimed: claimed, engine: engine, renewed: sent}
	h.ctx, h.cancel = context.WithCancelCause(ctx)
	return h
}

// info is what hooks learn of the job.
func (h *hand) info() JobInfo {
	c := h.claimed
	return JobInfo{c.Job, c.Attempt, c.Kind, c.Class, c.Tenant, c.Run, traceOf(c.Payload)}
}

// stop tells the handler to stop. The first reason stays, but lost and shutdown overrule cancel.
func (h *hand) stop(reason StopReason) {
	h.mu.Lock()
	if h.stopped == "" || h.stopped == StopCancel {
		h.stopped = reason
	}
	h.mu.Unlock()
	h.cancel(&Stopped{reason})
}

func (h *hand) reason() StopReason {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stopped
}

// isGone tells whether there is nothing to settle any more.
func (h *hand) isGone() bool {
	reason := h.reason()
	return reason == StopLost || reason == StopShutdown
}

// beginSettling says that an outcome is ready; false when it is too late for one. From then on the job cannot
// be given back.
func (h *hand) beginSettling() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped == StopLost || h.stopped == StopShutdown {
		return false
	}
	h.settling = true
	return true
}

// giveBack stops the handler for a shutdown; false when the outcome is on its way or the job lost.
func (h *hand) giveBack() bool {
	h.mu.Lock()
	if h.settling || h.stopped == StopLost {
		h.mu.Unlock()
		return false
	}
	h.stopped = StopShutdown
	h.mu.Unlock()
	h.cancel(&Stopped{StopShutdown})
	return true
}

func (h *hand) renew(sent time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.renewed = sent
}

func (h *hand) sinceRenewed() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Since(h.renewed)
}

func (h *hand) setProgress(progress Progress) {
	text := progress.text()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.progress = text
}

// takeProgress gives what was not yet sent, or "".
func (h *hand) takeProgress() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := h.progress
	h.progress = ""
	return text
}

// returnProgress takes back what could not be sent, unless there is something newer.
func (h *hand) returnProgress(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.progress == "" {
		h.progress = text
	}
}
