package jobengine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// testEngine is the engine as a worker meets it: a real Valkey with the real functions, and an HTTP server that
// answers register and artifacts. It knows nothing of the engine but what PROTOCOL.md says.
type testEngine struct {
	t         testing.TB
	valkey    *redis.Client
	valkeyURL string
	apiURL    string
	queue     string
	prefix    string
	keyID     string
	secret    string
	leaseMs   int
	beatMs    int

	mu        sync.Mutex
	epoch     string
	artifacts map[string]storedArtifact
	// traces are the traceparents of requests, by path; scripts are answers by the end of their path.
	traces        map[string]string
	scripts       map[string][]string
	asked         []string
	registrations []map[string]any
	// failures are statuses to answer with instead, one for each coming request.
	failures []int
}

type storedArtifact struct {
	content       []byte
	digest, query string
}

// settled is what the queue says about one attempt that ended.
type settled struct {
	job, attempt, stale, reason string
	outcome                     outcome
}

const defaultLeaseMs, defaultBeatMs = 60_000, 15_000

// library is the text of the queue's functions: the files of their folder in the order of their names.
var library = sync.OnceValues(func() (string, error) {
	names, err := filepath.Glob("../../platform/valkey/functions/*.lua") // sorted
	var text []byte
	for _, name := range names {
		part, readErr := os.ReadFile(name)
		text, err = append(text, part...), errors.Join(err, readErr)
	}
	return string(text), err
})

func startTestEngine(t testing.TB, leaseMs, beatMs int) *testEngine {
	t.Helper()
	address := os.Getenv("TEST_VALKEY_URL")
	if address == "" {
		t.Skip("TEST_VALKEY_URL is not set: this test needs a Valkey server, say redis://127.0.0.1:6379")
	}
	options, err := redis.ParseURL(address)
	must(t, err)
	e := &testEngine{
		t: t, valkey: redis.NewClient(options), valkeyURL: address, leaseMs: leaseMs, beatMs: beatMs,
		queue: "sdk-" + randomHex(6), keyID: randomHex(8), secret: randomHex(32),
		artifacts: map[string]storedArtifact{}, traces: map[string]string{}, scripts: map[string][]string{},
	}
	e.prefix = "{je:" + e.queue + "}:"
	text, err := library()
	must(t, err)
	must(t, e.valkey.FunctionLoadReplace(context.Background(), text).Err())
	server := httptest.NewServer(http.HandlerFunc(e.answer))
	e.apiURL = server.URL
	e.open()
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		e.tickUntil(over)
	}()
	t.Cleanup(func() {
		close(over)
		<-done
		server.CloseClientConnections()
		server.Close()
		e.removeAll()
		_ = e.valkey.Close()
	})
	return e
}

// tickUntil does the engine's part: promote, expire, repair wakes that went to workers that are gone.
func (e *testEngine) tickUntil(over chan struct{}) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_, _ = e.try("je_tick")
		case <-over:
			return
		}
	}
}

func (e *testEngine) workerKey() string { return "wk_" + e.keyID + "_" + e.secret }
func (e *testEngine) user() string      { return "wk_" + e.keyID }

func (e *testEngine) open() {
	e.mu.Lock()
	e.epoch = "ep_" + randomHex(6)
	e.mu.Unlock()
	e.call("je_open", "leaseMs", e.leaseMs, "beatMs", e.beatMs, "highWater", 1_000_000_000)
}

func (e *testEngine) try(name string, args ...any) (any, error) {
	e.mu.Lock()
	epoch := e.epoch
	e.mu.Unlock()
	return e.valkey.Do(context.Background(), append([]any{"fcall", name, 1, e.prefix, epoch}, args...)...).Result()
}

func (e *testEngine) call(name string, args ...any) any {
	e.t.Helper()
	reply, err := e.try(name, args...)
	must(e.t, err)
	return reply
}

