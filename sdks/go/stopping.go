package jobengine

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// stopping tells a worker to leave: drain is done when it shall finish what it has, hurry when it shall leave
// at once.
type stopping struct {
	drain, hurry context.Context
	askDrain     context.CancelFunc
	askHurry     context.CancelFunc
	signals      chan os.Signal
	done         chan struct{}
}

func newStopping(ctx context.Context, ignoreSignals bool) *stopping {
	s := &stopping{signals: make(chan os.Signal, 2), done: make(chan struct{})}
	s.drain, s.askDrain = context.WithCancel(ctx)
	s.hurry, s.askHurry = context.WithCancel(context.Background())
	if !ignoreSignals {
		signal.Notify(s.signals, syscall.SIGTERM, syscall.SIGINT)
	}
	go s.listen()
	return s
}

func (s *stopping) listen() {
	for {
		select {
		case <-s.signals:
			if s.drain.Err() != nil {
				s.askHurry()
			}
			s.askDrain()
		case <-s.done:
			return
		}
	}
}

func (s *stopping) close() {
	signal.Stop(s.signals)
	close(s.done)
	s.askDrain()
	s.askHurry()
}
