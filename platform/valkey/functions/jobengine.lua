#!lua name=jobengine_v1
--
-- The job queue of JobEngine, protocol version 1. Normative text: sdks/PROTOCOL.md.
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
--   ready:<class>:<kind>  zset  job by seq: the lanes that claims take from
--   delayed         zset    job by the instant at which it becomes ready
--   leases          zset    job by the deadline of its lease
--   turns           hash    set of kinds -> position in the cycle of class floors
--   workers         zset    worker by the instant it was last heard
--   draining        set     workers that were told to drain
--   idle            zset    worker by the instant it went idle: the truth about idleness
--   idle:<kind>     zset    the same by kind; may hold workers that are no longer in `idle`
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
-- SINCE: the instant the state began (for a leased job: of its lease). STOP: '' | cancel | wall_clock, why a
-- leased job was told to stop, STOPPED: since when. WAITED: ms from ready to lease.
local READY, DELAYED, LEASED, SETTLED, CANCELLED = 'ready', 'delayed', 'leased', 'settled', 'cancelled'

local MAX_ITEMS = 1000
local MAX_MESSAGE_BYTES = 2048
local MAX_OUTCOME_BYTES = 65536
local MAX_STALE_BYTES = 4096
local MAX_PROGRESS_BYTES = 512
local MAX_KINDS = 32
local WAKE_TTL_MS = 120000
local DEFAULTS = { leaseMs = 60000, beatMs = 15000, highWater = 10000, tombstoneMs = 86400000 }

-- Bound at the first use: while a library loads, redis.call does not exist.
local function call(...) return redis.call(...) end

--------------------------------------------------------------------------------- words and small parts

local function keys_of(prefix)
  return {
    prefix = prefix, epoch = prefix .. 'epoch', closing = prefix .. 'closing', config = prefix .. 'config',
    counters = prefix .. 'counters', kinds = prefix .. 'kinds', jobs = prefix .. 'jobs',
    payloads = prefix .. 'payloads', progress = prefix .. 'progress', runs = prefix .. 'runs',
    delayed = prefix .. 'delayed', leases = prefix .. 'leases', turns = prefix .. 'turns',
    workers = prefix .. 'workers', draining = prefix .. 'draining', idle = prefix .. 'idle',
    results = prefix .. 'results', ready = prefix .. 'ready:', wake = prefix .. 'wake:', tomb = prefix .. 'tomb:',
  }
end

local function bad(text) return redis.error_reply('BAD_ARGUMENT ' .. text) end

-- Server time in milliseconds: the only clock of the protocol.
local function clock()
  local t = call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function integer(text, lowest)
  local n = tonumber(text)
  if n and n == math.floor(n) and n >= lowest and n <= 9007199254740991 then return n end
  return nil
end

local function is_id(text) return #text > 0 and #text <= 128 and not string.find(text, '[^%w_.:%-]') end

local function is_kind(text) return #text > 0 and #text <= 64 and not string.find(text, '[^%w_.%-]') end

local function config_of(k)
  local got = call('HMGET', k.config, 'leaseMs', 'beatMs', 'highWater', 'tombstoneMs')
  return {
    lease = tonumber(got[1] or DEFAULTS.leaseMs), beat = tonumber(got[2] or DEFAULTS.beatMs),
    high_water = tonumber(got[3] or DEFAULTS.highWater), tombstone = tonumber(got[4] or DEFAULTS.tombstoneMs),
  }
end

-- The lane of a record. Fairness between tenants slots in here: a lane by tenant
-- (`ready:<class>:<kind>:<tenant>`) and beside it one zset `turn:<class>:<kind>` of tenants by virtual time,
-- which only `take` has to consult. A lane by concurrency key is the same move. Everything else finds a job
-- through this function and its record.
local function lane(k, record) return k.ready .. record[CLASS] .. ':' .. record[KIND] end

local function run_member(record, job) return record[RUN] .. '\0' .. job end

-- Lua's unpack takes 8,000 values: everything below stays under 4 values an item.
local function hset(key, pairs_list) if #pairs_list > 0 then call('HSET', key, unpack(pairs_list)) end end
local function hdel(key, fields) if #fields > 0 then call('HDEL', key, unpack(fields)) end end
local function zadd(key, list) if #list > 0 then call('ZADD', key, unpack(list)) end end
local function zrem(key, list) if #list > 0 then call('ZREM', key, unpack(list)) end end

