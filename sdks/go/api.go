package jobengine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// API calls the engine's worker routes, signed with the worker's key. They may all be repeated, so what passes
// (no connection, 502, 503, 504) is tried four times within some ten seconds before it becomes a
// [*DependencyDown]; 429 becomes a [*RetryAfter], any other error status an [*APIError]. A handler may return
// each of them as it is.
type API struct{ engine *engineHTTP }

// APIError says that the engine answered with an error that another try would not change.
type APIError struct {
	Method, Path string
	Status       int
	// Detail is what the problem document said, if anything.
	Detail string
}

func (e *APIError) Error() string {
	text := fmt.Sprintf("%s %s answered %d", e.Method, e.Path, e.Status)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

func (e *APIError) code() string { return apiCode(e.Status) }

func apiCode(status int) string { return fmt.Sprintf("API_%d", status) }

var errNotClaimed = errors.New("jobengine: this job was not claimed by a worker")

const requestTimeout = time.Minute

// Get reads JSON into answer, a pointer, or nil when it is of no interest.
func (a *API) Get(ctx context.Context, path string, answer any) error {
	return a.exchange(ctx, http.MethodGet, path, nil, answer)
}

// Post sends body as JSON and reads the JSON that comes back into answer, a pointer, or nil when it is of no
// interest.
func (a *API) Post(ctx context.Context, path string, body, answer any) error {
	text, err := encode(body)
	if err != nil {
		return fmt.Errorf("the body of POST %s has no JSON form: %w", path, err)
	}
	return a.exchange(ctx, http.MethodPost, path, text, answer)
}

// Do makes the bare request for other shapes: path is below the API's address, header is added to what the
// worker signs. The caller closes the body of the answer, which always has a status of 2xx.
func (a *API) Do(ctx context.Context, method, path string, header http.Header, body []byte) (*http.Response, error) {
	if a.engine == nil {
		return nil, errNotClaimed
	}
	return a.engine.do(ctx, apiRequest{
		method:  method,
		path:    path,
		header:  header,
		body:    func() io.Reader { return bytes.NewReader(body) },
		length:  int64(len(body)),
		timeout: requestTimeout,
	})
}

func (a *API) exchange(ctx context.Context, method, path string, body []byte, answer any) error {
	header := http.Header{}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	response, err := a.Do(ctx, method, path, header, body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if answer == nil || response.StatusCode == http.StatusNoContent {
		_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
		return err
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("the answer of %s %s cannot be read: %w", method, path, err)
	}
	return nil
}
