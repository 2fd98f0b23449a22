package jobengine

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
)

// answer is the engine's API: register, artifacts, and an echo for everything else.
func (e *testEngine) answer(w http.ResponseWriter, r *http.Request) {
	content, _ := io.ReadAll(r.Body)
	if status := e.takeFailure(); status != 0 {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"detail":"as the test wants it"}`))
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+e.workerKey() {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.traces[r.URL.Path] = r.Header.Get("Traceparent")
	for path, answers := range e.scripts {
		if strings.HasSuffix(r.URL.Path, path) && len(answers) > 0 {
			e.asked = append(e.asked, r.Method+" "+r.URL.RawQuery+" "+string(content))
			_, _ = w.Write([]byte(answers[0]))
			e.scripts[path] = answers[1:]
			return
		}
	}
	switch {
	case r.URL.Path == "/api/v1/worker/register":
		var registration map[string]any
		_ = json.Unmarshal(content, &registration)
		e.registrations = append(e.registrations, registration)
		e.allowUser()
		_ = json.NewEncoder(w).Encode(map[string]any{
			"workerId": "wrk_" + randomHex(6), "queue": e.queue, "keyPrefix": e.prefix, "epoch": e.epoch,
			"valkey":       map[string]string{"url": e.valkeyURL, "username": e.user()},
			"leaseSeconds": float64(e.leaseMs) / 1000, "beatSeconds": float64(e.beatMs) / 1000, "protocolVersion": 1,
		})
	case r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/artifacts/"):
		e.artifacts[r.URL.Path] = storedArtifact{content, r.Header.Get("Content-Digest"), r.URL.RawQuery}
		uri := strings.Replace(r.URL.Path, "/worker/", "/scheduler/", 1) + "?" + r.URL.RawQuery
		_ = json.NewEncoder(w).Encode(map[string]string{"uri": uri})
	default:
		_ = json.NewEncoder(w).Encode(map[string]string{"path": r.URL.Path, "body": string(content)})
	}
}

// script makes the next requests to a path answer these documents; what they asked is noted.
func (e *testEngine) script(path string, answers ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.scripts[path] = answers
}

func (e *testEngine) fail(statuses ...int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failures = append(e.failures, statuses...)
}

func (e *testEngine) takeFailure() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.failures) == 0 {
		return 0
	}
	status := e.failures[0]
	e.failures = e.failures[1:]
	return status
}

// allowUser grants what PROTOCOL.md, section 14, says, as the vectors have it for all SDKs.
func (e *testEngine) allowUser() {
	text, err := os.ReadFile("../conformance/worker-user.json")
	if err != nil {
		panic(err)
	}
	var rules []string
	if err := json.Unmarshal(text, &rules); err != nil {
		panic(err)
	}
	rights := []any{"acl", "setuser", e.user(), "reset", "on", ">" + e.secret}
	for _, rule := range rules {
		rights = append(rights, strings.ReplaceAll(rule, "{prefix}", e.prefix))
	}
	_ = e.valkey.Do(context.Background(), rights...).Err()
}
