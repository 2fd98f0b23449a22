package jobengine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
)

// Watermark is how far jobs of one kind have come in something that they read, under a name; it belongs to the
// tenant and the kind of the job. See [Job.Watermark].
type Watermark struct {
	hand *hand
	name string
}

// Advance says whether a watermark was moved, and what it has now.
type Advance struct {
	// Advanced is false when the watermark had another value by now; nothing was changed then.
	Advanced bool
	// Value is empty for a watermark that has none.
	Value string
}

var watermarkName = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,128}$`)

// Get answers the value, empty when the watermark was never moved or was sent back to the start.
func (w Watermark) Get(ctx context.Context) (string, error) {
	var stands watermarkDocument
	err := w.ask(ctx, http.MethodGet, nil, &stands)
	return stands.text(), err
}

// Advance moves the watermark from the value that was read, empty for none, to a new one of 1 to 512 bytes. The
// same move again by the same job is the move that was made.
func (w Watermark) Advance(ctx context.Context, from, to string) (Advance, error) {
	return w.move(ctx, from, to, false)
}

// AdvanceMonotone is Advance for RFC 3339 instants; it refuses to go back.
func (w Watermark) AdvanceMonotone(ctx context.Context, from, to string) (Advance, error) {
	return w.move(ctx, from, to, true)
}

type watermarkDocument struct {
	Value *string `json:"value"`
}

func (d watermarkDocument) text() string {
	if d.Value == nil {
		return ""
	}
	return *d.Value
}

func (w Watermark) move(ctx context.Context, from, to string, monotone bool) (Advance, error) {
	move := map[string]any{"from": from, "to": to, "monotone": monotone}
	if from == "" {
		move["from"] = nil
	}
	body, err := encode(move)
	if err != nil {
		return Advance{}, err
	}
	var answer struct {
		Advanced  bool              `json:"advanced"`
		Watermark watermarkDocument `json:"watermark"`
	}
	err = w.ask(ctx, http.MethodPut, body, &answer)
	return Advance{answer.Advanced, answer.Watermark.text()}, err
}

func (w Watermark) ask(ctx context.Context, method string, body []byte, answer any) error {
	if w.hand == nil {
		return errNotClaimed
	}
	if !watermarkName.MatchString(w.name) {
		return fmt.Errorf("jobengine: %q is no watermark's name: 1 to 128 of A-Z a-z 0-9 _ . : -", w.name)
	}
	lease := w.hand.claimed.Lease
	path := fmt.Sprintf("/api/v1/worker/jobs/%s/watermarks/%s?attempt=%d",
		url.PathEscape(lease.Job), url.PathEscape(w.name), lease.Attempt)
	header := http.Header{}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	response, err := (&API{engine: w.hand.engine}).Do(ctx, method, path, header, bytes.Clone(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(answer)
}
