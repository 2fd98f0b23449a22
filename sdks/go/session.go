package jobengine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// session is the work under one registration, until the worker has drained or must register again.
type session struct {
	settings *settings
	client   queue.Connection
	slots    *slots
	stop     *stopping
	hands    *hands
	times    *times
	beats    *beats
	settler  *settler
	// base is never done, handlers' contexts stem from it; ctx is done when the registration is over.
	base context.Context
	ctx  context.Context
	over context.CancelCauseFunc
}

// errDrained ends a session in order.
var errDrained = errors.New("drained")

func newSession(ctx context.Context, settings *settings, registration registration, client queue.Connection, slots *slots, stop *stopping) *session {
	s := &session{settings: settings, client: client, slots: slots, stop: stop, hands: newHands(), base: ctx}
	s.ctx, s.over = context.WithCancelCause(ctx)
	s.times = newTimes(registration.lease, registration.beatGap)
	s.beats = &beats{
		client: client, hands: s.hands, times: s.times, metrics: settings.metrics, last: time.Now(),
		onDrain: stop.askDrain,
		// The queue takes a worker that was silent for a lease for gone and wakes it no more: it must claim again.
		onSilence: client.EndSleep,
	}
	s.settler = newSettler(client, s.beats, s.finish, settings)
	return s
}

// run works until the session is over. It answers nil after a drain, else why the registration ended; jobs in
// hand are lost then and their handlers told so.
func (s *session) run() error {
	// Calls under way must not hold up a worker that leaves its connections.
	defer context.AfterFunc(s.ctx, s.client.Close)()
	defer context.AfterFunc(s.stop.hurry, s.leaveSoon)()
	var loops sync.WaitGroup
	for _, loop := range []func(context.Context) error{s.beats.run, s.beats.watchSilence, s.settler.run} {
		loops.Add(1)
		go func() {
			defer loops.Done()
			s.guard(loop(s.ctx))
		}()
	}
	s.guard(s.claimUntilStopped())
	if s.ctx.Err() == nil {
		s.guard(s.drain())
	}
	s.over(errDrained)
	for _, hand := range s.hands.all() {
		hand.stop(StopLost)
	}
	s.settler.abandon()
	s.client.Close()
	loops.Wait()
	if cause := context.Cause(s.ctx); cause != errDrained {
		return cause
	}
	return nil
}

func (s *session) guard(err error) {
	if err != nil {
		s.over(err)
	}
}

// leaveSoon bounds what a worker in a hurry still does.
func (s *session) leaveSoon() {
	pause(s.ctx, lastSend)
	s.over(errDrained)
}

// begin starts a job that was claimed by a call sent at that instant.
func (s *session) begin(claimed queue.ClaimedJob, sent time.Time) {
	hand := newHand(s.base, claimed, s.settings.engine, sent)
	s.hands.add(hand)
	s.slots.take()
	go func() {
		outcome := runJob(hand, s.settings)
		if outcome == nil || !s.settler.add(hand, outcome) {
			s.finish(hand)
		}
	}()
}

// finish lets go of jobs: exactly once for each, when its outcome was sent or there is none to send.
func (s *session) finish(some ...*hand) {
	s.hands.remove(some)
	for _, hand := range some {
		hand.cancel(nil)
	}
	s.slots.give(len(some))
}
