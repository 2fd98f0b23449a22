#!lua name=jobengine_v1
--
-- The job queue of JobEngine, protocol version 1. Normative text: sdks/PROTOCOL.md.
-- The files of this folder in the order of their names are one library.
--
-- Every function takes one key, the queue's prefix `{je:<queue>}:`, and as first argument the epoch.
-- All keys of a queue share that prefix, so a cluster keeps them in one slot and an ACL pattern covers them:
--
--   epoch           string  the queue is open while it exists
--   closing         string  the epoch that was closed last: only acknowledgements still accept it
--   config          hash    leaseMs, beatMs, highWater, tombstoneMs
--   counters        hash    seq (order of enqueue), lease (lease numbers)
--   kinds           set     kinds that were ever enqueued or claimed in this epoch
--   jobs            hash    job -> record (msgpack array, positions below)
--   payloads        hash    job -> payload, until the job settles
--   progress        hash    job -> last progress, while the job is leased
--   runs            zset    `run NUL job`, all scores 0: the jobs of a run by lexical range
--   ready:<class>:<kind>:<tenant>  zset  job by seq: the jobs of a tenant without a concurrency key
--   ready:<class>:<kind>:<tenant>|<key>  zset  the same for those with one: each key has a lane of its own
--   lanes:<class>:<kind>:<tenant>  zset  key by the seq of the job in front: the keyed lanes with ready jobs
--   open:<class>:<kind>:<tenant>   zset  those of them that are not stalled
--   keyed:<class>:<kind>  hash    tenant -> ready jobs in its keyed lanes
--   heads:<class>:<kind>  zset    tenant by the seq of its oldest ready job: which tenants wait
--   turn:<class>:<kind>   zset    tenant by virtual time: those that may be given work, the least served first
--   virtual:<class>:<kind>  zset  tenant by virtual time, for those ahead of the present one: see fairness below
--   present         hash    class:kind -> the present virtual time
--   depth           hash    class:kind -> ready jobs
--   cost            hash    kind, kind:tenant -> what a job costs by experience, ms of worker-time
--   shares          hash    worker -> jobs in hand, its share clock, the instant of that
--   leased          hash    tenant -> jobs in the hands of workers
--   blocked         set     tenants that are given nothing: paused, or at their cap
--   weights, caps   hash    tenant -> its weight, its most leased jobs; absent: 1, no cap
--   pauses          hash    queue | kind:<kind> | tenant:<tenant> -> why it is paused
--   keys            zset    keys with jobs, limits or a closure, all scores 0
--   key:ready, key:leased  hash  key -> ready jobs, jobs in the hands of workers
--   key:limits      hash    key -> its most leased jobs, jobs a second, burst; 0: no such limit; absent: none
--   key:tokens      hash    key -> tokens in its bucket, the instant of that; absent: full
--   key:closed      zset    key by the instant until which nothing of it is given
--   key:closers     hash    key -> the job whose outcome closed it
--   stalled:<key>   zset    class:kind by its turn: where lanes wait for the key
--   stalled:<key>|<class>:<kind>  zset  tenant by virtual time: whose lane waits there
--   reviews         zset    key by the instant at which a tick looks at its stalled lanes
--   delayed         zset    job by the instant at which it becomes ready
--   leases          zset    job by the deadline of its lease
--   turns           hash    set of kinds -> position in the cycle of class floors
--   workers         zset    worker by the instant it was last heard; by minus the instant when it said goodbye
--   samples         list    claims and results until some instants of the last minute: throughput
--   draining        set     workers that were told to drain
--   idle            zset    worker by the instant it went idle: the truth about idleness
--   idle:<kind>     zset    the same by kind; may hold workers that are no longer in `idle`
--   serves:<kind>   set     workers that claimed this kind
--   wake:<worker>   list    a worker without work blocks on it
--   tomb:<id>       string  a cancelled run or job, with a time to live
--   results         stream  what workers settled, for the consumer group `scheduler`
--
-- One hash for all records instead of a key per job: a rebuild drops it in one command and a reconciler
-- pages through it with HSCAN.

local PROTOCOL = 1
local GROUP = 'scheduler'
local CLASSES = { 'interactive', 'event', 'scheduled', 'backfill' }
local RANK = { interactive = 1, event = 2, scheduled = 3, backfill = 4 }

-- The floors. Of every 20 claims one prefers backfill, two scheduled, four event; the other 13, and each
-- of these whose class has nothing waiting, go to the highest class that has. So with work in all four a
-- class gets at least 13, 4, 2 and 1 of 20, and none starves.
local CYCLE = { 1, 2, 1, 1, 3, 1, 1, 2, 1, 4, 1, 1, 2, 1, 1, 3, 1, 2, 1, 1 }

-- Positions in a record.
local ATTEMPT, STATE, KIND, CLASS, TENANT, RUN, WALL, SEQ, SINCE, LEASE, WORKER, STOP, STOPPED, WAITED =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
local KEY, SHARE, ESTIMATE = 15, 16, 17
-- SINCE: the instant the state began (for a leased job: of its lease). STOP: '' | cancel | wall_clock, why a
-- leased job was told to stop, STOPPED: since when. WAITED: ms from ready to lease. KEY: its concurrency key,
-- or ''. SHARE: the share clock of its worker when it was leased. ESTIMATE: the worker-time that its tenant was
-- charged then.
local READY, DELAYED, LEASED, SETTLED, CANCELLED = 'ready', 'delayed', 'leased', 'settled', 'cancelled'

local MAX_ITEMS = 1000
local MAX_MESSAGE_BYTES = 2048
local MAX_OUTCOME_BYTES = 65536
local MAX_STALE_BYTES = 4096
local MAX_PROGRESS_BYTES = 512
local MAX_KINDS = 32
local MAX_REASON_BYTES = 512
local UNKNOWN_COST_MS = 1000
local WAKE_TTL_MS = 120000
local DEFAULTS = { leaseMs = 60000, beatMs = 15000, highWater = 10000, tombstoneMs = 86400000 }

-- Bound at the first use: while a library loads, redis.call does not exist.
local function call(...) return redis.call(...) end
