package jobengine

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// registerAt registers at a server that answers with one status and Retry-After: 7.
func registerAt(t *testing.T, status int) error {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/base/api/v1/worker/register" {
			t.Errorf("%s was asked", r.URL.Path)
		}
		w.Header().Set("Retry-After", "7")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	defer server.Close()
	worker := &Worker{APIURL: server.URL + "/base/", WorkerKey: "wk_" + strings.Repeat("0", 16) + "_" + strings.Repeat("0", 64)}
	Handle(worker, "scan", returns(nil, nil))
	settings, err := worker.settings()
	must(t, err)
	_, err = register(t.Context(), settings, "")
	return err
}

func TestRegistrationsThatAreFinal(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 422} {
		var refused *RefusedError
		if err := registerAt(t, status); !errors.As(err, &refused) || refused.Status != status {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestRegistrationsThatAreTriedAgainWhenTheServerSays(t *testing.T) {
	for _, status := range []int{307, 408, 409, 413, 429, 500, 502, 503, 504} {
		var failed *registrationError
		if err := registerAt(t, status); !errors.As(err, &failed) || failed.retryAfter != 7*time.Second {
			t.Errorf("%d: %v", status, err)
		}
	}
	worker := &Worker{APIURL: "http://127.0.0.1:1", WorkerKey: "wk_" + strings.Repeat("0", 16) + "_" + strings.Repeat("0", 64)}
	Handle(worker, "scan", returns(nil, nil))
	settings, err := worker.settings()
	must(t, err)
	var failed *registrationError
	if _, err := register(t.Context(), settings, ""); !errors.As(err, &failed) || failed.retryAfter != 0 {
		t.Errorf("no answer: %v", err)
	}
	if strings.Contains(failed.Error(), settings.key.secret) {
		t.Error("the error tells the secret")
	}
}
