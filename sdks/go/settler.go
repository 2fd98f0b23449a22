package jobengine

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// settlerQueue is the part of the queue that the settler needs.
type settlerQueue interface {
	Settle(ctx context.Context, items []queue.SettleItem) ([]string, error)
}

type pending struct {
	hand    *hand
	outcome []byte
}

// settler sends outcomes in batches: what ends while one call is under way goes with the next. A call whose
// answer was lost is repeated; the queue answers known for what it took the first time.
type settler struct {
	client  settlerQueue
	beats   *beats
	finish  func(...*hand)
	log     *slog.Logger
	metrics Metrics

	bell      chan struct{}
	mu        sync.Mutex
	pending   []pending
	abandoned bool
}

func newSettler(client settlerQueue, beats *beats, finish func(...*hand), settings *settings) *settler {
	return &settler{
		client:  client,
		beats:   beats,
		finish:  finish,
		log:     settings.log,
		metrics: settings.metrics,
		bell:    make(chan struct{}, 1),
	}
}

// add takes over a job with its outcome and will finish it; false when it is too late for an outcome.
func (s *settler) add(hand *hand, outcome []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.abandoned || !hand.beginSettling() {
		return false
	}
	s.pending = append(s.pending, pending{hand, outcome})
	ring(s.bell)
	return true
}

// run sends until ctx is done.
func (s *settler) run(ctx context.Context) error {
	failures := 0
	for ctx.Err() == nil {
		if len(s.nextBatch()) == 0 {
			select {
			case <-s.bell:
			case <-ctx.Done():
			}
			continue
		}
		err := s.send(ctx)
		switch {
		case err == nil:
			failures = 0
		case queue.IsAway(err):
			s.metrics.QueueFailed()
			pause(ctx, queue.WaitAtLeast(backoff(failures, 50*time.Millisecond, time.Second), err))
			failures++
			s.dropLost()
		default:
			return err
		}
	}
	return nil
}

// send hands in one batch.
func (s *settler) send(ctx context.Context) error {
	for _, item := range s.nextBatch() {
		if !s.beats.mayPublish(item.hand) {
			if err := s.beats.beatNow(ctx); err != nil {
				return err
			}
			break
		}
	}
	s.dropLost()
	batch := s.nextBatch()
	if len(batch) == 0 {
		return nil
	}
	items := make([]queue.SettleItem, len(batch))
	for i, item := range batch {
		items[i] = queue.SettleItem{Lease: item.hand.claimed.Lease, Outcome: item.outcome}
	}
	verdicts, err := s.client.Settle(ctx, items)
	if err != nil {
		return err
	}
	s.sent(batch, verdicts)
	return nil
}

func (s *settler) sent(batch []pending, verdicts []string) {
	hands := make([]*hand, len(batch))
	counts := map[string]int{}
	for i, item := range batch {
		hands[i] = item.hand
		counts[verdicts[i]]++
		if verdicts[i] != "accepted" && verdicts[i] != "known" {
			s.log.Warn("an outcome was not accepted",
				"job", item.hand.claimed.Job, "attempt", item.hand.claimed.Attempt, "verdict", verdicts[i])
		}
	}
	for verdict, count := range counts {
		s.metrics.OutcomesSent(verdict, count)
	}
	s.mu.Lock()
	if !s.abandoned {
		s.pending = slices.Delete(s.pending, 0, len(batch))
	} else {
		hands = nil // abandon has finished them
	}
	s.mu.Unlock()
	s.finish(hands...)
}

// nextBatch is the first outcomes that fit into one call.
func (s *settler) nextBatch() []pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	bytes, count := 0, 0
	for _, item := range s.pending {
		bytes += queue.BytesInCall(item.outcome)
		if count == queue.SettleItems || count > 0 && bytes > queue.SettleBytes {
			break
		}
		count++
	}
	return slices.Clone(s.pending[:count])
}

// dropLost lets go of the jobs that were lost while their outcome waited.
func (s *settler) dropLost() {
	var lost []*hand
	s.mu.Lock()
	s.pending = slices.DeleteFunc(s.pending, func(item pending) bool {
		isLost := item.hand.reason() == StopLost
		if isLost {
			lost = append(lost, item.hand)
		}
		return isLost
	})
	s.mu.Unlock()
	if len(lost) > 0 {
		s.finish(lost...)
	}
}

// abandon gives up what was not sent: the registration is over, nothing would be accepted.
func (s *settler) abandon() {
	s.mu.Lock()
	var hands []*hand
	for _, item := range s.pending {
		hands = append(hands, item.hand)
	}
	s.pending, s.abandoned = nil, true
	s.mu.Unlock()
	if len(hands) > 0 {
		s.finish(hands...)
	}
}
