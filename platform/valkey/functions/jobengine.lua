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
--   ready:<class>:<kind>:<tenant>  zset  job by seq: the lanes that claims take from
--   heads:<class>:<kind>  zset    tenant by the seq of its oldest ready job: which lanes are not empty
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
--   delayed         zset    job by the instant at which it becomes ready
--   leases          zset    job by the deadline of its lease
--   turns           hash    set of kinds -> position in the cycle of class floors
--   workers         zset    worker by the instant it was last heard
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
local SHARE, ESTIMATE = 15, 16
-- SINCE: the instant the state began (for a leased job: of its lease). STOP: '' | cancel | wall_clock, why a
-- leased job was told to stop, STOPPED: since when. WAITED: ms from ready to lease. SHARE: the share clock of
-- its worker when it was leased. ESTIMATE: the worker-time that its tenant was charged then.
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

--------------------------------------------------------------------------------- words and small parts

local function keys_of(prefix)
  return {
    prefix = prefix, epoch = prefix .. 'epoch', closing = prefix .. 'closing', config = prefix .. 'config',
    counters = prefix .. 'counters', kinds = prefix .. 'kinds', jobs = prefix .. 'jobs',
    payloads = prefix .. 'payloads', progress = prefix .. 'progress', runs = prefix .. 'runs',
    delayed = prefix .. 'delayed', leases = prefix .. 'leases', turns = prefix .. 'turns',
    heads = prefix .. 'heads:', turn = prefix .. 'turn:', virtual = prefix .. 'virtual:',
    present = prefix .. 'present', depth = prefix .. 'depth', cost = prefix .. 'cost',
    shares = prefix .. 'shares', leased = prefix .. 'leased', blocked = prefix .. 'blocked',
    weights = prefix .. 'weights', caps = prefix .. 'caps', pauses = prefix .. 'pauses',
    serves = prefix .. 'serves:',
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

-- Where a job waits: a road of (class, kind), on it a lane for each tenant. A kind has no colon in it.
local function road_of(record) return record[CLASS] .. ':' .. record[KIND] end
local function lane(k, road, tenant) return k.ready .. road .. ':' .. tenant end

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

------------------------------------------------------------------------------------------------ fairness
--
-- On a road tenants share by worker-time. Each has a virtual time, which advances by the milliseconds of
-- worker-time that its jobs take over its weight; the least goes next (start-time fair queuing: P. Goyal,
-- H. Vin, H. Cheng, 1996). The duration of a job is not known when it is given, so its tenant is charged an
-- estimate then and the difference when the lease ends. Worker-time is measured here and by this clock alone:
-- a worker with n jobs in hand spends 1/n of its time on each. What a worker says of durations is not used.
--
-- A tenant that comes back starts at the least virtual time of those that wait, so idling saves nothing up;
-- where nobody waits, at the present of the road: the virtual time of the tenant that was served last.

local function present_of(k, road) return tonumber(call('HGET', k.present, road) or 0) end

local function virtual_of(k, road, tenant)
  return tonumber(call('ZSCORE', k.turn .. road, tenant) or call('ZSCORE', k.virtual .. road, tenant)
    or present_of(k, road))
end

-- A tenant with ready jobs on a road gets its turn there, unless it is blocked.
local function take_turn(k, road, tenant)
  if call('ZSCORE', k.turn .. road, tenant) or call('SISMEMBER', k.blocked, tenant) == 1 then return end
  local least = call('ZRANGE', k.turn .. road, 0, 0, 'WITHSCORES')
  local start = tonumber(least[2] or present_of(k, road))
  call('ZADD', k.turn .. road, math.max(start, tonumber(call('ZSCORE', k.virtual .. road, tenant) or 0)), tenant)
end

-- A tenant without a turn keeps its virtual time.
local function leave_turn(k, road, tenant)
  local time = call('ZSCORE', k.turn .. road, tenant)
  if not time then return end
  call('ZADD', k.virtual .. road, time, tenant)
  call('ZREM', k.turn .. road, tenant)
end

local function charge(k, road, tenant, ms)
  local weight = tonumber(call('HGET', k.weights, tenant) or 1)
  local time = virtual_of(k, road, tenant) + ms / weight
  call('ZADD', k.virtual .. road, time, tenant)
  call('ZADD', k.turn .. road, 'XX', time, tenant)
end

-- The share clock of a worker: it advances by 1/n of real time while the worker holds n jobs. A job's
-- worker-time is what the clock advanced while the job was held.
local function share_of(k, worker, now)
  local held, clock_ms, at = string.match(call('HGET', k.shares, worker) or '', '^(%d+) ([%d.e+-]+) (%d+)$')
  held = tonumber(held or 0)
  if held == 0 then return 0, 0 end
  return held, tonumber(clock_ms) + (now - tonumber(at)) / held
end

local function set_share(k, worker, held, clock_ms, now)
  if held <= 0 then call('HDEL', k.shares, worker)
  else call('HSET', k.shares, worker, string.format('%d %.3f %d', held, clock_ms, now)) end
end

-- Every road that may hold jobs of a tenant.
local function roads(k)
  local list = {}
  for _, kind in ipairs(call('SMEMBERS', k.kinds)) do
    for _, class in ipairs(CLASSES) do list[#list + 1] = class .. ':' .. kind end
  end
  return list
end

local function is_at_cap(k, tenant)
  local cap = call('HGET', k.caps, tenant)
  return cap and tonumber(call('HGET', k.leased, tenant) or 0) >= tonumber(cap)
end

-- Blocks or unblocks a tenant as its pause and its cap demand. Its jobs stay in their lanes meanwhile, and
-- cost nobody anything: a blocked tenant has no turn on any road. Answers the ready jobs by kind that were
-- set free.
local function review_tenant(k, tenant)
  local is_blocked = call('HEXISTS', k.pauses, 'tenant:' .. tenant) == 1 or is_at_cap(k, tenant)
  local freed = {}
  if is_blocked then
    if call('SADD', k.blocked, tenant) == 1 then
      for _, road in ipairs(roads(k)) do leave_turn(k, road, tenant) end
    end
  elseif call('SREM', k.blocked, tenant) == 1 then
    for _, road in ipairs(roads(k)) do
      if call('ZSCORE', k.heads .. road, tenant) then
        take_turn(k, road, tenant)
        local kind = string.match(road, ':(.+)$')
        freed[kind] = (freed[kind] or 0) + call('ZCARD', lane(k, road, tenant))
      end
    end
  end
  return freed
end

------------------------------------------------------------------------------- writes that are collected

local function new_writes()
  return { sets = {}, members = {}, fields = {}, scores = {}, lanes = {}, ended = {} }
end

local function lane_writes(writes, record)
  local road = road_of(record)
  local name = road .. ':' .. record[TENANT]
  local found = writes.lanes[name]
  if not found then
    found = { road = road, tenant = record[TENANT], enter = {}, quit = {} }
    writes.lanes[name] = found
  end
  return found
end

local function enter_lane(writes, record, job)
  local enter = lane_writes(writes, record).enter
  enter[#enter + 1] = record[SEQ]
  enter[#enter + 1] = job
end

local function quit_lane(writes, record, job)
  local quit = lane_writes(writes, record).quit
  quit[#quit + 1] = job
end

local function commit_lanes(k, lanes)
  local depths, heads, empty = {}, {}, {}
  for name, change in pairs(lanes) do
    local key, road, tenant, delta = k.ready .. name, change.road, change.tenant, 0
    if #change.quit > 0 then delta = delta - call('ZREM', key, unpack(change.quit)) end
    if #change.enter > 0 then delta = delta + call('ZADD', key, unpack(change.enter)) end
    depths[road] = (depths[road] or 0) + delta
    local head = call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if head[2] then
      append(heads, k.heads .. road, head[2], tenant)
      if #change.enter > 0 then take_turn(k, road, tenant) end
    else
      append(empty, road, tenant)
    end
  end
  for road, delta in pairs(depths) do
    if delta ~= 0 then call('HINCRBY', k.depth, road, delta) end
  end
  flush(heads, zadd)
  for road, tenants in pairs(empty) do
    for _, tenant in ipairs(tenants) do leave_turn(k, road, tenant) end
    zrem(k.heads .. road, tenants)
  end
end

-- Books the end of leases: worker-time, tenants' counts, experience. Answers the ready jobs by kind that
-- became free because their tenant is below its cap again.
local function commit_ended(k, ended, now)
  local freed = {}
  if #ended == 0 then return freed end
  local workers, charges, tenants, costs = {}, {}, {}, {}
  for _, record in ipairs(ended) do
    local worker, tenant, road = record[WORKER], record[TENANT], road_of(record)
    if not workers[worker] then
      local held, share = share_of(k, worker, now)
      workers[worker] = { held = held, share = share }
    end
    local spent = math.max(0, workers[worker].share - (record[SHARE] or 0))
    workers[worker].held = workers[worker].held - 1
    tenants[tenant] = (tenants[tenant] or 0) + 1
    local by_road = charges[road] or {}
    charges[road] = by_road
    by_road[tenant] = (by_road[tenant] or 0) + spent - (record[ESTIMATE] or 0)
    -- Experience follows with weight 1/8, so that a change of habit is learnt within some jobs.
    for _, field in ipairs({ record[KIND], record[KIND] .. ':' .. tenant }) do
      local known = costs[field] or tonumber(call('HGET', k.cost, field) or spent)
      costs[field] = known + (spent - known) / 8
    end
  end
  for field, ms in pairs(costs) do call('HSET', k.cost, field, string.format('%.3f', ms)) end
  for worker, state in pairs(workers) do set_share(k, worker, state.held, state.share, now) end
  for road, by_tenant in pairs(charges) do
    for tenant, ms in pairs(by_tenant) do charge(k, road, tenant, ms) end
  end
  for tenant, count in pairs(tenants) do
    if call('HINCRBY', k.leased, tenant, -count) <= 0 then call('HDEL', k.leased, tenant) end
    if call('SISMEMBER', k.blocked, tenant) == 1 then
      for kind, jobs in pairs(review_tenant(k, tenant)) do freed[kind] = (freed[kind] or 0) + jobs end
    end
  end
  return freed
end

-- Does everything that was collected. Answers the ready jobs by kind that ended leases set free.
local function commit(k, writes, now)
  flush(writes.sets, hset)
  flush(writes.members, zrem)
  flush(writes.fields, hdel)
  flush(writes.scores, zadd)
  commit_lanes(k, writes.lanes)
  return commit_ended(k, writes.ended, now)
end

local function end_lease(k, writes, job, record)
  append(writes.members, k.leases, job)
  append(writes.fields, k.progress, job)
  writes.ended[#writes.ended + 1] = { [KIND] = record[KIND], [CLASS] = record[CLASS], [TENANT] = record[TENANT],
    [WORKER] = record[WORKER], [SHARE] = record[SHARE], [ESTIMATE] = record[ESTIMATE] }
end

-- Takes a job out of everything.
local function forget(k, writes, job, record)
  local state = record[STATE]
  if state == READY then quit_lane(writes, record, job)
  elseif state == DELAYED then append(writes.members, k.delayed, job)
  elseif state == LEASED then end_lease(k, writes, job, record) end
  append(writes.members, k.runs, run_member(record, job))
  append(writes.fields, k.jobs, job)
  append(writes.fields, k.payloads, job)
end

-- A leased job is over: its record stays as `settled` until the result is acknowledged, so that a repeated
-- enqueue of the same attempt stays a no-op.
local function close_job(k, job, record, now, writes)
  end_lease(k, writes, job, record)
  record[STATE], record[SINCE] = SETTLED, now
  append(writes.sets, k.jobs, job, cmsgpack.pack(record))
  append(writes.members, k.runs, run_member(record, job))
  append(writes.fields, k.payloads, job)
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
        commit(k, writes, now)
        writes = new_writes()
        forget(k, writes, job, old)
        commit(k, writes, now)
        writes = new_writes()
      end
      local record = { attempt, delay > 0 and DELAYED or READY, kind, class, tenant, run, wall, seq + i, now, 0, '', '', 0, 0 }
      records[job] = record
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      append(writes.sets, k.payloads, job, payload)
      append(writes.scores, k.runs, 0, run_member(record, job))
      if delay > 0 then
        append(writes.scores, k.delayed, now + delay, job)
      else
        enter_lane(writes, record, job)
        wanted[kind] = (wanted[kind] or 0) + 1
      end
      kinds[kind] = true
      answers[i] = 'queued'
    end
  end
  -- A kind is known before it has a lane: whoever drops lanes finds them by the kinds.
  for kind in pairs(kinds) do call('SADD', k.kinds, kind) end
  commit(k, writes, now)
  wake_all(k, wanted, now, config_of(k).lease)
  return answers
end)

-------------------------------------------------------------------------------------------- worker: claim

-- A binary heap of tenants by virtual time; equal ones in the order of their names.
local function goes_before(a, b) return a.time < b.time or (a.time == b.time and a.tenant < b.tenant) end

local function sift_down(heap, at)
  while true do
    local least, left = at, at * 2
    if left <= #heap and goes_before(heap[left], heap[least]) then least = left end
    if left < #heap and goes_before(heap[left + 1], heap[least]) then least = left + 1 end
    if least == at then return end
    heap[at], heap[least] = heap[least], heap[at]
    at = least
  end
end

local function pop_root(heap)
  heap[1] = heap[#heap]
  heap[#heap] = nil
  sift_down(heap, 1)
end

-- The tenants of a road that may go next, as many as there are slots: each has a job at least. What is taken
-- here is only noted; the commit of the claim takes it out of the lanes. `rooms` has, by tenant, how many jobs
-- it may still be given in this claim; it is shared by all roads.
local function open_road(k, class, kind, count, rooms)
  local road = class .. ':' .. kind
  local got = call('ZRANGE', k.turn .. road, 0, count - 1, 'WITHSCORES')
  local heap, names, fields = {}, {}, { kind }
  for i = 1, #got, 2 do
    names[#names + 1] = got[i]
    fields[#fields + 1] = kind .. ':' .. got[i]
  end
  if #names == 0 then return nil end
  local weights, caps, leased = call('HMGET', k.weights, unpack(names)), call('HMGET', k.caps, unpack(names)),
    call('HMGET', k.leased, unpack(names))
  local costs = call('HMGET', k.cost, unpack(fields))
  for i, tenant in ipairs(names) do
    if not rooms[tenant] then
      rooms[tenant] = caps[i] and tonumber(caps[i]) - tonumber(leased[i] or 0) or math.huge
    end
    heap[i] = {
      tenant = tenant, time = tonumber(got[i * 2]), weight = tonumber(weights[i] or 1),
      estimate = tonumber(costs[i + 1] or costs[1] or UNKNOWN_COST_MS),
      -- Jobs are read as they are needed: an equal part of the claim at first, then twice as many each time.
      lane = lane(k, road, tenant), jobs = {}, taken = 0, reads = math.ceil(count / #names),
    }
  end
  return { road = road, heap = heap, rooms = rooms, present = nil, served = {} }
end

-- The next job of a road, or nil. Charges the estimate.
local function next_of(source)
  local heap = source.heap
  while #heap > 0 do
    local tenant = heap[1]
    if tenant.taken == #tenant.jobs then
      local more = call('ZRANGE', tenant.lane, tenant.taken, tenant.taken + tenant.reads - 1)
      for i = 1, #more do tenant.jobs[tenant.taken + i] = more[i] end
      tenant.reads = tenant.reads * 2
    end
    local job = source.rooms[tenant.tenant] > 0 and tenant.jobs[tenant.taken + 1] or nil
    if job then
      tenant.taken = tenant.taken + 1
      source.rooms[tenant.tenant] = source.rooms[tenant.tenant] - 1
      source.present = source.present or tenant.time
      tenant.time = tenant.time + tenant.estimate / tenant.weight
      source.served[tenant.tenant] = tenant
      sift_down(heap, 1)
      return job, tenant.estimate
    end
    pop_root(heap)
  end
  return nil
end

-- Takes up to `needed` of a claim's `free` jobs: classes by the cycle of floors, walked from where the workers of this set of kinds
-- left it (a floor shared with workers of other kinds could be spent by them alone), kinds in turn, tenants
-- by virtual time. Answers the ids with their estimates, and the roads that were used.
local function select_jobs(k, kinds, needed, free, rooms)
  local field, sources, used = table.concat(kinds, ','), {}, {}
  local turn = tonumber(call('HGET', k.turns, field) or 0)
  local is_empty = {}
  for c = 1, #CLASSES do
    sources[c] = {}
    is_empty[c] = true
    for i, kind in ipairs(kinds) do
      if call('ZCARD', k.turn .. CLASSES[c] .. ':' .. kind) > 0 then
        is_empty[c] = false
      else
        sources[c][i] = false
      end
    end
  end

  local function from_class(c, at)
    for i = 0, #kinds - 1 do
      local place = (at + i) % #kinds + 1
      if sources[c][place] == nil then
        local source = open_road(k, CLASSES[c], kinds[place], free, rooms)
        sources[c][place] = source or false
        if source then used[#used + 1] = source end
      end
      if sources[c][place] then
        local job, estimate = next_of(sources[c][place])
        if job then return job, estimate end
        sources[c][place] = false
      end
    end
    is_empty[c] = true
    return nil
  end

  local ids, estimates = {}, {}
  while #ids < needed do
    local at = turn + #ids
    local job, estimate
    local class = CYCLE[at % #CYCLE + 1]
    if not is_empty[class] then job, estimate = from_class(class, at) end
    for c = 1, #CLASSES do
      if not job and not is_empty[c] then job, estimate = from_class(c, at) end
    end
    if not job then break end
    ids[#ids + 1] = job
    estimates[#estimates + 1] = estimate
  end
  if #ids > 0 then call('HINCRBY', k.turns, field, #ids) end
  return ids, estimates, used
end

-- Writes down what a selection used up of its roads: virtual times, and the present.
local function book_turns(k, used)
  for _, source in ipairs(used) do
    if next(source.served) then
      local times = {}
      for name, tenant in pairs(source.served) do
        times[#times + 1] = tenant.time
        times[#times + 1] = name
      end
      call('ZADD', k.virtual .. source.road, unpack(times))
      call('ZADD', k.turn .. source.road, 'XX', unpack(times))
      if source.present > present_of(k, source.road) then
        call('HSET', k.present, source.road, string.format('%.6f', source.present))
      end
    end
  end
end

local function go_idle(k, worker, kinds, now)
  call('ZADD', k.idle, now, worker)
  for _, kind in ipairs(kinds) do call('ZADD', k.idle .. ':' .. kind, now, worker) end
end

-- The kinds of a worker that are not paused; none when the queue is.
local function claimable_kinds(k, kinds)
  if call('HEXISTS', k.pauses, 'queue') == 1 then return {} end
  local open = {}
  for _, kind in ipairs(kinds) do
    if call('HEXISTS', k.pauses, 'kind:' .. kind) == 0 then open[#open + 1] = kind end
  end
  return open
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
  for _, kind in ipairs(kinds) do
    call('SADD', k.kinds, kind)
    call('SADD', k.serves .. kind, worker)
  end
  if call('SISMEMBER', k.draining, worker) == 1 then
    call('ZREM', k.idle, worker)
    return { 'drain', 0, cfg.lease, cfg.beat, {} }
  end
  if call('XLEN', k.results) >= cfg.high_water then
    go_idle(k, worker, kinds, now)
    return { 'busy', 1000, cfg.lease, cfg.beat, {} }
  end

  -- A round gives fewer than selected only when it met cancelled jobs. Five rounds bound the call; a worker
  -- told to come back at once goes on with the rest.
  local open, given, is_cancelled, rounds, selected = claimable_kinds(k, kinds), {}, tombstones(k), 0, 0
  local held, share = share_of(k, worker, now)
  local counts, rooms = {}, {}
  while #given < free and rounds < 5 do
    local ids, estimates, used = {}, {}, {}
    if #open > 0 then ids, estimates, used = select_jobs(k, open, free - #given, free, rooms) end
    selected = #ids
    if selected == 0 then break end
    rounds = rounds + 1
    local writes = new_writes()
    local records, payloads = load_records(k, ids), call('HMGET', k.payloads, unpack(ids))
    local lease = call('HINCRBY', k.counters, 'lease', #ids) - #ids
    for i, job in ipairs(ids) do
      local record = records[job]
      if record then quit_lane(writes, record, job) end
      if record and is_cancelled(record[RUN]) then
        -- Cancelled while it waited: kept for the cancel call to report, never given.
        record[STATE], record[SINCE] = CANCELLED, now
        rooms[record[TENANT]] = rooms[record[TENANT]] + 1
        append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      elseif record then
        record[WAITED] = now - record[SINCE]
        record[STATE], record[SINCE], record[LEASE], record[WORKER] = LEASED, now, lease + i, worker
        record[SHARE], record[ESTIMATE] = share, estimates[i]
        append(writes.sets, k.jobs, job, cmsgpack.pack(record))
        append(writes.scores, k.leases, now + cfg.lease, job)
        counts[record[TENANT]] = (counts[record[TENANT]] or 0) + 1
        given[#given + 1] = { job, record[ATTEMPT], lease + i, record[KIND], record[CLASS], record[TENANT],
          record[RUN], record[WALL], payloads[i] or '' }
      end
    end
    book_turns(k, used)
    commit(k, writes, now)
  end
  if #given > 0 then
    set_share(k, worker, held + #given, share, now)
    for tenant, count in pairs(counts) do
      call('HINCRBY', k.leased, tenant, count)
      if rooms[tenant] < math.huge then review_tenant(k, tenant) end
    end
  end
  if #given < free then go_idle(k, worker, kinds, now) else call('ZREM', k.idle, worker) end
  return { 'ok', (#given < free and selected ~= 0) and 1 or 0, cfg.lease, cfg.beat, given }
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
  commit(k, writes, now)
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
  wake_all(k, commit(k, writes, now), now, config_of(k).lease)
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
      end_lease(k, writes, job, record)
      record[STATE], record[SINCE], record[LEASE], record[WORKER] = READY, now, 0, ''
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      enter_lane(writes, record, job)
      wanted[record[KIND]] = (wanted[record[KIND]] or 0) + 1
      answers[i] = 'released'
    end
  end
  for kind, jobs in pairs(commit(k, writes, now)) do wanted[kind] = (wanted[kind] or 0) + jobs end
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
local function cancel_one(k, writes, job, record, now)
  if record[STATE] == LEASED then
    if record[STOP] == '' then
      record[STOP], record[STOPPED] = 'cancel', now
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
    end
    return 'flagged'
  elseif record[STATE] ~= SETTLED then
    forget(k, writes, job, record)
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
  local records, removed, flagged, writes = load_records(k, ids), {}, {}, new_writes()
  for _, job in ipairs(ids) do
    local record = records[job]
    local done = record and cancel_one(k, writes, job, record, now)
    if done then
      records[job] = nil
      local list = done == 'removed' and removed or flagged
      list[#list + 1] = { job, record[ATTEMPT] }
    end
  end
  commit(k, writes, now)
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
      enter_lane(writes, record, job)
    end
  end
  commit(k, writes, now)
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
  wake_all(k, commit(k, writes, now), now, config_of(k).lease)
  return #ids
end

-- Kinds with work waiting and idle workers: their wake was lost, or went to a worker that died.
local function wake_missed(k, now, cfg)
  if call('XLEN', k.results) >= cfg.high_water then return 0 end
  local woken = 0
  for _, kind in ipairs(claimable_kinds(k, call('SMEMBERS', k.kinds))) do
    if call('ZCARD', k.idle .. ':' .. kind) > 0 then
      local waiting = 0
      for _, class in ipairs(CLASSES) do
        local road = class .. ':' .. kind
        if call('ZCARD', k.turn .. road) > 0 then
          waiting = waiting + tonumber(call('HGET', k.depth, road) or 0)
        end
      end
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
  for _, kind in ipairs(call('SMEMBERS', k.kinds)) do call('SREM', k.serves .. kind, unpack(gone)) end
end

-- A tenant behind the present starts there when it comes back: nothing needs to be known of it.
local function forget_past(k)
  for _, road in ipairs(roads(k)) do
    call('ZREMRANGEBYSCORE', k.virtual .. road, '-inf', '(' .. string.format('%.6f', present_of(k, road)))
  end
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
  forget_past(k)
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
define('je_drop', { 'allow-oom' }, is_open, function(k, args, now)
  local ids = items_of(args, 2, 2)
  if not ids then return bad('2 arguments a job, at most 1,000 jobs') end
  local records, dropped, writes = load_records(k, ids), 0, new_writes()
  for i, job in ipairs(ids) do
    local record = records[job]
    if record and record[ATTEMPT] == tonumber(args[3 + (i - 1) * 2]) then
      forget(k, writes, job, record)
      records[job] = nil
      dropped = dropped + 1
    end
  end
  wake_all(k, commit(k, writes, now), now, config_of(k).lease)
  return dropped
end)

-- stats(epoch) -> [delayed, leased, idle workers, workers alive, results pending, oldest wait ms,
--                  [[class, kind, depth, oldest wait ms]...]]
define('je_stats', { 'no-writes' }, is_open, function(k, _, now)
  local cfg, lanes, oldest = config_of(k), {}, 0
  for _, kind in ipairs(call('SMEMBERS', k.kinds)) do
    for _, class in ipairs(CLASSES) do
      local road = class .. ':' .. kind
      local depth = tonumber(call('HGET', k.depth, road) or 0)
      if depth > 0 then
        local tenant = call('ZRANGE', k.heads .. road, 0, 0)[1]
        local head = tenant and call('ZRANGE', lane(k, road, tenant), 0, 0)[1]
        local record = head and load_records(k, { head })[head]
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

------------------------------------------------------------------------------- server: operators' settings
--
-- These take any epoch: they are sent before a queue opens, too, and outlive its epochs. All may be repeated.

-- limit(epoch, [tenant, weight, cap]...) -> number of tenants
-- The weight of a tenant (1 to 1,000) and the most jobs that workers may hold of it at once; cap 0: no cap.
define('je_limit', { 'allow-oom' }, is_any, function(k, args, now)
  local ids = items_of(args, 2, 3)
  if not ids then return bad('3 arguments a tenant, at most 1,000 tenants') end
  for i, tenant in ipairs(ids) do
    local weight, cap = integer(args[i * 3], 1), integer(args[i * 3 + 1], 0)
    if not is_id(tenant) or not weight or weight > 1000 or not cap then return bad('tenant, weight 1 to 1,000, cap') end
  end
  local freed = {}
  for i, tenant in ipairs(ids) do
    local weight, cap = tonumber(args[i * 3]), tonumber(args[i * 3 + 1])
    if weight == 1 then call('HDEL', k.weights, tenant) else call('HSET', k.weights, tenant, weight) end
    if cap == 0 then call('HDEL', k.caps, tenant) else call('HSET', k.caps, tenant, cap) end
    for kind, jobs in pairs(review_tenant(k, tenant)) do freed[kind] = (freed[kind] or 0) + jobs end
  end
  wake_all(k, freed, now, config_of(k).lease)
  return #ids
end)

-- pause(epoch, [what, reason]...) -> number of pauses; what: queue | kind:<kind> | tenant:<tenant>
-- Nothing of it is claimed until it is resumed, which is a pause with an empty reason. What is leased goes on.
define('je_pause', { 'allow-oom' }, is_any, function(k, args, now)
  local ids = items_of(args, 2, 2)
  if not ids then return bad('2 arguments a pause, at most 1,000 pauses') end
  for i, what in ipairs(ids) do
    local kind, tenant = string.match(what, '^kind:(.*)$'), string.match(what, '^tenant:(.*)$')
    if not (what == 'queue' or (kind and is_kind(kind)) or (tenant and is_id(tenant))) or #args[i * 2 + 1] > MAX_REASON_BYTES then
      return bad('queue, kind:<kind> or tenant:<tenant>, then a reason of at most 512 bytes')
    end
  end
  local cfg, freed = config_of(k), {}
  for i, what in ipairs(ids) do
    local reason = args[i * 2 + 1]
    if reason == '' then call('HDEL', k.pauses, what) else call('HSET', k.pauses, what, reason) end
    local tenant = string.match(what, '^tenant:(.*)$')
    if tenant then
      for kind, jobs in pairs(review_tenant(k, tenant)) do freed[kind] = (freed[kind] or 0) + jobs end
    end
  end
  wake_all(k, freed, now, cfg.lease)
  wake_missed(k, now, cfg)
  return #ids
end)

-- tenants(epoch, class, kind, count) -> [[tenant, ready, leased, weight, cap, virtual time, blocked]...]
-- The tenants with ready jobs on a road, the longest waiting first; virtual time in ms from the present.
define('je_tenants', { 'no-writes' }, is_open, function(k, args)
  local class, kind, count = args[2] or '', args[3] or '', integer(args[4], 1)
  if not RANK[class] or not is_kind(kind) or not count then return bad('class, kind, count') end
  local road, rows = class .. ':' .. kind, {}
  local present = present_of(k, road)
  for _, tenant in ipairs(call('ZRANGE', k.heads .. road, 0, math.min(count, MAX_ITEMS) - 1)) do
    rows[#rows + 1] = { tenant, call('ZCARD', lane(k, road, tenant)), tonumber(call('HGET', k.leased, tenant) or 0),
      tonumber(call('HGET', k.weights, tenant) or 1), tonumber(call('HGET', k.caps, tenant) or 0),
      math.floor(virtual_of(k, road, tenant) - present), call('SISMEMBER', k.blocked, tenant) }
  end
  return rows
end)

-- why(epoch, job) -> [] when the queue does not hold it, else
--   [attempt, state, ms in this state, class, kind, tenant, worker, stop,
--    jobs before it in its lane, tenants before its tenant (-1: no turn), ready jobs on its road,
--    ms until it is ready (-1: not delayed), workers alive of its kind, jobs leased of its tenant, cap of it,
--    pause of the queue, of the kind, of the tenant (reasons, or ''), results pending, high water]
define('je_why', { 'no-writes' }, is_open, function(k, args, now)
  local job = args[2] or ''
  if not is_id(job) then return bad('job') end
  local record = load_records(k, { job })[job]
  if not record then return {} end
  local cfg, road, tenant, alive = config_of(k), road_of(record), record[TENANT], 0
  for _, worker in ipairs(call('SMEMBERS', k.serves .. record[KIND])) do
    local heard = call('ZSCORE', k.workers, worker)
    if heard and tonumber(heard) >= now - cfg.lease then alive = alive + 1 end
  end
  local due = call('ZSCORE', k.delayed, job)
  local function pause(what) return call('HGET', k.pauses, what) or '' end
  return { record[ATTEMPT], record[STATE], now - record[SINCE], record[CLASS], record[KIND], tenant,
    record[WORKER], record[STOP],
    tonumber(call('ZRANK', lane(k, road, tenant), job) or 0), tonumber(call('ZRANK', k.turn .. road, tenant) or -1),
    tonumber(call('HGET', k.depth, road) or 0), due and math.max(0, tonumber(due) - now) or -1, alive,
    tonumber(call('HGET', k.leased, tenant) or 0), tonumber(call('HGET', k.caps, tenant) or 0),
    pause('queue'), pause('kind:' .. record[KIND]), pause('tenant:' .. tenant),
    call('XLEN', k.results), cfg.high_water }
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
    for _, kind in ipairs(call('SMEMBERS', k.kinds)) do call('UNLINK', k.idle .. ':' .. kind, k.serves .. kind) end
    for _, road in ipairs(roads(k)) do
      for _, tenant in ipairs(call('ZRANGE', k.heads .. road, 0, -1)) do call('UNLINK', lane(k, road, tenant)) end
      call('UNLINK', k.heads .. road, k.turn .. road, k.virtual .. road)
    end
    call('UNLINK', k.closing, k.config, k.counters, k.kinds, k.jobs, k.payloads, k.progress, k.runs,
      k.delayed, k.leases, k.turns, k.workers, k.draining, k.idle, k.present, k.depth, k.shares, k.leased,
      k.blocked)
    -- Weights, caps and pauses are the operator's and outlive an epoch; experience is still true.
    for _, pause in ipairs(call('HKEYS', k.pauses)) do
      local tenant = string.match(pause, '^tenant:(.+)$')
      if tenant then call('SADD', k.blocked, tenant) end
    end
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
