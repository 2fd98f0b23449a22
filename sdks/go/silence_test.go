package jobengine

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// notedQueue notes its calls and answers every beat with one verdict, as only a queue at a chosen moment does.
type notedQueue struct {
	mu      sync.Mutex
	calls   []string
	verdict string
	away    bool
}

func (q *notedQueue) note(call string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.away {
		return &queue.AwayError{Cause: errors.New("gone")}
	}
	q.calls = append(q.calls, call)
	return nil
}

func (q *notedQueue) Beat(_ context.Context, items []queue.BeatItem) (queue.Beat, error) {
	verdicts := slices.Repeat([]string{q.verdict}, len(items))
	return queue.Beat{Word: "continue", LeaseTime: 100 * time.Millisecond, BeatGap: 20 * time.Millisecond, Verdicts: verdicts}, q.note("beat")
}

func (q *notedQueue) Settle(_ context.Context, items []queue.SettleItem) ([]string, error) {
	return slices.Repeat([]string{"accepted"}, len(items)), q.note("settle")
}

// settleAfter settles one job whose lease was last heard of so long ago and answers the job.
func (q *notedQueue) settleAfter(t *testing.T, silence time.Duration) *hand {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	one := newHand(ctx, queue.ClaimedJob{}, nil, time.Now().Add(-silence))
	hands := newHands()
	hands.add(one)
	beats := &beats{
		client: q, hands: hands, onDrain: func() {}, onSilence: func() {}, metrics: noMetrics{},
		times: newTimes(100*time.Millisecond, 20*time.Millisecond),
	}
	finish := func(some ...*hand) { hands.remove(some) }
	settler := newSettler(q, beats, finish, &settings{log: slog.New(slog.DiscardHandler), metrics: noMetrics{}})
	if !settler.add(one, []byte("{}")) {
		t.Fatal("the outcome was not taken")
	}
	go func() { _ = settler.run(ctx) }()
	if q.away {
		go func() { _ = beats.watchSilence(ctx) }()
	}
	limit, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	hands.waitEmpty(limit)
	must(t, limit.Err())
	return one
}

func TestWorkerThatWasHeardLatelyPublishesAtOnce(t *testing.T) {
	q := &notedQueue{verdict: "continue"}
	q.settleAfter(t, 0)
	q.expect(t, "settle")
}

func TestAfterTwoMissedBeatsItAsksBeforeItPublishes(t *testing.T) {
	q := &notedQueue{verdict: "continue"}
	q.settleAfter(t, 50*time.Millisecond)
	q.expect(t, "beat", "settle")
}

func TestAfterTwoMissedBeatsALostJobIsNotPublished(t *testing.T) {
	q := &notedQueue{verdict: "lost"}
	q.settleAfter(t, 50*time.Millisecond)
	q.expect(t, "beat")
}

func TestWithoutAnAnswerForAWholeLeaseJobsAreLost(t *testing.T) {
	q := &notedQueue{away: true}
	if one := q.settleAfter(t, 0); one.reason() != StopLost || one.ctx.Err() == nil {
		t.Errorf("the job is stopped for %q", one.reason())
	}
}

func (q *notedQueue) expect(t *testing.T, want ...string) {
	t.Helper()
	q.mu.Lock()
	defer q.mu.Unlock()
	if !slices.Equal(q.calls, want) {
		t.Errorf("called %v, want %v", q.calls, want)
	}
}
