package jobengine

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
)

// Transport is a way by which a worker reaches its queue.
type Transport string

const (
	// Valkey is the default: the worker calls the queue's functions by itself. It must reach Valkey.
	Valkey Transport = "valkey"
	// HTTPS has the engine call them: for workers that are not trusted with Valkey or cannot reach it.
	HTTPS Transport = "https"
)

// asked is what registration says: nothing for the default.
func (t Transport) asked() string {
	if t == Valkey {
		return ""
	}
	return string(t)
}

// trusting makes the configuration that trusts the authorities of a PEM file and no others; nil for no file.
func trusting(caFile string) (*tls.Config, error) {
	if caFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(caFile)
	if err != nil {
		return nil, &OptionError{"CAFile", "cannot be read: " + err.Error()}
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(text) {
		return nil, &OptionError{"CAFile", "holds no PEM certificate: " + caFile}
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: authorities}, nil
}

// clientTrusting makes an HTTP client of the worker's own.
func clientTrusting(config *tls.Config) *http.Client {
	if config == nil {
		return &http.Client{}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config.Clone()
	return &http.Client{Transport: transport}
}
