package jobengine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func TestArtifactsAreStreamedWithTheirDigest(t *testing.T) {
	e := startTestEngine(t, defaultLeaseMs, defaultBeatMs)
	large := bytes.Repeat([]byte("0123456789abcdef"), 200_000) // 3.2 MB: beyond what stays in memory
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, large, 0o600))
	contents := map[string]struct {
		open func() io.Reader
		want []byte
	}{
		"empty":  {func() io.Reader { return strings.NewReader("") }, nil},
		"short":  {func() io.Reader { return struct{ io.Reader }{strings.NewReader("short")} }, []byte("short")},
		"stream": {func() io.Reader { return struct{ io.Reader }{bytes.NewReader(large)} }, large},
		"file":   {func() io.Reader { file, _ := os.Open(path); _, _ = file.Seek(16, io.SeekStart); return file }, large[16:]},
	}
	e.start(e.scan(func(ctx context.Context, job Job[map[string]any]) (any, error) {
		e.fail(503) // the first try of each fails: all of it must be sent again
		return job.PublishArtifact(ctx, job.ID+".bin", contents[job.ID].open(), "")
	}))
	var done int64
	for name, content := range contents {
		e.enqueue(testJob{id: name})
		done++
		e.results(done)
		e.mu.Lock()
		stored := e.artifacts["/api/v1/worker/jobs/"+name+"/artifacts/"+name+".bin"]
		e.mu.Unlock()
		sum := sha256.Sum256(content.want)
		if !bytes.Equal(stored.content, content.want) || stored.digest != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
			t.Errorf("%s: %d bytes stored, digest %s", name, len(stored.content), stored.digest)
		}
	}
	for _, result := range e.results(4) {
		if !strings.Contains(string(result.outcome.Result), digestOf(contents[result.job].want)) {
			t.Errorf("%s: %+v", result.job, result.outcome)
		}
	}
}

func TestArtifactNames(t *testing.T) {
	for _, name := range []string{"", ".hidden", "a/b", "ü", strings.Repeat("a", 129)} {
		if _, err := (Job[any]{hand: &hand{engine: &engineHTTP{}}}).PublishArtifact(t.Context(), name, nil, ""); err == nil {
			t.Errorf("%q was taken for a name", name)
		}
	}
}
