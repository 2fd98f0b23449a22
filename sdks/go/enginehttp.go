package jobengine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// engineHTTP makes requests to the engine with the worker's key.
type engineHTTP struct {
	base, key string
	client    *http.Client
	tracing   Tracing
}

// apiRequest is a request that can be sent again: body gives its bytes from the start each time.
type apiRequest struct {
	method, path string
	header       http.Header
	body         func() io.Reader
	length       int64
	timeout      time.Duration
}

const triesPerRequest = 4

func (e *engineHTTP) newRequest(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, e.base+path, body)
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+e.key)
		request.Header.Set("Accept", "application/json")
	}
	return request, err
}

// do answers a response of 2xx; see API for its errors.
func (e *engineHTTP) do(ctx context.Context, request apiRequest) (*http.Response, error) {
	var trouble error
	for try := range triesPerRequest {
		if try > 0 {
			pause(ctx, backoff(try, 500*time.Millisecond, 5*time.Second))
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		response, err := e.send(ctx, request)
		if err != nil {
			trouble = &DependencyDown{
				Message: fmt.Sprintf("%s %s: the engine's API cannot be reached.", request.method, request.path),
				Code:    "API_AWAY",
				Cause:   err,
			}
			continue
		}
		if response.StatusCode >= 200 && response.StatusCode < 300 {
			return response, nil
		}
		failure, isPassing := failureOf(request, response)
		if !isPassing {
			return nil, failure
		}
		trouble = failure
	}
	return nil, trouble
}

// send makes one try. Its time limit holds until the body of the answer is closed.
func (e *engineHTTP) send(ctx context.Context, request apiRequest) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, request.timeout)
	var body io.Reader = http.NoBody
	if request.length > 0 {
		body = request.body()
	}
	sent, err := e.newRequest(ctx, request.method, request.path, body)
	if err != nil {
		cancel()
		return nil, err
	}
	sent.ContentLength = request.length
	if e.tracing != nil {
		e.tracing.Inject(ctx, sent.Header)
	}
	for name, values := range request.header {
		sent.Header[name] = values
	}
	response, err := e.client.Do(sent)
	if err != nil {
		cancel()
		return nil, err
	}
	response.Body = &bodyWithLimit{response.Body, cancel}
	return response, nil
}

type bodyWithLimit struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *bodyWithLimit) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// failureOf turns an error answer into what a handler would return for it, and says whether another try may do.
func failureOf(request apiRequest, response *http.Response) (err error, isPassing bool) {
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 10_000))
	switch status := response.StatusCode; status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		message := fmt.Sprintf("%s %s answered %d.", request.method, request.path, status)
		return &DependencyDown{Message: message, Code: apiCode(status)}, true
	case http.StatusTooManyRequests:
		return &RetryAfter{After: orDefault(queue.RetryAfter(response.Header), 10*time.Second), Code: apiCode(status)}, false
	default:
		return &APIError{request.method, request.path, status, problemDetail(text)}, false
	}
}

func problemDetail(text []byte) string {
	var problem struct{ Detail, Title string }
	if json.Unmarshal(text, &problem) != nil {
		return ""
	}
	return cutToBytes(orDefault(problem.Detail, problem.Title), 500)
}
