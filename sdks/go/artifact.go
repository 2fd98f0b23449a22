package jobengine

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// Artifact is bytes that the engine keeps for a job.
type Artifact struct {
	Name string `json:"name"`
	// URI is where the bytes are: a path below the API's address, for whoever may read the tenant's runs.
	URI string `json:"uri"`
	// Digest is sha256:<64 hex>.
	Digest string `json:"digest"`
	Bytes  int64  `json:"bytes"`
}

// uploadTimeout bounds one try; the handler's context usually ends before.
const uploadTimeout = 30 * time.Minute

var artifactName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

func publishArtifact(ctx context.Context, engine *engineHTTP, lease queue.Lease, name string, content io.Reader, contentType string) (Artifact, error) {
	if !artifactName.MatchString(name) {
		return Artifact{}, fmt.Errorf("jobengine: %q is no artifact name: 1 to 128 of A-Z a-z 0-9 . _ -", name)
	}
	source, err := spool(ctx, content)
	if err != nil {
		return Artifact{}, fmt.Errorf("the content of artifact %s cannot be read: %w", name, err)
	}
	defer source.close()
	hash := sha256.New()
	if _, err := io.Copy(hash, source.reader()); err != nil {
		return Artifact{}, fmt.Errorf("the content of artifact %s cannot be read: %w", name, err)
	}
	digest := hash.Sum(nil)
	header := http.Header{}
	header.Set("Content-Type", orDefault(contentType, "application/octet-stream"))
	header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(digest)+":")
	response, err := engine.do(ctx, apiRequest{
		method:  http.MethodPut,
		path:    artifactPath(lease, name),
		header:  header,
		body:    source.reader,
		length:  source.size,
		timeout: uploadTimeout,
	})
	if err != nil {
		return Artifact{}, err
	}
	defer response.Body.Close()
	var stored struct {
		URI string `json:"uri"`
	}
	if err := json.NewDecoder(response.Body).Decode(&stored); err != nil {
		return Artifact{}, fmt.Errorf("the answer to artifact %s cannot be read: %w", name, err)
	}
	return Artifact{name, stored.URI, "sha256:" + hex.EncodeToString(digest), source.size}, nil
}

func artifactPath(lease queue.Lease, name string) string {
	return fmt.Sprintf("/api/v1/worker/jobs/%s/artifacts/%s?attempt=%d&lease=%d",
		url.PathEscape(lease.Job), url.PathEscape(name), lease.Attempt, lease.Lease)
}
