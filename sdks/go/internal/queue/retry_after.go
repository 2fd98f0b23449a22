package queue

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter reads Retry-After, in seconds or as a date by the server's own clock; 0 when there is none.
func RetryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if count, err := strconv.ParseFloat(value, 64); err == nil && count > 0 && count <= 1e6 {
		return time.Duration(count * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}
