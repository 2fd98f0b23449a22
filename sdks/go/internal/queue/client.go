package queue

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Registration is what a connection needs to know of the answer to register.
type Registration struct {
	WorkerID string
	Epoch    string
	// KeyPrefix, Address and Username are those of the transport valkey.
	KeyPrefix string
	Address   Address
	Username  string
	// Path and Wait are those of the transport https: where the calls lie, and the longest that a claim may wait.
	Path string
	Wait time.Duration
}

// Client calls the functions by itself, over two connections: one for calls and one that sleeps until there is work.
type Client struct {
	registration Registration
	kinds        []string
	commands     *redis.Client
	open         func(role string) *redis.Client

	mu       sync.Mutex
	sleeper  *redis.Client
	isClosed bool
}

var _ Connection = (*Client)(nil)

// Connect opens the connection for calls and signs in.
func Connect(ctx context.Context, registration Registration, secret string, kinds []string) (*Client, error) {
	client := &Client{
		registration: registration,
		kinds:        kinds,
		open:         func(role string) *redis.Client { return open(registration, secret, role) },
	}
	client.commands, client.sleeper = client.open("commands"), client.open("sleeper")
	if err := client.commands.Ping(ctx).Err(); err != nil {
		client.Close()
		return nil, sortError(err)
	}
	return client, nil
}

// Close breaks both connections; calls under way fail at once.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isClosed = true
	_ = c.commands.Close()
	_ = c.sleeper.Close()
}

// EndSleep lets a sleep under way end at once, with an AwayError: a pop in the server ends with its connection alone.
func (c *Client) EndSleep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isClosed {
		return
	}
	_ = c.sleeper.Close()
	c.sleeper = c.open("sleeper")
}

// Claim implements Connection. It answers at once.
func (c *Client) Claim(ctx context.Context, free int) (Claim, error) {
	args := make([]any, 0, 1+len(c.kinds))
	args = append(args, free)
	for _, kind := range c.kinds {
		args = append(args, kind)
	}
	reply, err := c.call(ctx, "je_claim", args)
	if err != nil {
		return Claim{}, err
	}
	return readClaim(reply)
}

// Beat implements Connection.
func (c *Client) Beat(ctx context.Context, items []BeatItem) (Beat, error) {
	args := make([]any, 0, 4*len(items))
	for _, item := range items {
		args = append(args, item.Job, item.Attempt, item.Lease.Lease, item.Progress)
	}
	reply, err := c.call(ctx, "je_beat", args)
	if err != nil {
		return Beat{}, err
	}
	beat, err := readBeat(reply)
	if err == nil && len(beat.Verdicts) < len(items) {
		err = errors.New("the queue answered fewer verdicts than jobs")
	}
	return beat, err
}

// Settle implements Connection.
func (c *Client) Settle(ctx context.Context, items []SettleItem) ([]string, error) {
	args := make([]any, 0, 4*len(items))
	for _, item := range items {
		args = append(args, item.Job, item.Attempt, item.Lease.Lease, item.Outcome)
	}
	reply, err := c.call(ctx, "je_settle", args)
	if err != nil {
		return nil, err
	}
	return readVerdicts(reply, len(items))
}

// Release implements Connection.
func (c *Client) Release(ctx context.Context, leases []Lease) ([]string, error) {
	args := make([]any, 0, 3*len(leases))
	for _, lease := range leases {
		args = append(args, lease.Job, lease.Attempt, lease.Lease)
	}
	reply, err := c.call(ctx, "je_release", args)
	if err != nil {
		return nil, err
	}
	return readVerdicts(reply, len(leases))
}

// Leave implements Connection.
func (c *Client) Leave(ctx context.Context) error {
	_, err := c.call(ctx, "je_leave", nil)
	return err
}

// lateness is how much later than asked the server may answer a pop that timed out before the connection
// counts as dead.
const lateness = 5 * time.Second

// WaitForWork implements Connection: it sleeps in the server.
func (c *Client) WaitForWork(ctx context.Context, after Claim) error {
	if after.RetryAfter > 0 {
		return c.waitForWake(ctx, after.RetryAfter)
	}
	return c.waitForWake(ctx, idleTime)
}

// waitForWake sleeps in the server until there is work or the time is over; both are nil.
func (c *Client) waitForWake(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit+lateness)
	defer cancel()
	key := c.registration.KeyPrefix + "wake:" + c.registration.WorkerID
	// Not BLPop: it rounds the time to whole seconds.
	c.mu.Lock()
	sleeper := c.sleeper
	c.mu.Unlock()
	err := sleeper.Do(ctx, "blpop", key, limit.Seconds()).Err()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return sortError(err)
}

func (c *Client) call(ctx context.Context, name string, args []any) (any, error) {
	all := append(make([]any, 0, 6+len(args)),
		"fcall", name, 1, c.registration.KeyPrefix, c.registration.Epoch, c.registration.WorkerID)
	reply, err := c.commands.Do(ctx, append(all, args...)...).Result()
	return reply, sortError(err)
}
