// Workers of asynq that do nothing, and a client that fills its queue, for the bench.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hibiken/asynq"
)

type payload struct {
	N   int64  `json:"n"`
	Pad string `json:"pad"`
}

func main() {
	address, err := url.Parse(os.Getenv("BENCH_VALKEY_URL"))
	if err != nil {
		log.Fatal(err)
	}
	server := asynq.RedisClientOpt{Addr: address.Host}
	if len(os.Args) == 3 {
		fill(server, toNumber(os.Args[1]), toNumber(os.Args[2]))
		return
	}
	work(server)
}

// fill enqueues from many goroutines: asynq has no call for many tasks.
func fill(server asynq.RedisClientOpt, from, count int) {
	const callers = 32
	client := asynq.NewClient(server)
	defer client.Close()
	var next atomic.Int64
	next.Store(int64(from))
	var all sync.WaitGroup
	for range callers {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := next.Add(1) - 1; n < int64(from+count); n = next.Add(1) - 1 {
				text, _ := json.Marshal(payload{N: n, Pad: strings.Repeat("x", 84-len(strconv.FormatInt(n, 10)))})
				task := asynq.NewTask("scan", text)
				_, err := client.Enqueue(task, asynq.TaskID(fmt.Sprint("job_", n)), asynq.MaxRetry(5),
					asynq.Timeout(time.Minute), asynq.Retention(time.Hour))
				if err != nil {
					log.Fatal(err)
				}
			}
		}()
	}
	all.Wait()
}

func work(server asynq.RedisClientOpt) {
	var executed, sum atomic.Int64
	handle := asynq.HandlerFunc(func(_ context.Context, task *asynq.Task) error {
		var job payload
		if err := json.Unmarshal(task.Payload(), &job); err != nil {
			return err
		}
		executed.Add(1)
		sum.Add(job.N)
		_, err := task.ResultWriter().Write([]byte(fmt.Sprintf(`{"n":%d}`, job.N)))
		return err
	})
	var servers []*asynq.Server
	for range toNumber(os.Getenv("BENCH_WORKERS")) {
		one := asynq.NewServer(server, asynq.Config{
			Concurrency: toNumber(os.Getenv("BENCH_SLOTS")),
			LogLevel:    asynq.ErrorLevel,
		})
		if err := one.Start(handle); err != nil {
			log.Fatal(err)
		}
		servers = append(servers, one)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
	var all sync.WaitGroup
	for _, one := range servers {
		all.Add(1)
		go func() {
			defer all.Done()
			one.Shutdown()
		}()
	}
	all.Wait()
	fmt.Println("executed", executed.Load(), sum.Load())
}

func toNumber(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return value
}
