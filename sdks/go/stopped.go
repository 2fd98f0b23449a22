package jobengine

// StopReason says why a job was told to stop.
type StopReason string

const (
	// StopCancel: the engine wants it stopped; its run was cancelled, or it is past its wall clock.
	StopCancel StopReason = "cancel"
	// StopLost: the lease is gone, nothing that the handler still does will count.
	StopLost StopReason = "lost"
	// StopShutdown: the worker is leaving and gives the job back.
	StopShutdown StopReason = "shutdown"
)

// Stopped is the cause ([context.Cause]) of a handler's context that is done.
type Stopped struct{ Reason StopReason }

func (s *Stopped) Error() string { return "the job was stopped: " + string(s.Reason) }
