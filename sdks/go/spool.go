package jobengine

import (
	"bytes"
	"context"
	"io"
	"os"
)

// spooled is content that can be read any number of times, also at once: a request may still be reading the
// body of a try that was given up.
type spooled struct {
	at          io.ReaderAt
	start, size int64
	close       func()
}

// spoolMemory is how much of a content that can be read only once stays in memory.
const spoolMemory = 1 << 20

func (s spooled) reader() io.Reader { return io.NewSectionReader(s.at, s.start, s.size) }

// spool takes files and the like as they are, from where they stand, and copies other readers to their end.
func spool(ctx context.Context, content io.Reader) (spooled, error) {
	type repeatable interface {
		io.ReaderAt
		io.Seeker
	}
	if file, ok := content.(repeatable); ok {
		start, err := file.Seek(0, io.SeekCurrent)
		if err == nil {
			end, err := file.Seek(0, io.SeekEnd)
			return spooled{file, start, end - start, func() {}}, err
		}
		// A pipe has these methods, too, but cannot seek.
	}
	content = readerWithContext{ctx, content}
	var head bytes.Buffer
	size, err := io.Copy(&head, io.LimitReader(content, spoolMemory))
	if err != nil || size < spoolMemory {
		return spooled{bytes.NewReader(head.Bytes()), 0, size, func() {}}, err
	}
	return spoolToFile(io.MultiReader(&head, content))
}

func spoolToFile(content io.Reader) (spooled, error) {
	file, err := os.CreateTemp("", "jobengine-artifact-*")
	if err != nil {
		return spooled{}, err
	}
	remove := func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}
	size, err := io.Copy(file, content)
	if err != nil {
		remove()
		return spooled{}, err
	}
	return spooled{file, 0, size, remove}, nil
}

// readerWithContext stops a long copy between two reads.
type readerWithContext struct {
	ctx context.Context
	io.Reader
}

func (r readerWithContext) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.Reader.Read(p)
}
