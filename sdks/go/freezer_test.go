package jobengine

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// freezer is a way to the server on which, once frozen, nothing moves and nothing breaks.
type freezer struct {
	url  string
	gate sync.RWMutex
}

func startFreezer(t *testing.T, target string) *freezer {
	t.Helper()
	address, err := url.Parse(target)
	must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	f := &freezer{}
	goal := address.Host
	address.Host = listener.Addr().String()
	f.url = address.String()
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", goal)
			if err != nil {
				_ = in.Close()
				continue
			}
			go f.copy(in, out)
			go f.copy(out, in)
		}
	}()
	return f
}

// freeze holds back whatever is sent, until its answer is called.
func (f *freezer) freeze() (thaw func()) {
	f.gate.Lock()
	return f.gate.Unlock
}

func (f *freezer) copy(to, from net.Conn) {
	defer to.Close()
	_, _ = io.Copy(gated{to, f}, from)
}

type gated struct {
	net.Conn
	freezer *freezer
}

func (g gated) Write(p []byte) (int, error) {
	g.freezer.gate.RLock()
	defer g.freezer.gate.RUnlock()
	return g.Conn.Write(p)
}

func (g gated) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{g}, r) }
