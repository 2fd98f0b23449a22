package jobengine

import (
	"encoding/json"

	"github.com/jobengine/jobengine/sdks/go/internal/queue"
)

// Progress is what is shown of a job in hand.
type Progress struct {
	Done int64 `json:"done"`
	// Total is left out when 0.
	Total int64 `json:"total,omitempty"`
	// Phase is cut at 64 bytes.
	Phase string `json:"phase,omitempty"`
	// Message is cut at 256 bytes, and left out when the whole would not fit into 512.
	Message string `json:"message,omitempty"`
}

func (p Progress) text() string {
	p.Phase, p.Message = cutToBytes(p.Phase, 64), cutToBytes(p.Message, 256)
	text, _ := json.Marshal(p)
	if len(text) > queue.MaxProgressBytes {
		p.Message = ""
		text, _ = json.Marshal(p)
	}
	if len(text) > queue.MaxProgressBytes {
		p.Phase = ""
		text, _ = json.Marshal(p)
	}
	return string(text)
}