type testJob struct {
	id, kind, key, payload string
	attempt                int
}

func (e *testEngine) enqueue(jobs ...testJob) {
	e.t.Helper()
	var args []any
	for _, job := range jobs {
		args = append(args, job.id, orDefault(job.attempt, 1), orDefault(job.kind, "scan"), "scheduled", "acme",
			"run_1", 60_000, 0, job.key, orDefault(job.payload, "{}"))
	}
	e.call("je_enqueue", args...)
}

// results waits until so many results lie on the stream and answers them all.
func (e *testEngine) results(count int64) []settled {
	e.t.Helper()
	ctx := context.Background()
	e.until("results", func() bool { return e.valkey.XLen(ctx, e.prefix+"results").Val() >= count })
	entries, err := e.valkey.XRange(ctx, e.prefix+"results", "-", "+").Result()
	must(e.t, err)
	all := make([]settled, len(entries))
	for i, entry := range entries {
		text := func(name string) string { return fmt.Sprint(entry.Values[name]) }
		all[i] = settled{job: text("job"), attempt: text("attempt"), stale: text("stale"), reason: text("reason")}
		must(e.t, json.Unmarshal([]byte(text("outcome")), &all[i].outcome))
	}
	return all
}

func (e *testEngine) registered() []map[string]any {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]map[string]any(nil), e.registrations...)
}

func (e *testEngine) count(key string) int64 {
	return e.valkey.ZCard(context.Background(), e.prefix+key).Val()
}

// alive counts the workers that have not said goodbye.
func (e *testEngine) alive() int64 {
	return e.valkey.ZCount(context.Background(), e.prefix+"workers", "0", "+inf").Val()
}

func (e *testEngine) untilIdle() {
	e.t.Helper()
	e.until("an idle worker", func() bool { return e.count("idle") >= 1 })
}

func (e *testEngine) known(job string, attempt int) string {
	e.t.Helper()
	return e.call("je_known", job, attempt).([]any)[0].(string)
}

// until waits for a condition, ten seconds at most.
func (e *testEngine) until(what string, isTrue func() bool) {
	e.t.Helper()
	for end := time.Now().Add(10 * time.Second); !isTrue(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			e.t.Fatalf("%s: did not come about within 10 s", what)
		}
	}
}

func (e *testEngine) removeAll() {
	ctx := context.Background()
	_ = e.valkey.Do(ctx, "acl", "deluser", e.user()).Err()
	e.removeKeys()
}

func (e *testEngine) removeKeys() {
	ctx := context.Background()
	keys := e.valkey.Scan(ctx, 0, e.prefix+"*", 1000).Iterator()
	for keys.Next(ctx) {
		_ = e.valkey.Unlink(ctx, keys.Val()).Err()
	}
}

// worker makes a worker for this engine that leaves signals alone and logs nothing.
func (e *testEngine) worker() *Worker {
	return &Worker{APIURL: e.apiURL, WorkerKey: e.workerKey(), IgnoreSignals: true, Logger: slog.New(slog.DiscardHandler)}
}

// httpClient keeps no connection open.
func (e *testEngine) httpClient() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

// running is a worker at work; stop drains it, ended gives what Run answered.
type running struct {
	stop  context.CancelFunc
	ended chan error
}

// start runs a worker, at the latest until the test ends.
func (e *testEngine) start(worker *Worker) running {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	done := make(chan struct{})
	if worker.DrainGrace == 0 {
		worker.DrainGrace = 2 * time.Second
	}
	go func() {
		defer close(done)
		ended <- worker.Run(ctx)
	}()
	e.t.Cleanup(func() {
		stop()
		<-done
	})
	return running{stop, ended}
}

// ended waits for the end of a worker.
func (r running) end(t testing.TB) error {
	t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("the worker did not end within 10 s")
		return nil
	}
}

func randomHex(bytes int) string {
	random := make([]byte, bytes)
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
