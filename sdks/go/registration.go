package jobengine

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// registration is what the engine tells a worker that registered.
type registration struct {
	worker    queue.Registration
	queueName string
	// valkeyURL is without credentials: they would go before the worker's own.
	valkeyURL      string
	lease, beatGap time.Duration
}

// parseRegistration reads the answer of the register route. Fields that it does not know are ignored.
func parseRegistration(text []byte, transport Transport, config *tls.Config) (registration, error) {
	var answer *struct {
		WorkerID  string `json:"workerId"`
		Queue     string `json:"queue"`
		KeyPrefix string `json:"keyPrefix"`
		Epoch     string `json:"epoch"`
		Valkey    struct {
			URL      string `json:"url"`
			Username string `json:"username"`
		} `json:"valkey"`
		HTTPS struct {
			Path        string  `json:"path"`
			WaitSeconds float64 `json:"waitSeconds"`
		} `json:"https"`
		LeaseSeconds    float64 `json:"leaseSeconds"`
		BeatSeconds     float64 `json:"beatSeconds"`
		ProtocolVersion float64 `json:"protocolVersion"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer == nil {
		return registration{}, unreadable("it is no object of the form expected")
	}
	if answer.ProtocolVersion != queue.Version {
		message := fmt.Sprintf("it speaks queue protocol %v, this SDK %d", answer.ProtocolVersion, queue.Version)
		return registration{}, &RefusedError{200, message}
	}
	needed := map[string]string{"workerId": answer.WorkerID, "queue": answer.Queue, "epoch": answer.Epoch}
	if transport == Valkey {
		needed["keyPrefix"], needed["valkey.username"] = answer.KeyPrefix, answer.Valkey.Username
	}
	for name, value := range needed {
		if value == "" {
			return registration{}, unreadable(name)
		}
	}
	if answer.LeaseSeconds <= 0 || answer.BeatSeconds <= 0 {
		return registration{}, unreadable("leaseSeconds or beatSeconds")
	}
	made := registration{
		worker:    queue.Registration{WorkerID: answer.WorkerID, Epoch: answer.Epoch},
		queueName: answer.Queue,
		lease:     seconds(answer.LeaseSeconds),
		beatGap:   seconds(answer.BeatSeconds),
	}
	if transport == HTTPS {
		if !pathPattern.MatchString(answer.HTTPS.Path) || answer.HTTPS.WaitSeconds <= 0 {
			return registration{}, unreadable("https.path or https.waitSeconds")
		}
		made.worker.Path = strings.TrimRight(answer.HTTPS.Path, "/")
		made.worker.Wait = seconds(answer.HTTPS.WaitSeconds)
		return made, nil
	}
	address, valkeyURL, err := parseAddress(answer.Valkey.URL, config)
	if err != nil {
		return registration{}, err
	}
	made.worker.KeyPrefix, made.worker.Username = answer.KeyPrefix, answer.Valkey.Username
	made.worker.Address, made.valkeyURL = address, valkeyURL
	return made, nil
}

// pathPattern keeps what follows the API's address a path.
var pathPattern = regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`)

func parseAddress(text string, config *tls.Config) (queue.Address, string, error) {
	address, err := url.Parse(text)
	if err != nil || address.Hostname() == "" || (address.Scheme != "redis" && address.Scheme != "rediss") {
		return queue.Address{}, "", unreadable("valkey.url")
	}
	address.User = nil
	db := 0
	if path := strings.Trim(address.Path, "/"); path != "" {
		if db, err = strconv.Atoi(path); err != nil {
			return queue.Address{}, "", unreadable("valkey.url")
		}
	}
	made := queue.Address{HostPort: net.JoinHostPort(address.Hostname(), orDefault(address.Port(), "6379")), DB: db}
	if address.Scheme == "rediss" {
		made.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		if config != nil {
			made.TLS = config.Clone()
		}
		if made.TLS.ServerName == "" {
			made.TLS.ServerName = address.Hostname()
		}
	}
	return made, address.String(), nil
}

func seconds(count float64) time.Duration { return time.Duration(count * float64(time.Second)) }

func unreadable(what string) error {
	return &registrationError{message: "the engine's registration answer cannot be read: " + what}
}
