package queue

import (
	"crypto/tls"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Address is where the queue's server listens.
type Address struct {
	HostPort string
	DB       int
	// TLS is nil for a plain connection.
	TLS *tls.Config
}

const (
	dialTimeout = 5 * time.Second
	// callTimeout bounds one call; a connection that is silent for longer is replaced.
	callTimeout = 10 * time.Second
	// sleepTimeout bounds every sleep; the real bound is the context of WaitForWake.
	sleepTimeout = 10 * time.Minute
)

// open prepares one connection that is made at the first call and made again after it broke. Nothing is sent
// twice, and nothing that a worker's user may not send.
func open(registration Registration, secret, role string) *redis.Client {
	readTimeout := callTimeout
	if role == "sleeper" {
		readTimeout = sleepTimeout
	}
	return redis.NewClient(&redis.Options{
		Addr:                     registration.Address.HostPort,
		DB:                       registration.Address.DB,
		TLSConfig:                registration.Address.TLS,
		Username:                 registration.Username,
		Password:                 secret,
		ClientName:               registration.WorkerID + "-" + role,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		Protocol:                 3,
		PoolSize:                 1,
		PoolTimeout:              callTimeout,
		MaxRetries:               -1,
		DialerRetries:            1,
		DialTimeout:              dialTimeout,
		ReadTimeout:              readTimeout,
		WriteTimeout:             callTimeout,
		ContextTimeoutEnabled:    true,
		ConnMaxIdleTime:          -1,
	})
}
