package jobengine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// Version is the version of this SDK, as the engine shows it.
const Version = "0.1.0"

// RefusedError says that the engine refused this worker for good: its key is wrong or revoked, or they share
// no protocol.
type RefusedError struct {
	// Status of the engine's answer; 200 when it speaks another protocol.
	Status  int
	Message string
}

func (e *RefusedError) Error() string { return "the engine refused this worker: " + e.Message }

// registrationError says that registration did not work this time.
type registrationError struct {
	message    string
	retryAfter time.Duration
	cause      error
}

func (e *registrationError) Error() string { return e.message }
func (e *registrationError) Unwrap() error { return e.cause }

// introduction is the body of the register route.
type introduction struct {
	ProtocolVersions []int    `json:"protocolVersions"`
	Kinds            []string `json:"kinds"`
	SDK              sdk      `json:"sdk"`
	Build            string   `json:"build,omitempty"`
	Host             string   `json:"host,omitempty"`
	Concurrency      int      `json:"concurrency"`
	Replaces         string   `json:"replaces,omitempty"`
	// Transport is left out for valkey, which engines take that know no other.
	Transport string `json:"transport,omitempty"`
}

type sdk struct {
	Language string `json:"language"`
	Version  string `json:"version"`
}

const registerTimeout = 15 * time.Second

var finalStatuses = []int{400, 401, 403, 404, 422}

// register announces this worker to the engine and learns where its queue is. The error is a *RefusedError
// when another try is pointless, a *registrationError when it is not. replaces is the id of the registration
// before, or empty.
func register(ctx context.Context, settings *settings, replaces string) (registration, error) {
	ctx, cancel := context.WithTimeout(ctx, registerTimeout)
	defer cancel()
	introduction, _ := json.Marshal(introduction{
		ProtocolVersions: []int{queue.Version},
		Kinds:            settings.kinds,
		SDK:              sdk{"go", Version},
		Build:            settings.build,
		Host:             settings.host,
		Concurrency:      settings.concurrency,
		Replaces:         replaces,
		Transport:        settings.transport.asked(),
	})
	request, err := settings.engine.newRequest(ctx, http.MethodPost, "/api/v1/worker/register", bytes.NewReader(introduction))
	if err != nil {
		return registration{}, &OptionError{"APIURL", "cannot be used: " + err.Error()}
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := settings.engine.client.Do(request)
	if err != nil {
		return registration{}, &registrationError{message: "the engine's API cannot be reached: " + err.Error(), cause: err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return registration{}, &registrationError{message: "the engine's answer broke off", cause: err}
	}
	if response.StatusCode == http.StatusOK {
		return parseRegistration(text, settings.transport, settings.valkeyTLS)
	}
	if slices.Contains(finalStatuses, response.StatusCode) {
		detail := orDefault(problemDetail(text), "no reason was given")
		return registration{}, &RefusedError{response.StatusCode, fmt.Sprintf("%d, %s", response.StatusCode, detail)}
	}
	return registration{}, &registrationError{
		message:    fmt.Sprintf("registration was answered %d", response.StatusCode),
		retryAfter: min(queue.RetryAfter(response.Header), time.Hour),
	}
}
