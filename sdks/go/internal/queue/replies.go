package queue

import (
	"fmt"
	"time"
)

// Lease names a job in hand: beat, settle and release need all three.
type Lease struct {
	Job     string
	Attempt int64
	Lease   int64
}

// ClaimedJob is a job as je_claim hands it out.
type ClaimedJob struct {
	Lease
	Kind, Class, Tenant, Run string
	WallClock                time.Duration
	// Payload is JSON, as far as its sender kept to the protocol.
	Payload string
	// ConcurrencyKey is empty when the job has none.
	ConcurrencyKey string
}

// Claim is the answer to a claim.
type Claim struct {
	// Word is ok, busy or drain.
	Word               string
	RetryAfter         time.Duration
	LeaseTime, BeatGap time.Duration
	// Waited is how long the call waited for work: the leases began no earlier than so long after it was sent.
	Waited time.Duration
	Jobs   []ClaimedJob
}

// Beat is the answer of je_beat, one verdict for each job named: continue, cancel or lost.
type Beat struct {
	// Word is continue or drain.
	Word               string
	LeaseTime, BeatGap time.Duration
	Verdicts           []string
}

// reader takes a nested reply apart; after the first element of another shape than expected it only keeps
// the error. Elements beyond those asked for are ignored, as the protocol demands.
type reader struct{ err error }

func (r *reader) list(value any, atLeast int) []any {
	list, ok := value.([]any)
	if !ok || len(list) < atLeast {
		r.fail("a list of %d", atLeast)
		return make([]any, atLeast)
	}
	return list
}

func (r *reader) text(value any) string {
	text, ok := value.(string)
	if !ok {
		r.fail("a text")
	}
	return text
}

func (r *reader) number(value any) int64 {
	number, ok := value.(int64)
	if !ok {
		r.fail("a number")
	}
	return number
}

func (r *reader) millis(value any) time.Duration {
	return time.Duration(r.number(value)) * time.Millisecond
}

func (r *reader) texts(value any) []string {
	list := r.list(value, 0)
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = r.text(item)
	}
	return texts
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("a reply of the queue cannot be read: "+format+" was expected", args...)
	}
}

func readClaim(value any) (Claim, error) {
	var r reader
	list := r.list(value, 5)
	claim := Claim{
		Word:       r.text(list[0]),
		RetryAfter: r.millis(list[1]),
		LeaseTime:  r.millis(list[2]),
		BeatGap:    r.millis(list[3]),
	}
	for _, item := range r.list(list[4], 0) {
		claim.Jobs = append(claim.Jobs, readJob(&r, item))
	}
	return claim, r.err
}

func readJob(r *reader, value any) ClaimedJob {
	list := r.list(value, 9)
	job := ClaimedJob{
		Lease:     Lease{Job: r.text(list[0]), Attempt: r.number(list[1]), Lease: r.number(list[2])},
		Kind:      r.text(list[3]),
		Class:     r.text(list[4]),
		Tenant:    r.text(list[5]),
		Run:       r.text(list[6]),
		WallClock: r.millis(list[7]),
		Payload:   r.text(list[8]),
	}
	if len(list) > 9 {
		job.ConcurrencyKey = r.text(list[9])
	}
	return job
}

func readBeat(value any) (Beat, error) {
	var r reader
	list := r.list(value, 4)
	beat := Beat{
		Word:      r.text(list[0]),
		LeaseTime: r.millis(list[1]),
		BeatGap:   r.millis(list[2]),
		Verdicts:  r.texts(list[3]),
	}
	return beat, r.err
}

func readVerdicts(value any, count int) ([]string, error) {
	var r reader
	r.list(value, count)
	verdicts := r.texts(value)
	return verdicts, r.err
}
