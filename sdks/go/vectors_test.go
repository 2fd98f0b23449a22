package jobengine

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// vectors reads a file of sdks/conformance.
func vectors[T any](t *testing.T, name string) (cases []T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../conformance", name))
	must(t, err)
	must(t, json.Unmarshal(text, &cases))
	if len(cases) == 0 {
		t.Fatalf("%s holds no case", name)
	}
	return cases
}

func TestVectorsOfRegistrations(t *testing.T) {
	type vector struct {
		Name, Reads, ConnectsTo string
		Answer                  json.RawMessage
	}
	for _, vector := range vectors[vector](t, "registrations.json") {
		t.Run(vector.Name, func(t *testing.T) {
			registration, err := parseRegistration(vector.Answer, Valkey, nil)
			if got := readAs(err); got != vector.Reads {
				t.Errorf("read as %s (%v), want %s", got, err, vector.Reads)
			}
			if vector.ConnectsTo != "" && registration.valkeyURL != vector.ConnectsTo {
				t.Errorf("connects to %s, want %s", registration.valkeyURL, vector.ConnectsTo)
			}
		})
	}
}

func TestVectorsOfRegistrationsOverHTTPS(t *testing.T) {
	type vector struct {
		Name, Reads string
		Answer      json.RawMessage
	}
	for _, vector := range vectors[vector](t, "registrations-https.json") {
		t.Run(vector.Name, func(t *testing.T) {
			if _, err := parseRegistration(vector.Answer, HTTPS, nil); readAs(err) != vector.Reads {
				t.Errorf("read as %s (%v), want %s", readAs(err), err, vector.Reads)
			}
		})
	}
}

func readAs(err error) string {
	var refused *RefusedError
	var failed *registrationError
	switch {
	case err == nil:
		return "accepted"
	case errors.As(err, &refused):
		return "refused"
	case errors.As(err, &failed):
		return "retry"
	default:
		return "bug"
	}
}

func TestVectorsOfWorkerKeys(t *testing.T) {
	type vector struct {
		Key    string
		Secret *string
	}
	for _, vector := range vectors[vector](t, "worker-keys.json") {
		key, err := parseWorkerKey(vector.Key)
		if (err == nil) != (vector.Secret != nil) || vector.Secret != nil && key.secret != *vector.Secret {
			t.Errorf("%q gives %q, %v", vector.Key, key.secret, err)
		}
	}
}

// What the engine reads must be what this SDK can write: each readable document survives its type unchanged.
func TestVectorsOfOutcomes(t *testing.T) {
	type vector struct {
		Name, Reads string
		Document    json.RawMessage
	}
	for _, vector := range vectors[vector](t, "outcomes.json") {
		if vector.Reads == "unreadable" {
			continue
		}
		t.Run(vector.Name, func(t *testing.T) {
			var document outcome
			must(t, json.Unmarshal(vector.Document, &document))
			written, err := encode(document)
			must(t, err)
			var want, got map[string]any
			must(t, json.Unmarshal(vector.Document, &want))
			must(t, json.Unmarshal(written, &got))
			delete(want, "later")
			wantText, _ := json.Marshal(want)
			gotText, _ := json.Marshal(got)
			if document.Status != vector.Reads || string(gotText) != string(wantText) {
				t.Errorf("%s, want %s", gotText, wantText)
			}
		})
	}
}
