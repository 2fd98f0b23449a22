package jobengine

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"
)

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../conformance/" + name)
	must(t, err)
	must(t, json.Unmarshal(text, into))
}

func TestTimeWindowsAsTheVectorsHaveThem(t *testing.T) {
	var vectors []struct {
		Name                     string
		From, To                 time.Time
		SizeMs, OverlapMs, LagMs int64
		Limit                    int
		Windows                  [][2]time.Time
	}
	readVectors(t, "time-windows.json", &vectors)
	ms := func(count int64) time.Duration { return time.Duration(count) * time.Millisecond }
	for _, v := range vectors {
		windows, err := TimeWindows{ms(v.SizeMs), ms(v.OverlapMs), ms(v.LagMs), v.Limit}.Between(v.From, v.To)
		must(t, err)
		got := [][2]time.Time{}
		for _, window := range windows {
			got = append(got, [2]time.Time{window.From, window.To})
		}
		if !reflect.DeepEqual(got, v.Windows) {
			t.Errorf("%s: %v", v.Name, got)
		}
	}
}

func TestTimeWindowsThatMakeNoSense(t *testing.T) {
	for _, wrong := range []TimeWindows{{}, {Size: 1, Overlap: -1}, {Size: 1, Lag: -1}, {Size: 1, Limit: -1}} {
		if _, err := wrong.Between(time.Time{}, time.Now()); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

func TestSeenKeysAsTheVectorsHaveThem(t *testing.T) {
	var vectors []struct {
		Name     string
		WindowMs int64
		Most     int
		Seen     [][3]any
	}
	readVectors(t, "seen-keys.json", &vectors)
	for _, v := range vectors {
		keys := SeenKeys{Window: time.Duration(v.WindowMs) * time.Millisecond, Most: v.Most}
		start := time.Now()
		for i, one := range v.Seen {
			at := start.Add(time.Duration(one[1].(float64)) * time.Millisecond)
			if got := keys.isFirstAt(one[0].(string), at); got != one[2] {
				t.Errorf("%s, at %d: %t", v.Name, i, got)
			}
		}
	}
}

func TestSeenKeysStayBounded(t *testing.T) {
	keys := SeenKeys{Most: 10}
	for i := range 10_000 {
		if !keys.IsFirst(string(rune(i))) && i < 0xd800 {
			t.Fatalf("%d was seen", i)
		}
	}
	if len(keys.known) > 10 || len(keys.order) > 100 {
		t.Errorf("%d keys, %d places", len(keys.known), len(keys.order))
	}
}
