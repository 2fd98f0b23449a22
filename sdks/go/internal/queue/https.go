package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Access is how the engine's API is reached.
type Access struct {
	// Base is the address of the API without a slash at its end.
	Base   string
	Key    string
	Client *http.Client
}

// HTTPSClient has the engine call the functions: PROTOCOL.md, section 16.
type HTTPSClient struct {
	registration Registration
	kinds        []string
	access       Access
	closed       context.Context
	close        context.CancelFunc

	mu sync.Mutex
	// waits is false for the first claim: its answer tells the times by which the worker has to beat.
	waits bool
	// hangUp ends the claim that is under way, if there is one.
	hangUp      context.CancelFunc
	sent        time.Time
	emptyAtOnce int
}

var _ Connection = (*HTTPSClient)(nil)

const (
	// idleTime is how long an idle worker sleeps in the server before it looks by itself.
	idleTime = 20 * time.Second
	// endTime is how long a claim that waits may take to end once another one has asked for it.
	endTime = time.Second
	// maxAnswer bounds an answer; the largest is a claim of 1,000 jobs.
	maxAnswer = 16 << 20
)

// NewHTTPS opens nothing by itself.
func NewHTTPS(registration Registration, access Access, kinds []string) *HTTPSClient {
	client := &HTTPSClient{registration: registration, kinds: kinds, access: access}
	client.closed, client.close = context.WithCancel(context.Background())
	return client
}

// Close implements Connection.
func (c *HTTPSClient) Close() { c.close() }

type callerFields struct {
	WorkerID string `json:"workerId"`
	Epoch    string `json:"epoch"`
}

type leaseFields struct {
	Job     string `json:"job"`
	Attempt int64  `json:"attempt"`
	Lease   int64  `json:"lease"`
}

type claimFields struct {
	callerFields
	Free        int      `json:"free"`
	Kinds       []string `json:"kinds"`
	WaitSeconds float64  `json:"waitSeconds"`
}

// Claim implements Connection. It waits in the engine while there is no work.
func (c *HTTPSClient) Claim(ctx context.Context, free int) (Claim, error) {
	if free == 0 {
		return c.claim(ctx, 0, 0)
	}
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	c.mu.Lock()
	wait := time.Duration(0)
	if c.waits {
		wait = min(idleTime, c.registration.Wait)
	}
	c.waits, c.hangUp, c.sent = true, hangUp, time.Now()
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.hangUp = nil
		c.mu.Unlock()
	}()
	return c.claim(ctx, free, wait)
}

func (c *HTTPSClient) claim(ctx context.Context, free int, wait time.Duration) (Claim, error) {
	var answer struct {
		Word                                    string
		RetryAfterMs, LeaseMs, BeatMs, WaitedMs int64
		Jobs                                    []struct {
			leaseFields
			Kind, Class, Tenant, Run, Payload, ConcurrencyKey string
			WallClockMs                                       int64
		}
	}
	fields := claimFields{c.caller(), free, c.kinds, wait.Seconds()}
	if err := c.call(ctx, "claim", fields, &answer, callTimeout+wait); err != nil {
		return Claim{}, err
	}
	claim := Claim{
		Word:       answer.Word,
		RetryAfter: millis(answer.RetryAfterMs),
		LeaseTime:  millis(answer.LeaseMs),
		BeatGap:    millis(answer.BeatMs),
		Waited:     millis(answer.WaitedMs),
	}
	for _, job := range answer.Jobs {
		claim.Jobs = append(claim.Jobs, ClaimedJob{
			Lease: Lease(job.leaseFields), Kind: job.Kind, Class: job.Class, Tenant: job.Tenant, Run: job.Run,
			WallClock: millis(job.WallClockMs), Payload: job.Payload, ConcurrencyKey: job.ConcurrencyKey,
		})
	}
	return claim, nil
}

// EndSleep tells the engine that nothing more is wanted, which ends a claim that waits, and hangs up when it does not.
func (c *HTTPSClient) EndSleep() {
	c.mu.Lock()
	hangUp := c.hangUp
	c.mu.Unlock()
	if hangUp == nil {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(c.closed, endTime)
		defer cancel()
		_, _ = c.claim(ctx, 0, 0)
		<-ctx.Done()
		hangUp()
	}()
}

