-- Server: tick.

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

-- Workers that were silent for a lease are no longer idle, after ten leases they are forgotten, as are
-- those that said goodbye.
local function forget_workers(k, now, cfg)
  zrem(k.idle, call('ZRANGE', k.workers, 0, now - cfg.lease, 'BYSCORE', 'LIMIT', 0, MAX_ITEMS))
  local old = now - 10 * cfg.lease
  local gone = call('ZRANGE', k.workers, -old, old, 'BYSCORE', 'LIMIT', 0, 100)
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

-- Keys whose bucket has a token again, whose closure is over, or of which too few lanes were opened.
local function review_keys(k, now, cfg)
  local over = call('ZRANGE', k.key_closed, '-inf', now, 'BYSCORE', 'LIMIT', 0, MAX_REVIEWED)
  for _, key in ipairs(over) do end_closure(k, key) end
  local due, freed = call('ZRANGE', k.reviews, '-inf', now, 'BYSCORE', 'LIMIT', 0, MAX_REVIEWED), {}
  zrem(k.reviews, due)
  for _, key in ipairs(due) do open_lanes(k, key, MAX_OPENED, now, freed) end
  return wake_all(k, freed, now, cfg.lease)
end

-- A bucket that fills by the millisecond does not make ticks as frequent.
local MIN_REVIEW_MS = 10

local function next_due(k, now)
  local wait = 1000
  local review = call('ZRANGE', k.reviews, 0, 0, 'WITHSCORES')
  if review[2] then wait = math.min(wait, math.max(MIN_REVIEW_MS, tonumber(review[2]) - now)) end
  for _, key in ipairs({ k.delayed, k.leases }) do
    local head = call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if head[2] then wait = math.min(wait, math.max(0, tonumber(head[2]) - now)) end
  end
  return wait
end

-- Leases that were ever given and results that were ever added, at most every ten seconds, for the last minute.
local SAMPLE_MS, SAMPLES = 10000, 7

local function take_sample(k, now)
  local last = string.match(call('LINDEX', k.samples, 0) or '', '^%d+')
  if last and now - tonumber(last) < SAMPLE_MS then return end
  call('LPUSH', k.samples, now .. ' ' .. claimed_ever(k) .. ' ' .. ended_ever(k))
  call('LTRIM', k.samples, 0, SAMPLES - 1)
end

-- tick(epoch) -> [ms until it is due again, promoted, expired, woken]
define('je_tick', { 'allow-oom' }, is_open, function(k, _, now)
  local cfg = config_of(k)
  local promoted, expired = promote_due(k, now), expire_due(k, now)
  local woken = review_keys(k, now, cfg) + wake_missed(k, now, cfg)
  forget_workers(k, now, cfg)
  forget_past(k)
  take_sample(k, now)
  return { next_due(k, now), promoted, expired, woken }
end)
