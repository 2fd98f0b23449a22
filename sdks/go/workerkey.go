package jobengine

import "regexp"

// workerKey holds the parts of wk_<id>_<secret>; the secret is also the password of the Valkey user.
type workerKey struct{ id, secret string }

var workerKeyPattern = regexp.MustCompile(`^wk_([0-9a-f]{16})_([0-9a-f]{64})$`)

func parseWorkerKey(text string) (workerKey, error) {
	match := workerKeyPattern.FindStringSubmatch(text)
	if match == nil {
		return workerKey{}, &OptionError{"WorkerKey", "must have the form wk_<16 hex>_<64 hex>"}
	}
	return workerKey{match[1], match[2]}, nil
}
