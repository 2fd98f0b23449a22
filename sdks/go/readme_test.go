package jobengine

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestReadmeShowsTheExampleAndEveryOption(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	must(t, err)
	example, err := os.ReadFile("examples/listimages/main.go")
	must(t, err)
	if !strings.Contains(string(readme), "```go\n"+string(example)+"```\n") {
		t.Error("the README's worker is not examples/listimages/main.go")
	}
	options := reflect.TypeFor[Worker]()
	for i := range options.NumField() {
		if field := options.Field(i); field.IsExported() && !strings.Contains(string(readme), "`"+field.Name+"`") {
			t.Errorf("the README does not name the option %s", field.Name)
		}
	}
}
