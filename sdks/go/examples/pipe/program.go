package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"os/exec"
	"sync"

	jobengine "github.com/jobengine/jobengine/sdks/go"
)

// line is what the program says: a question, how far it is, or how a job ended.
type line struct {
	Post     int64           `json:"post"`
	Of       int64           `json:"of"`
	Path     string          `json:"path"`
	Body     json.RawMessage `json:"body"`
	Progress int64           `json:"progress"`
	Done     int64           `json:"done"`
	Total    int64           `json:"total"`
	Phase    string          `json:"phase"`
	End      int64           `json:"end"`
	Result   json.RawMessage `json:"result"`
	Reason   string          `json:"incomplete"`
	Failed   *struct {
		Class   string `json:"class"`
		Message string `json:"message"`
	} `json:"failed"`
}

func (l line) outcome() (any, error) {
	switch {
	case l.Failed != nil && l.Failed.Class == "input_invalid":
		return nil, &jobengine.InvalidInput{Message: l.Failed.Message}
	case l.Failed != nil:
		return nil, errors.New(l.Failed.Message)
	case l.Reason != "":
		return jobengine.Incomplete{Reason: l.Reason}, nil
	default:
		return l.Result, nil
	}
}

// conversation is what the program says about one job, until the job is over.
type conversation struct {
	said chan line
	over chan struct{}
}

// program is another program that does jobs, any number at once.
type program struct {
	ended chan struct{}

	writing sync.Mutex
	input   io.Writer

	mu    sync.Mutex
	last  int64
	heard map[int64]conversation
}

func startProgram(name string, arguments ...string) (*program, error) {
	command := exec.Command(name, arguments...)
	command.Stderr = os.Stderr
	// It needs no secret of ours.
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	started := &program{ended: make(chan struct{}), input: input, heard: map[int64]conversation{}}
	go func() {
		started.listen(output)
		_ = command.Wait()
		close(started.ended)
	}()
	return started, nil
}

// begin tells the program of a job and answers its number and what the program says about it.
func (p *program) begin(job jobengine.Job[json.RawMessage]) (int64, <-chan line) {
	talk := conversation{said: make(chan line), over: make(chan struct{})}
	p.mu.Lock()
	p.last++
	number := p.last
	p.heard[number] = talk
	p.mu.Unlock()
	p.tell(map[string]any{
		"begin": number, "job": job.ID, "attempt": job.Attempt, "tenant": job.Tenant, "payload": job.Payload,
	})
	return number, talk.said
}

// stop ends a conversation: the program need not go on, and nobody listens any more.
func (p *program) stop(number int64) {
	p.mu.Lock()
	close(p.heard[number].over)
	delete(p.heard, number)
	p.mu.Unlock()
	p.tell(map[string]any{"stop": number})
}

// tell writes a line; that nobody reads it is seen by the end of the program.
func (p *program) tell(message map[string]any) {
	text, err := json.Marshal(message)
	if err != nil {
		log.Print(err)
		return
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	_, _ = p.input.Write(append(text, '\n'))
}

func (p *program) listen(output io.Reader) {
	lines := bufio.NewReader(output)
	for {
		text, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var said line
		if err := json.Unmarshal(text, &said); err != nil {
			log.Print("the program says what is no line of JSON: ", err)
			return
		}
		p.mu.Lock()
		talk, isOpen := p.heard[said.Of+said.Progress+said.End]
		p.mu.Unlock()
		if !isOpen {
			continue // of a job that was stopped
		}
		select {
		case talk.said <- said:
		case <-talk.over:
		}
	}
}

func (p *program) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}
