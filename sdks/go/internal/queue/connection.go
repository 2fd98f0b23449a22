package queue

import "context"

// Connection is the way of a registered worker to its queue, by whatever transport. Its methods answer *LostError
// (register again), *AwayError (try again), or what is a bug.
type Connection interface {
	// Claim asks for at most free jobs. With 0 it only says that no wake is wanted any more. By some transports it
	// waits for work by itself, until EndSleep at the latest.
	Claim(ctx context.Context, free int) (Claim, error)
	// Beat renews the leases of the jobs named; the worker itself is heard of, too, with none.
	Beat(ctx context.Context, items []BeatItem) (Beat, error)
	// Settle hands in outcomes and answers a verdict for each: accepted, known, stale, too_large or invalid.
	Settle(ctx context.Context, items []SettleItem) ([]string, error)
	// Release gives jobs back and answers released or lost for each.
	Release(ctx context.Context, leases []Lease) ([]string, error)
	// Leave says goodbye: no wake is sent any more.
	Leave(ctx context.Context) error
	// WaitForWork returns when another claim may be worth it, after one that gave less than was asked.
	WaitForWork(ctx context.Context, after Claim) error
	// EndSleep ends a wait for work that is under way.
	EndSleep()
	// Close breaks all connections; calls under way fail at once.
	Close()
}

// BeatItem is a job whose lease shall be renewed, with its progress document or "".
type BeatItem struct {
	Lease
	Progress string
}

// SettleItem is a job that ended, with its outcome document.
type SettleItem struct {
	Lease
	Outcome []byte
}
