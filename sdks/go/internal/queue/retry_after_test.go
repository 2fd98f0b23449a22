package queue

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"-1":                            0,
		"soon":                          0,
		"1.5":                           1500 * time.Millisecond,
		"120":                           2 * time.Minute,
		"Wed, 25 Nov 2026 04:00:30 GMT": 30 * time.Second,
		"Wed, 25 Nov 2026 03:59:00 GMT": 0,
	} {
		header := http.Header{"Retry-After": {value}, "Date": {"Wed, 25 Nov 2026 04:00:00 GMT"}}
		if got := RetryAfter(header); got != want {
			t.Errorf("%q is %s, want %s", value, got, want)
		}
	}
}
