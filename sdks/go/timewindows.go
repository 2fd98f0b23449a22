package jobengine

import "time"

// TimeWindow is a stretch of time: what is after From, and not after To.
type TimeWindow struct{ From, To time.Time }

// TimeWindows cuts the time from a watermark to now. Size must be set; every other field is useful as its zero
// value.
type TimeWindows struct {
	// Size is the longest window.
	Size time.Duration
	// Overlap is how far each window reaches back into the time before it, for what came late.
	Overlap time.Duration
	// Lag is the youngest time that is left alone, since what belongs to it may not be there yet.
	Lag time.Duration
	// Limit is the most windows; 0 means 1,000. The rest is for the next time.
	Limit int
}

// Between answers the windows, oldest first. Without overlap each starts where the one before it ended; the last
// one may be shorter. Advance the watermark to the To of each window that is done. The error is an
// [*OptionError].
func (w TimeWindows) Between(from, to time.Time) ([]TimeWindow, error) {
	switch {
	case w.Size <= 0:
		return nil, &OptionError{"TimeWindows.Size", "must be above 0"}
	case w.Overlap < 0:
		return nil, &OptionError{"TimeWindows.Overlap", "must be 0 or more"}
	case w.Lag < 0:
		return nil, &OptionError{"TimeWindows.Lag", "must be 0 or more"}
	case w.Limit < 0:
		return nil, &OptionError{"TimeWindows.Limit", "must be 0 or more"}
	}
	end := to.Add(-w.Lag)
	var windows []TimeWindow
	for at := from; at.Before(end) && len(windows) < orDefault(w.Limit, 1000); at = at.Add(w.Size) {
		until := at.Add(w.Size)
		if until.After(end) {
			until = end
		}
		windows = append(windows, TimeWindow{at.Add(-w.Overlap), until})
	}
	return windows, nil
}
