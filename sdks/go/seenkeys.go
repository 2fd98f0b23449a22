package jobengine

import (
	"crypto/sha256"
	"sync"
	"time"
)

// SeenKeys suppresses duplicates in what a worker reads, say where windows overlap. It keeps 16 bytes of a key's
// SHA-256, whatever the length of the key. It saves work and promises nothing: another process, or this one after
// a restart, sees the same key as a first one. What must not happen twice needs an effect that may be repeated.
//
// The zero value remembers the last 100,000 keys. It must not be copied and may be used by several goroutines.
type SeenKeys struct {
	// Window is how long a key is remembered from its first sight; 0 means until it is crowded out.
	Window time.Duration
	// Most is the most keys; beyond them the oldest are forgotten; 0 means 100,000.
	Most int

	mu    sync.Mutex
	known map[keyDigest]struct{}
	// order holds what is known in the order of first sight, from start on.
	order []seenKey
	start int
}

type keyDigest [16]byte

type seenKey struct {
	digest keyDigest
	at     time.Time
}

// IsFirst is true for a key that is not remembered; it is from now on.
func (s *SeenKeys) IsFirst(key string) bool { return s.isFirstAt(key, time.Now()) }

func (s *SeenKeys) isFirstAt(key string, now time.Time) bool {
	sum := sha256.Sum256([]byte(key))
	digest := keyDigest(sum[:len(keyDigest{})])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(now)
	if _, isKnown := s.known[digest]; isKnown {
		return false
	}
	if s.known == nil {
		s.known = map[keyDigest]struct{}{}
	}
	s.known[digest] = struct{}{}
	s.order = append(s.order, seenKey{digest, now})
	s.forget(now)
	return true
}

func (s *SeenKeys) forget(now time.Time) {
	for s.start < len(s.order) {
		oldest := s.order[s.start]
		isOver := s.Window > 0 && now.Sub(oldest.at) >= s.Window
		if !isOver && len(s.known) <= orDefault(s.Most, 100_000) {
			break
		}
		delete(s.known, oldest.digest)
		s.start++
	}
	if s.start > len(s.order)/2 {
		s.order = append([]seenKey(nil), s.order[s.start:]...)
		s.start = 0
	}
}
