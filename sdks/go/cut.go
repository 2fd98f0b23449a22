package jobengine

import "unicode/utf8"

// cutToBytes cuts text so that it has at most this many bytes, never inside a character.
func cutToBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