// WaitForWork implements Connection. The claim has waited already; one that comes back empty at once, again and again,
// must not become a storm.
func (c *HTTPSClient) WaitForWork(ctx context.Context, after Claim) error {
	c.mu.Lock()
	if len(after.Jobs) == 0 && time.Since(c.sent) < 500*time.Millisecond {
		c.emptyAtOnce++
	} else {
		c.emptyAtOnce = 0
	}
	wait := after.RetryAfter
	if wait <= 0 && c.emptyAtOnce > 1 {
		wait = min(2*time.Second, 50*time.Millisecond<<min(c.emptyAtOnce, 6))
	}
	c.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-c.closed.Done():
	}
	return nil
}

type beatFields struct {
	leaseFields
	Progress string `json:"progress,omitempty"`
}

// Beat implements Connection.
func (c *HTTPSClient) Beat(ctx context.Context, items []BeatItem) (Beat, error) {
	var answer struct {
		Word            string
		LeaseMs, BeatMs int64
		Verdicts        []string
	}
	jobs := make([]beatFields, len(items))
	bytes := 0
	for i, item := range items {
		jobs[i] = beatFields{leaseFields(item.Lease), item.Progress}
		bytes += BytesInCall([]byte(item.Progress))
	}
	if bytes > SettleBytes {
		// Progress is only shown: where all of it would be too much, none goes.
		for i := range jobs {
			jobs[i].Progress = ""
		}
	}
	if err := c.call(ctx, "beat", withJobs(c, jobs), &answer, callTimeout); err != nil {
		return Beat{}, err
	}
	if len(answer.Verdicts) < len(items) {
		return Beat{}, errors.New("the engine answered fewer verdicts than jobs")
	}
	return Beat{answer.Word, millis(answer.LeaseMs), millis(answer.BeatMs), answer.Verdicts}, nil
}

// Settle implements Connection.
func (c *HTTPSClient) Settle(ctx context.Context, items []SettleItem) ([]string, error) {
	type settleFields struct {
		leaseFields
		Outcome string `json:"outcome"`
	}
	jobs := make([]settleFields, len(items))
	for i, item := range items {
		jobs[i] = settleFields{leaseFields(item.Lease), string(item.Outcome)}
	}
	return c.verdicts(ctx, "settle", withJobs(c, jobs), len(items))
}

// Release implements Connection.
func (c *HTTPSClient) Release(ctx context.Context, leases []Lease) ([]string, error) {
	jobs := make([]leaseFields, len(leases))
	for i, lease := range leases {
		jobs[i] = leaseFields(lease)
	}
	return c.verdicts(ctx, "release", withJobs(c, jobs), len(leases))
}

// Leave implements Connection.
func (c *HTTPSClient) Leave(ctx context.Context) error {
	return c.call(ctx, "leave", c.caller(), nil, callTimeout)
}

func (c *HTTPSClient) verdicts(ctx context.Context, name string, fields any, count int) ([]string, error) {
	var answer struct{ Verdicts []string }
	if err := c.call(ctx, name, fields, &answer, callTimeout); err != nil {
		return nil, err
	}
	if len(answer.Verdicts) < count {
		return nil, errors.New("the engine answered fewer verdicts than jobs")
	}
	return answer.Verdicts, nil
}

func (c *HTTPSClient) caller() callerFields {
	return callerFields{c.registration.WorkerID, c.registration.Epoch}
}

func withJobs[T any](c *HTTPSClient, jobs []T) any {
	return struct {
		callerFields
		Jobs []T `json:"jobs"`
	}{c.caller(), jobs}
}

// call sends one call and reads its answer, which may be nil where there is none.
func (c *HTTPSClient) call(ctx context.Context, name string, fields, answer any, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer context.AfterFunc(c.closed, cancel)()
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		return fmt.Errorf("a %s has no JSON form: %w", name, err)
	}
	address := c.access.Base + c.registration.Path + "/" + name
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.access.Key)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	response, err := c.access.Client.Do(request)
	if err != nil {
		return &AwayError{Cause: err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return &AwayError{Cause: err}
	}
	if err := sortAnswer(name, response, text); err != nil {
		return err
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		// Something on the way answered in the engine's place.
		return &AwayError{Cause: err}
	}
	return nil
}

// sortAnswer says what the status of an answer means.
func sortAnswer(name string, response *http.Response, text []byte) error {
	status := response.StatusCode
	err := fmt.Errorf("%s was answered %d: %.200s", name, status, text)
	switch status {
	case http.StatusOK, http.StatusNoContent:
		return nil
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict:
		return &LostError{err}
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return err
	default:
		return &AwayError{err, RetryAfter(response.Header)}
	}
}

func millis(count int64) time.Duration { return time.Duration(count) * time.Millisecond }
