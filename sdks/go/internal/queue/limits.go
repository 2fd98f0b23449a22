// Package queue speaks the queue protocol of sdks/PROTOCOL.md, version 1: the five functions of a worker and
// its sleep on the wake list. It knows nothing of handlers.
package queue

// Numbers of the protocol; their normative text is sdks/PROTOCOL.md, section 12.
const (
	// Version is the protocol that this SDK speaks.
	Version = 1
	// MaxItems bounds the items of one call.
	MaxItems = 1000
	// MaxKinds bounds the kinds of a worker.
	MaxKinds = 32
	// MaxSlots bounds the jobs of one claim.
	MaxSlots = 1000
	// MaxOutcomeBytes bounds an outcome document; beyond it the result goes by reference.
	MaxOutcomeBytes = 65_536
	// MaxProgressBytes bounds a progress document.
	MaxProgressBytes = 512
	// MaxMessageBytes and MaxCodeBytes bound what an error says. The protocol counts characters; bytes are
	// never fewer.
	MaxMessageBytes = 1024
	MaxCodeBytes    = 128
	// MaxRetryAfterSeconds bounds what RetryAfter asks for.
	MaxRetryAfterSeconds = 86_400
	// SettleItems and SettleBytes are where a settle call is cut. The bytes are also the limit of a call's body over
	// HTTPS.
	SettleItems = 200
	SettleBytes = 1_000_000
)

// aroundText is what an outcome takes beside its own text in a call, ids and names included.
const aroundText = 250

// BytesInCall is what a JSON document takes in a call, by whatever transport: over HTTPS it is a text inside JSON, whose
// quotes and controls grow.
func BytesInCall(document []byte) int {
	count := len(document) + aroundText
	for _, b := range document {
		switch {
		case b == '"' || b == '\\':
			count++
		case b < 0x20:
			count += 5
		}
	}
	return count
}
