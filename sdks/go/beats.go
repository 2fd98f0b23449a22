package jobengine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// beater is the part of the queue that beats need.
type beater interface {
	Beat(ctx context.Context, items []queue.BeatItem) (queue.Beat, error)
}

// beats keep the leases of all jobs in hand, whatever their handlers do, and pass on what the queue says.
type beats struct {
	client  beater
	hands   *hands
	times   *times
	onDrain func()
	// onSilence hears of a beat that came through after a silence of more than a lease.
	onSilence func()
	metrics   Metrics

	isEnded atomic.Bool

	mu   sync.Mutex
	last time.Time // when the last beat that came through was sent, the start before there is one
}

// run beats until ctx is done.
func (b *beats) run(ctx context.Context) error {
	for {
		b.times.pauseGap(ctx)
		for {
			if ctx.Err() != nil {
				return nil
			}
			err := b.beatNow(ctx)
			if err == nil {
				break
			}
			if !queue.IsAway(err) {
				return err
			}
			b.metrics.QueueFailed()
			_, gap := b.times.get()
			pause(ctx, min(gap/2, queue.WaitAtLeast(500*time.Millisecond, err)))
		}
	}
}

// watchSilence gives up the jobs for which no beat came through during a whole lease: the server has, too. It
// watches apart from the beats, because one of those may be hanging.
func (b *beats) watchSilence(ctx context.Context) error {
	for ctx.Err() == nil {
		lease, gap := b.times.get()
		for _, hand := range b.hands.all() {
			if hand.sinceRenewed() > lease {
				hand.stop(StopLost)
			}
		}
		pause(ctx, gap/2)
	}
	return nil
}

// beatNow beats, unless a beat that was sent after this call began came through in the meantime.
func (b *beats) beatNow(ctx context.Context) error {
	asked := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isEnded.Load() || b.last.After(asked) {
		return nil
	}
	sent := time.Now()
	hands, items := b.items()
	beat, err := b.client.Beat(ctx, items)
	b.metrics.Beat(time.Since(sent), err == nil)
	if err != nil {
		for i, hand := range hands {
			hand.returnProgress(items[i].Progress)
		}
		return err
	}
	if time.Since(b.last) > beat.LeaseTime {
		b.onSilence()
	}
	b.last = sent
	b.times.set(beat.LeaseTime, beat.BeatGap)
	for i, hand := range hands {
		obey(hand, beat.Verdicts[i], sent)
	}
	if beat.Word == "drain" {
		b.onDrain()
	}
	return nil
}

// end lets no beat follow and waits for one that is under way, but not for a server that is silent: a beat after the
// goodbye would make the worker known again.
func (b *beats) end(ctx context.Context) {
	b.isEnded.Store(true)
	for ctx.Err() == nil {
		if b.mu.TryLock() {
			b.mu.Unlock()
			return
		}
		pause(ctx, 5*time.Millisecond)
	}
}

func (b *beats) items() ([]*hand, []queue.BeatItem) {
	var hands []*hand
	var items []queue.BeatItem
	for _, hand := range b.hands.all() {
		if hand.isGone() {
			continue
		}
		hands = append(hands, hand)
		items = append(items, queue.BeatItem{Lease: hand.claimed.Lease, Progress: hand.takeProgress()})
	}
	return hands, items
}

func obey(hand *hand, verdict string, sent time.Time) {
	switch verdict {
	case "lost":
		hand.stop(StopLost)
	case "cancel":
		hand.renew(sent)
		hand.stop(StopCancel)
	default:
		hand.renew(sent)
	}
}

// mayPublish is false for a job whose lease was not heard of for two beats: it may be another's by now, so the
// worker must ask before it publishes.
func (b *beats) mayPublish(hand *hand) bool {
	_, gap := b.times.get()
	return hand.sinceRenewed() <= 2*gap
}