-- Collects by key, so that many jobs of one lane cost one command.
local function append(groups, key, a, b)
  local list = groups[key]
  if not list then list = {}; groups[key] = list end
  list[#list + 1] = a
  if b ~= nil then list[#list + 1] = b end
end

local function flush(groups, write) for key, list in pairs(groups) do write(key, list) end end

-- The records of many jobs, as a map; jobs that are not held are absent.
local function load_records(k, ids)
  local records = {}
  if #ids == 0 then return records end
  local packed = call('HMGET', k.jobs, unpack(ids))
  for i = 1, #ids do
    if packed[i] then records[ids[i]] = cmsgpack.unpack(packed[i]) end
  end
  return records
end

-- Groups flat arguments from position `first` into items of `arity`; nil when they do not come out even.
local function items_of(args, first, arity)
  local count = (#args - first + 1) / arity
  if count ~= math.floor(count) or count > MAX_ITEMS then return nil end
  local ids = {}
  for i = 1, count do ids[i] = args[first + (i - 1) * arity] end
  return ids
end

-- Takes a job out of the structure that its state put it in. The record itself is the caller's.
local function detach(k, job, record)
  local state = record[STATE]
  if state == READY then call('ZREM', lane(k, record), job)
  elseif state == DELAYED then call('ZREM', k.delayed, job)
  elseif state == LEASED then
    call('ZREM', k.leases, job)
    call('HDEL', k.progress, job)
  end
end

local function forget(k, job, record)
  detach(k, job, record)
  call('ZREM', k.runs, run_member(record, job))
  call('HDEL', k.jobs, job)
  call('HDEL', k.payloads, job)
end

local function tombstones(k)
  local known = {}
  return function(id)
    if known[id] == nil then known[id] = call('EXISTS', k.tomb .. id) == 1 end
    return known[id]
  end
end

-- Wakes up to `count` idle workers of a kind, the longest idle first. Dead ones are dropped on the way.
local function wake(k, kind, count, now, lease_ms)
  local woken = 0
  while woken < count do
    local popped = call('ZPOPMIN', k.idle .. ':' .. kind, math.min(count - woken, 100))
    if #popped == 0 then break end
    for i = 1, #popped, 2 do
      local worker = popped[i]
      if call('ZREM', k.idle, worker) == 1 then
        local heard = call('ZSCORE', k.workers, worker)
        if heard and tonumber(heard) >= now - lease_ms then
          call('RPUSH', k.wake .. worker, '1')
          call('PEXPIRE', k.wake .. worker, WAKE_TTL_MS)
          woken = woken + 1
        end
      end
    end
  end
  return woken
end

local function wake_all(k, counts, now, lease_ms)
  local woken = 0
  for kind, count in pairs(counts) do woken = woken + wake(k, kind, count, now, lease_ms) end
  return woken
end

-- One entry of the result stream. `reason`: settled | lease_expired. `stop`: '' | cancel | wall_clock.
local function publish(k, job, attempt, lease, worker, record, reason, stale, now, outcome, outcome_bytes)
  local held = record and record[ATTEMPT] == attempt and record[LEASE] == lease
  call('XADD', k.results, '*', 'job', job, 'attempt', attempt, 'lease', lease, 'worker', worker,
    'kind', record and record[KIND] or '', 'class', record and record[CLASS] or '',
    'tenant', record and record[TENANT] or '', 'run', record and record[RUN] or '',
    'reason', reason, 'stop', held and record[STOP] or '', 'stale', stale and 1 or 0,
    'leasedMs', (held and not stale) and (now - record[SINCE]) or -1,
    'waitedMs', (held and not stale) and record[WAITED] or -1,
    'outcomeBytes', outcome_bytes, 'outcome', outcome)
end

-- A leased job is over: its record stays as `settled` until the result is acknowledged, so that a repeated
-- enqueue of the same attempt stays a no-op.
local function close_job(k, job, record, now, writes)
  record[STATE], record[SINCE] = SETTLED, now
  append(writes.sets, k.jobs, job, cmsgpack.pack(record))
  append(writes.members, k.leases, job)
  append(writes.members, k.runs, run_member(record, job))
  append(writes.fields, k.payloads, job)
  append(writes.fields, k.progress, job)
end

local function new_writes() return { sets = {}, members = {}, fields = {}, scores = {} } end

local function commit(writes)
  flush(writes.sets, hset)
  flush(writes.members, zrem)
  flush(writes.fields, hdel)
  flush(writes.scores, zadd)
end

local function is_open(k, epoch) return call('GET', k.epoch) == epoch end

local function is_open_or_closing(k, epoch) return is_open(k, epoch) or call('GET', k.closing) == epoch end

local function is_any(_, _) return true end

-- Registers a function of the protocol: one key, an epoch that `guard` accepts, then `body(k, args, now)`.
local function define(name, flags, guard, body)
  redis.register_function {
    function_name = name,
    flags = flags,
    callback = function(keys, args)
      if #keys ~= 1 or not string.find(keys[1], '^{je:[%w_%-]+}:$') then
        return bad('one key is needed, the prefix {je:<queue>}:')
      end
      local k, epoch = keys_of(keys[1]), args[1] or ''
      if not is_id(epoch) or not guard(k, epoch) then
        return redis.error_reply('WRONG_EPOCH the queue is not open in this epoch')
      end
      return body(k, args, clock())
    end,
  }
end

------------------------------------------------------------------------------------------ server: enqueue

-- enqueue(epoch, [job, attempt, kind, class, tenant, run, wallClockMs, delayMs, payload]...)
-- -> one word a job: queued | known | stale | cancelled | too_large | invalid
define('je_enqueue', {}, is_open, function(k, args, now)
  local ids = items_of(args, 2, 9)
  if not ids then return bad('9 arguments a job, at most 1,000 jobs') end
  local records, answers, writes = load_records(k, ids), {}, new_writes()
  local is_cancelled, wanted, kinds = tombstones(k), {}, {}
  local seq = call('HINCRBY', k.counters, 'seq', #ids) - #ids
  -- One EXISTS over all jobs: nearly always none of them was cancelled by itself.
  local tombs = {}
  for i = 1, #ids do tombs[i] = k.tomb .. ids[i] end
  local some_cancelled = #tombs > 0 and call('EXISTS', unpack(tombs)) > 0

  for i = 1, #ids do
    local at = 2 + (i - 1) * 9
    local job, kind, class, tenant, run, payload = ids[i], args[at + 2], args[at + 3], args[at + 4], args[at + 5], args[at + 8]
    local attempt, wall, delay = integer(args[at + 1], 1), integer(args[at + 6], 1), integer(args[at + 7], 0)
    local old = records[job]
    if not (attempt and wall and delay and is_id(job) and is_kind(kind) and RANK[class] and is_id(tenant) and is_id(run)) then
      answers[i] = 'invalid'
    elseif #job + #kind + #tenant + #run + #payload > MAX_MESSAGE_BYTES then
      answers[i] = 'too_large'
    elseif is_cancelled(run) or (some_cancelled and is_cancelled(job)) then
      answers[i] = 'cancelled'
    elseif old and old[ATTEMPT] == attempt then
      answers[i] = 'known'
    elseif old and old[ATTEMPT] > attempt then
      answers[i] = 'stale'
    else
      -- A lower attempt gives way at once; writes of this call are flushed first if it came in this call.
      if old then
        commit(writes)
        writes = new_writes()
        forget(k, job, old)
      end
      local record = { attempt, delay > 0 and DELAYED or READY, kind, class, tenant, run, wall, seq + i, now, 0, '', '', 0, 0 }
      records[job] = record
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      append(writes.sets, k.payloads, job, payload)
      append(writes.scores, k.runs, 0, run_member(record, job))
      if delay > 0 then
        append(writes.scores, k.delayed, now + delay, job)
      else
        append(writes.scores, lane(k, record), seq + i, job)
        wanted[kind] = (wanted[kind] or 0) + 1
      end
      kinds[kind] = true
      answers[i] = 'queued'
    end
  end
  commit(writes)
  for kind in pairs(kinds) do call('SADD', k.kinds, kind) end
  wake_all(k, wanted, now, config_of(k).lease)
  return answers
end)

-------------------------------------------------------------------------------------------- worker: claim

-- Takes up to `count` jobs of a class from the lanes of some kinds, oldest first across kinds.
local function take(k, class, kinds, count)
  local prefix, ids = k.ready .. class .. ':', {}
  if #kinds == 1 then
    local popped = call('ZPOPMIN', prefix .. kinds[1], count)
    for i = 1, #popped, 2 do ids[#ids + 1] = popped[i] end
    return ids
  end
  local heads = {}
  for _, kind in ipairs(kinds) do
    local got = call('ZRANGE', prefix .. kind, 0, count - 1, 'WITHSCORES')
    for i = 1, #got, 2 do heads[#heads + 1] = { tonumber(got[i + 1]), got[i], prefix .. kind } end
  end
  table.sort(heads, function(a, b) return a[1] < b[1] end)
  local removed = {}
  for i = 1, math.min(count, #heads) do
    ids[i] = heads[i][2]
    append(removed, heads[i][3], heads[i][2])
  end
  flush(removed, zrem)
  return ids
end

-- How many jobs to take of each class for `free` slots: the cycle of floors, walked from where the workers
-- of this set of kinds left it. A cycle per set of kinds, because a floor shared with workers of other kinds
-- could be spent by them alone.
local function plan_classes(k, kinds, free)
  local available, plan, total = {}, { 0, 0, 0, 0 }, 0
  for c = 1, #CLASSES do
    available[c] = 0
    for _, kind in ipairs(kinds) do
      available[c] = available[c] + call('ZCARD', k.ready .. CLASSES[c] .. ':' .. kind)
    end
    total = total + available[c]
  end
  local count = math.min(free, total)
  if count == 0 then return plan, 0 end
  local turn = call('HINCRBY', k.turns, table.concat(kinds, ','), count) - count
  for i = 1, count do
    local class = CYCLE[(turn + i - 1) % #CYCLE + 1]
    if available[class] == 0 then
      class = 1
      while available[class] == 0 do class = class + 1 end
    end
    available[class] = available[class] - 1
    plan[class] = plan[class] + 1
  end
  return plan, count
end

local function go_idle(k, worker, kinds, now)
  call('ZADD', k.idle, now, worker)
  for _, kind in ipairs(kinds) do
    call('SADD', k.kinds, kind)
    call('ZADD', k.idle .. ':' .. kind, now, worker)
  end
end

-- claim(epoch, worker, free, kind...)
-- -> [ok | busy | drain, retryAfterMs, leaseMs, beatMs, [[job, attempt, lease, kind, class, tenant, run, wallClockMs, payload]...]]
-- A worker that got less than it asked for is registered as idle and may block on its wake list.
define('je_claim', {}, is_open, function(k, args, now)
  local worker, free = args[2] or '', integer(args[3], 0)
  local kinds, seen = {}, {}
  for i = 4, #args do
    if not is_kind(args[i]) then return bad('kind') end
    if not seen[args[i]] then kinds[#kinds + 1] = args[i]; seen[args[i]] = true end
  end
  if not is_id(worker) or not free or #kinds == 0 or #kinds > MAX_KINDS then
    return bad('worker, free slots, 1 to 32 kinds')
  end
  table.sort(kinds)
  free = math.min(free, MAX_ITEMS)
  local cfg = config_of(k)
  call('ZADD', k.workers, now, worker)
  call('LTRIM', k.wake .. worker, 1, 0)
  if call('SISMEMBER', k.draining, worker) == 1 then
    call('ZREM', k.idle, worker)
    return { 'drain', 0, cfg.lease, cfg.beat, {} }
  end
  if call('XLEN', k.results) >= cfg.high_water then
    go_idle(k, worker, kinds, now)
    return { 'busy', 1000, cfg.lease, cfg.beat, {} }
  end

  -- A round gives fewer than planned only when it met cancelled jobs. Five rounds bound the call; a worker
  -- told to come back at once goes on with the rest.
  local given, is_cancelled, rounds, planned = {}, tombstones(k), 0, nil
  while #given < free and rounds < 5 do
    local plan
    plan, planned = plan_classes(k, kinds, free - #given)
    if planned == 0 then break end
    rounds = rounds + 1
    local ids, writes = {}, new_writes()
    for c = 1, #CLASSES do
      if plan[c] > 0 then
        for _, job in ipairs(take(k, CLASSES[c], kinds, plan[c])) do ids[#ids + 1] = job end
      end
    end
    local records, payloads = load_records(k, ids), call('HMGET', k.payloads, unpack(ids))
    local lease = call('HINCRBY', k.counters, 'lease', #ids) - #ids
    for i, job in ipairs(ids) do
      local record = records[job]
      if record and is_cancelled(record[RUN]) then
        -- Cancelled while it waited: kept for the cancel call to report, never given.
        record[STATE], record[SINCE] = CANCELLED, now
        append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      elseif record then
        record[WAITED] = now - record[SINCE]
        record[STATE], record[SINCE], record[LEASE], record[WORKER] = LEASED, now, lease + i, worker
        append(writes.sets, k.jobs, job, cmsgpack.pack(record))
        append(writes.scores, k.leases, now + cfg.lease, job)
        given[#given + 1] = { job, record[ATTEMPT], lease + i, record[KIND], record[CLASS], record[TENANT],
          record[RUN], record[WALL], payloads[i] or '' }
      end
    end
    commit(writes)
  end
  if #given < free then go_idle(k, worker, kinds, now) else call('ZREM', k.idle, worker) end
  return { 'ok', (#given < free and planned ~= 0) and 1 or 0, cfg.lease, cfg.beat, given }
end)

--------------------------------------------------------------------------------------------- worker: beat

local function holds(record, attempt, lease)
  return record and record[STATE] == LEASED and record[ATTEMPT] == attempt and record[LEASE] == lease
end

-- beat(epoch, worker, [job, attempt, lease, progress]...)
-- -> [continue | drain, leaseMs, beatMs, [continue | cancel | lost]...]
-- A job that was told to stop keeps its lease for one more lease time, then it is lost.
define('je_beat', { 'allow-oom' }, is_open, function(k, args, now)
  local worker, ids = args[2] or '', items_of(args, 3, 4)
  if not is_id(worker) or not ids then return bad('worker, then 4 arguments a job, at most 1,000 jobs') end
  local cfg, records, answers, writes = config_of(k), load_records(k, ids), {}, new_writes()
  call('ZADD', k.workers, now, worker)
  for i, job in ipairs(ids) do
    local at = 3 + (i - 1) * 4
    local record, progress = records[job], args[at + 3]
    if not holds(record, tonumber(args[at + 1]), tonumber(args[at + 2])) then
      answers[i] = 'lost'
    else
      if record[STOP] == '' and now - record[SINCE] > record[WALL] then
        record[STOP], record[STOPPED] = 'wall_clock', now
        append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      end
      if record[STOP] ~= '' and now - record[STOPPED] > cfg.lease then
        answers[i] = 'lost'
      else
        answers[i] = record[STOP] == '' and 'continue' or 'cancel'
        append(writes.scores, k.leases, now + cfg.lease, job)
        if progress ~= '' and #progress <= MAX_PROGRESS_BYTES then append(writes.sets, k.progress, job, progress) end
      end
    end
  end
  commit(writes)
  local word = call('SISMEMBER', k.draining, worker) == 1 and 'drain' or 'continue'
  return { word, cfg.lease, cfg.beat, answers }
end)

------------------------------------------------------------------------------------------- worker: settle

-- settle(epoch, worker, [job, attempt, lease, outcome]...)
-- -> one word a job: accepted | known (this lease settled it before) | stale | too_large | invalid
define('je_settle', { 'allow-oom' }, is_open, function(k, args, now)
  local worker, ids = args[2] or '', items_of(args, 3, 4)
  if not is_id(worker) or not ids then return bad('worker, then 4 arguments a job, at most 1,000 jobs') end
  local records, answers, writes = load_records(k, ids), {}, new_writes()
  call('ZADD', k.workers, now, worker)
  for i, job in ipairs(ids) do
    local at = 3 + (i - 1) * 4
    local attempt, lease, outcome = integer(args[at + 1], 1), integer(args[at + 2], 1), args[at + 3]
    local record = records[job]
    if not (attempt and lease and is_id(job)) or outcome == '' then
      answers[i] = 'invalid'
    elseif holds(record, attempt, lease) then
      if #outcome > MAX_OUTCOME_BYTES then
        answers[i] = 'too_large'
      else
        publish(k, job, attempt, lease, worker, record, 'settled', false, now, outcome, #outcome)
        close_job(k, job, record, now, writes)
        answers[i] = 'accepted'
      end
    elseif record and record[STATE] == SETTLED and record[ATTEMPT] == attempt and record[LEASE] == lease then
      answers[i] = 'known' -- the answer of the first settle was lost
    else
      publish(k, job, attempt, lease, worker, record, 'settled', true, now,
        #outcome <= MAX_STALE_BYTES and outcome or '', #outcome)
      answers[i] = 'stale'
    end
  end
  commit(writes)
  return answers
end)

------------------------------------------------------------------------------------------ worker: release

-- release(epoch, worker, [job, attempt, lease]...) -> released | lost
-- Back to where it stood in its lane, same attempt. A job that was told to stop settles as cancelled instead.
define('je_release', { 'allow-oom' }, is_open, function(k, args, now)
  local worker, ids = args[2] or '', items_of(args, 3, 3)
  if not is_id(worker) or not ids then return bad('worker, then 3 arguments a job, at most 1,000 jobs') end
  local records, answers, writes, wanted = load_records(k, ids), {}, new_writes(), {}
  for i, job in ipairs(ids) do
    local at = 3 + (i - 1) * 3
    local record = records[job]
    if not holds(record, tonumber(args[at + 1]), tonumber(args[at + 2])) then
      answers[i] = 'lost'
    elseif record[STOP] ~= '' then
      publish(k, job, record[ATTEMPT], record[LEASE], worker, record, 'settled', false, now, '{"status":"cancelled"}', 22)
      close_job(k, job, record, now, writes)
      answers[i] = 'released'
    else
      record[STATE], record[SINCE], record[LEASE], record[WORKER] = READY, now, 0, ''
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      append(writes.members, k.leases, job)
      append(writes.fields, k.progress, job)
      append(writes.scores, lane(k, record), record[SEQ], job)
      wanted[record[KIND]] = (wanted[record[KIND]] or 0) + 1
      answers[i] = 'released'
    end
  end
  commit(writes)
  wake_all(k, wanted, now, config_of(k).lease)
  return answers
end)

-- leave(epoch, worker) -> 1: a worker says goodbye, so that nothing is sent its way any more
define('je_leave', { 'allow-oom' }, is_open, function(k, args)
  local worker = args[2] or ''
  if not is_id(worker) then return bad('worker') end
  call('ZREM', k.workers, worker)
  call('ZREM', k.idle, worker)
  call('SREM', k.draining, worker)
  call('LTRIM', k.wake .. worker, 1, 0)
  return 1
end)

------------------------------------------------------------------------------------------- server: cancel

-- Removes what waits, flags what is leased. Answers removed | flagged | nil.
local function cancel_one(k, job, record, now)
  if record[STATE] == LEASED then
    if record[STOP] == '' then
      record[STOP], record[STOPPED] = 'cancel', now
      call('HSET', k.jobs, job, cmsgpack.pack(record))
    end
    return 'flagged'
  elseif record[STATE] ~= SETTLED then
    forget(k, job, record)
    return 'removed'
  end
  return nil
end

-- cancel(epoch, 'run', run, cursor) -> [next cursor, [[job, attempt]... removed], [[job, attempt]... flagged]]
-- cancel(epoch, 'job', job...)      -> the same with an empty cursor
-- The tombstone is set before anything else: from here on enqueue and claim refuse the run, whatever page
-- the removal has reached.
define('je_cancel', { 'allow-oom' }, is_open, function(k, args, now)
  local what, cfg = args[2], config_of(k)
  local ids, next_cursor = {}, ''
  if what == 'run' and args[3] and is_id(args[3]) and args[4] then
    local run = args[3]
    call('SET', k.tomb .. run, now, 'PX', cfg.tombstone)
    local from = args[4] == '' and ('[' .. run .. '\0') or ('(' .. run .. '\0' .. args[4])
    local members = call('ZRANGE', k.runs, from, '(' .. run .. '\1', 'BYLEX', 'LIMIT', 0, MAX_ITEMS)
    for i, member in ipairs(members) do ids[i] = string.sub(member, #run + 2) end
    if #ids == MAX_ITEMS then next_cursor = ids[#ids] end
  elseif what == 'job' and #args - 2 <= MAX_ITEMS then
    for i = 3, #args do
      if not is_id(args[i]) then return bad('job') end
      ids[#ids + 1] = args[i]
      call('SET', k.tomb .. args[i], now, 'PX', cfg.tombstone)
    end
  else
    return bad('run, id and cursor, or job and at most 1,000 ids')
  end
  local records, removed, flagged = load_records(k, ids), {}, {}
  for _, job in ipairs(ids) do
    local record = records[job]
    local done = record and cancel_one(k, job, record, now)
    if done then
      records[job] = nil
      local list = done == 'removed' and removed or flagged
      list[#list + 1] = { job, record[ATTEMPT] }
    end
  end
  return { next_cursor, removed, flagged }
end)

--------------------------------------------------------------------------------------------- server: tick

local function promote_due(k, now)
  local ids = call('ZRANGE', k.delayed, '-inf', now, 'BYSCORE', 'LIMIT', 0, MAX_ITEMS)
  if #ids == 0 then return 0 end
  local records, writes = load_records(k, ids), new_writes()
  local seq = call('HINCRBY', k.counters, 'seq', #ids) - #ids
  for i, job in ipairs(ids) do
    local record = records[job]
    append(writes.members, k.delayed, job)
    if record then
      record[STATE], record[SINCE], record[SEQ] = READY, now, seq + i
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      append(writes.scores, lane(k, record), seq + i, job)
    end
  end
  commit(writes)
  return #ids
end

local CRASH = '{"error":{"class":"crash","message":"The worker was not heard of before its lease ended."},"status":"failed"}'

local function expire_due(k, now)
  local ids = call('ZRANGE', k.leases, '-inf', now, 'BYSCORE', 'LIMIT', 0, MAX_ITEMS)
  if #ids == 0 then return 0 end
  local records, writes = load_records(k, ids), new_writes()
  for _, job in ipairs(ids) do
    local record = records[job]
    append(writes.members, k.leases, job)
    if record then
      publish(k, job, record[ATTEMPT], record[LEASE], record[WORKER], record, 'lease_expired', false, now, CRASH, #CRASH)
      -- No lease from here on: what the worker may still settle is stale.
      record[LEASE] = 0
      close_job(k, job, record, now, writes)
    end
  end
  commit(writes)
  return #ids
end

-- Kinds with work waiting and idle workers: their wake was lost, or went to a worker that died.
local function wake_missed(k, now, cfg)
  if call('XLEN', k.results) >= cfg.high_water then return 0 end
  local woken = 0
  for _, kind in ipairs(call('SMEMBERS', k.kinds)) do
    if call('ZCARD', k.idle .. ':' .. kind) > 0 then
      local waiting = 0
      for _, class in ipairs(CLASSES) do waiting = waiting + call('ZCARD', k.ready .. class .. ':' .. kind) end
      if waiting > 0 then woken = woken + wake(k, kind, waiting, now, cfg.lease) end
    end
  end
  return woken
end

-- Workers that were silent for a lease are no longer idle, after ten leases they are forgotten.
local function forget_workers(k, now, cfg)
  zrem(k.idle, call('ZRANGE', k.workers, '-inf', now - cfg.lease, 'BYSCORE', 'LIMIT', 0, MAX_ITEMS))
  local gone = call('ZRANGE', k.workers, '-inf', now - 10 * cfg.lease, 'BYSCORE', 'LIMIT', 0, 100)
  if #gone == 0 then return end
  zrem(k.workers, gone)
  call('SREM', k.draining, unpack(gone))
end

local function next_due(k, now)
  local wait = 1000
  for _, key in ipairs({ k.delayed, k.leases }) do
    local head = call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if head[2] then wait = math.min(wait, math.max(0, tonumber(head[2]) - now)) end
  end
  return wait
end

-- tick(epoch) -> [ms until it is due again, promoted, expired, woken]
define('je_tick', { 'allow-oom' }, is_open, function(k, _, now)
  local cfg = config_of(k)
  local promoted, expired = promote_due(k, now), expire_due(k, now)
  local woken = wake_missed(k, now, cfg)
  forget_workers(k, now, cfg)
  return { next_due(k, now), promoted, expired, woken }
end)

------------------------------------------------------------------------------- server: results and books

-- ack(epoch, [stream id, job, attempt]...) -> number of entries removed
-- Forgets the settled record of (job, attempt) too. Attempt 0, for stale entries, leaves the record alone:
-- the entry that counts may still be unread.
-- Also accepts the epoch that was closed last, so that a rebuild can drain the stream.
define('je_ack', { 'allow-oom' }, is_open_or_closing, function(k, args)
  local entries = items_of(args, 2, 3)
  if not entries then return bad('3 arguments an entry, at most 1,000 entries') end
  if #entries == 0 then return 0 end
  local ids, seen = {}, {}
  for i = 1, #entries do
    local job = args[2 + (i - 1) * 3 + 1]
    if not seen[job] then ids[#ids + 1] = job; seen[job] = true end
  end
  local records, done = load_records(k, ids), {}
  for i = 1, #entries do
    local job, attempt = args[2 + (i - 1) * 3 + 1], tonumber(args[2 + (i - 1) * 3 + 2])
    local record = records[job]
    if record and record[STATE] == SETTLED and record[ATTEMPT] == attempt then
      done[#done + 1] = job
      records[job] = nil
    end
  end
  hdel(k.jobs, done)
  redis.pcall('XACK', k.results, GROUP, unpack(entries))
  return call('XDEL', k.results, unpack(entries))
end)

-- known(epoch, [job, attempt]...) -> one word a job: ready | delayed | leased | settled | cancelled when the
-- queue holds this attempt; older | newer when it holds another; absent
define('je_known', { 'no-writes' }, is_open, function(k, args)
  local ids = items_of(args, 2, 2)
  if not ids then return bad('2 arguments a job, at most 1,000 jobs') end
  local records, answers = load_records(k, ids), {}
  for i, job in ipairs(ids) do
    local record, attempt = records[job], tonumber(args[3 + (i - 1) * 2])
    if not record then answers[i] = 'absent'
    elseif record[ATTEMPT] == attempt then answers[i] = record[STATE]
    else answers[i] = record[ATTEMPT] < attempt and 'older' or 'newer' end
  end
  return answers
end)

local function describe(job, record, now)
  return { job, record[ATTEMPT], record[STATE], record[KIND], record[CLASS], record[TENANT], record[RUN],
    record[WORKER], now - record[SINCE] }
end

-- list(epoch, cursor, count) -> [next cursor, [[job, attempt, state, kind, class, tenant, run, worker, ms in this state]...]]
-- HSCAN: every job held throughout is seen at least once, a page may be larger or smaller than asked.
define('je_list', { 'no-writes' }, is_open, function(k, args, now)
  local count = integer(args[3], 1)
  if not args[2] or not count then return bad('cursor, count') end
  local page = call('HSCAN', k.jobs, args[2], 'COUNT', math.min(count, MAX_ITEMS))
  local held = {}
  for i = 1, #page[2], 2 do held[#held + 1] = describe(page[2][i], cmsgpack.unpack(page[2][i + 1]), now) end
  return { page[1], held }
end)

-- run(epoch, run, cursor, count) -> [next cursor, [[...as list, progress]...]]: open jobs of a run
define('je_run', { 'no-writes' }, is_open, function(k, args, now)
  local run, cursor, count = args[2] or '', args[3], integer(args[4], 1)
  if not is_id(run) or not cursor or not count then return bad('run, cursor, count') end
  count = math.min(count, MAX_ITEMS)
  local from = cursor == '' and ('[' .. run .. '\0') or ('(' .. run .. '\0' .. cursor)
  local members = call('ZRANGE', k.runs, from, '(' .. run .. '\1', 'BYLEX', 'LIMIT', 0, count)
  if #members == 0 then return { '', {} } end
  local ids = {}
  for i, member in ipairs(members) do ids[i] = string.sub(member, #run + 2) end
  local records, progress, held = load_records(k, ids), call('HMGET', k.progress, unpack(ids)), {}
  for i, job in ipairs(ids) do
    if records[job] then
      local row = describe(job, records[job], now)
      row[#row + 1] = progress[i] or ''
      held[#held + 1] = row
    end
  end
  return { #ids == count and ids[#ids] or '', held }
end)

-- drop(epoch, [job, attempt]...) -> number of ghosts removed
define('je_drop', { 'allow-oom' }, is_open, function(k, args)
  local ids = items_of(args, 2, 2)
  if not ids then return bad('2 arguments a job, at most 1,000 jobs') end
  local records, dropped = load_records(k, ids), 0
  for i, job in ipairs(ids) do
    local record = records[job]
    if record and record[ATTEMPT] == tonumber(args[3 + (i - 1) * 2]) then
      forget(k, job, record)
      records[job] = nil
      dropped = dropped + 1
    end
  end
  return dropped
end)

-- stats(epoch) -> [delayed, leased, idle workers, workers alive, results pending, oldest wait ms,
--                  [[class, kind, depth, oldest wait ms]...]]
define('je_stats', { 'no-writes' }, is_open, function(k, _, now)
  local cfg, lanes, oldest = config_of(k), {}, 0
  for _, kind in ipairs(call('SMEMBERS', k.kinds)) do
    for _, class in ipairs(CLASSES) do
      local key = k.ready .. class .. ':' .. kind
      local depth = call('ZCARD', key)
      if depth > 0 then
        local head = call('ZRANGE', key, 0, 0)[1]
        local record = load_records(k, { head })[head]
        local waited = record and now - record[SINCE] or 0
        oldest = math.max(oldest, waited)
        lanes[#lanes + 1] = { class, kind, depth, waited }
      end
    end
  end
  return { call('ZCARD', k.delayed), call('ZCARD', k.leases), call('ZCARD', k.idle),
    call('ZCOUNT', k.workers, now - cfg.lease, '+inf'), call('XLEN', k.results), oldest, lanes }
end)

-- drain(epoch, 1 | 0, worker...) -> number of workers changed: tells workers to finish and leave
define('je_drain', { 'allow-oom' }, is_open, function(k, args)
  if (args[2] ~= '1' and args[2] ~= '0') or #args < 3 or #args > MAX_ITEMS then return bad('1 or 0, then workers') end
  local workers = {}
  for i = 3, #args do workers[#workers + 1] = args[i] end
  return call(args[2] == '1' and 'SADD' or 'SREM', k.draining, unpack(workers))
end)

--------------------------------------------------------------------------------- server: life of a queue

local function ensure_group(k)
  local made = redis.pcall('XGROUP', 'CREATE', k.results, GROUP, '0', 'MKSTREAM')
  if type(made) == 'table' and made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then return made end
  return nil
end

-- open(epoch, field, value...) -> [protocol, 1 when this call opened it]
-- Opens a closed queue empty, in a new epoch; on an open queue of the same epoch only the settings change.
-- The result stream stays: what it holds was settled before and is still to be read.
define('je_open', { 'allow-oom' }, is_any, function(k, args)
  local epoch, current = args[1], call('GET', k.epoch)
  if #args % 2 ~= 1 then return bad('epoch, then fields and values') end
  for i = 2, #args, 2 do
    if not DEFAULTS[args[i]] or not integer(args[i + 1], 1) then return bad('setting ' .. args[i]) end
  end
  if current and current ~= epoch then return redis.error_reply('ALREADY_OPEN in another epoch: close it first') end
  if not current then
    for _, kind in ipairs(call('SMEMBERS', k.kinds)) do
      call('UNLINK', k.idle .. ':' .. kind)
      for _, class in ipairs(CLASSES) do call('UNLINK', k.ready .. class .. ':' .. kind) end
    end
    call('UNLINK', k.closing, k.config, k.counters, k.kinds, k.jobs, k.payloads, k.progress, k.runs,
      k.delayed, k.leases, k.turns, k.workers, k.draining, k.idle)
  end
  for i = 2, #args, 2 do call('HSET', k.config, args[i], args[i + 1]) end
  local failed = ensure_group(k)
  if failed then return failed end
  call('SET', k.epoch, epoch)
  return { PROTOCOL, current and 0 or 1 }
end)

-- close(epoch, force) -> the epoch that was open, or ''
-- Claims, beats and settles stop; acknowledgements go on under `epoch`, so that the stream can be drained.
-- With force = '1' another epoch (say of a restored image) is closed too.
define('je_close', { 'allow-oom' }, is_any, function(k, args)
  local epoch, current = args[1], call('GET', k.epoch)
  if current and current ~= epoch and args[2] ~= '1' then
    return redis.error_reply('WRONG_EPOCH the queue is open in another epoch')
  end
  local failed = ensure_group(k)
  if failed then return failed end
  call('DEL', k.epoch)
  call('SET', k.closing, epoch)
  return current or ''
end)
