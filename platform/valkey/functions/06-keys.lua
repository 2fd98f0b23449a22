-- Concurrency keys: what many jobs share that bears only so much, say a registry.
--
-- A key has room for as many jobs as its limits allow now: below its most leased jobs, as many as its bucket
-- has tokens (it fills at its rate up to its burst; a claim takes one for each job, a release gives it back),
-- and none while it is closed. A claim that meets a lane whose key has no room stalls the lane, whatever is in
-- it. When room comes, lanes are opened again: the classes in turn as their floors demand, on a road the tenant
-- with the least virtual time first. For each slot that a lease leaves one lane is opened; should its jobs not
-- be taken (their tenant is paused, no worker takes the kind), a tick opens more of them soon after.

-- What a road's turn moves by when a lane of it is opened: the inverse of the floors.
local STRIDES = { interactive = 20 / 13, event = 20 / 4, scheduled = 20 / 2, backfill = 20 / 1 }
local MAX_OPENED = 100
local MAX_STALLS = 100
local REVIEW_MS = 100
local MAX_REVIEWED = 100
local MAX_CLOSED_SECONDS = 86400
local MAX_RATE = 1000000

-- The limits of a key: most leased jobs, jobs a second, burst; 0: no such limit.
local function limits_of(k, key)
  local max, rate, burst = string.match(call('HGET', k.key_limits, key) or '', '^(%S+) (%S+) (%S+)$')
  return { max = tonumber(max or 0), rate = tonumber(rate or 0), burst = tonumber(burst or 0) }
end

local function tokens_of(k, key, limits, now)
  local tokens, at = string.match(call('HGET', k.key_tokens, key) or '', '^(%S+) (%S+)$')
  if not tokens then return limits.burst end
  return math.min(limits.burst, tonumber(tokens) + math.max(0, now - tonumber(at)) * limits.rate / 1000)
end

local function add_tokens(k, key, limits, count, now)
  if limits.rate == 0 then return end
  local tokens = math.min(limits.burst, tokens_of(k, key, limits, now) + count)
  call('HSET', k.key_tokens, key, string.format('%.6f %d', tokens, now))
end

-- How many jobs of a key may be given now. When that is none: also the instant at which it is worth looking
-- again, or nil where only the end of a lease can help.
local function room_of(k, key, now)
  local closed = tonumber(call('ZSCORE', k.key_closed, key) or 0)
  if closed > now then return 0, closed end
  local limits, room = limits_of(k, key), math.huge
  if limits.max > 0 then room = limits.max - tonumber(call('HGET', k.key_leased, key) or 0) end
  if room <= 0 then return 0, nil end
  if limits.rate > 0 then
    local tokens = tokens_of(k, key, limits, now) + 0.00001 -- what is kept of them is rounded
    if tokens < 1 then return 0, now + math.ceil((1 - tokens) * 1000 / limits.rate) end
    room = math.min(room, math.floor(tokens))
  end
  return room, nil
end

-- A key of which nothing is left need not be known.
local function forget_key(k, key)
  if call('HEXISTS', k.key_ready, key) == 0 and call('HEXISTS', k.key_leased, key) == 0
    and call('HEXISTS', k.key_limits, key) == 0 and not call('ZSCORE', k.key_closed, key) then
    call('ZREM', k.keys, key)
  end
end

-- Adds to a count by key.
local function count_key(k, counts, key, delta)
  if delta ~= 0 and call('HINCRBY', counts, key, delta) <= 0 then
    call('HDEL', counts, key)
    forget_key(k, key)
  end
end

local function review_key_at(k, key, at) call('ZADD', k.reviews, 'LT', at, key) end

-- Takes a lane out of the open ones. Not one that has become empty meanwhile: that is gone already.
local function stall_lane(k, road, tenant, key)
  if call('ZREM', k.open .. place_of(road, tenant), key) == 0 then return end
  local roads_waiting = k.stalled .. key
  call('ZADD', roads_waiting .. '|' .. road, virtual_of(k, road, tenant), tenant)
  local least = call('ZRANGE', roads_waiting, 0, 0, 'WITHSCORES')
  call('ZADD', roads_waiting, 'NX', least[2] or 0, road)
end

-- The lane that is opened next, as road and tenant, taken out of the stalled ones; nil when there is none, or
-- when this step only put the order right. A tenant that was charged since it stalled has its place anew.
local function next_stalled(k, key)
  local roads_waiting = k.stalled .. key
  local first = call('ZRANGE', roads_waiting, 0, 0, 'WITHSCORES')
  local road = first[1]
  if not road then return nil end
  local popped = call('ZPOPMIN', roads_waiting .. '|' .. road)
  local tenant = popped[1]
  if not tenant then
    call('ZREM', roads_waiting, road)
    return nil
  end
  local time = virtual_of(k, road, tenant)
  if time > tonumber(popped[2]) and time > present_of(k, road) then
    call('ZADD', roads_waiting .. '|' .. road, time, tenant)
    return nil
  end
  local stride = STRIDES[string.match(road, '^(.-):')]
  call('ZADD', roads_waiting, tonumber(first[2]) + stride, road)
  return road, tenant
end

-- Opens up to `count` stalled lanes of a key, as far as it has room. Adds to `freed` the jobs by kind that may
-- be claimed now.
local function open_lanes(k, key, count, now, freed)
  if call('EXISTS', k.stalled .. key) == 0 then return end
  local room, at = room_of(k, key, now)
  local left = math.min(count, room)
  for _ = 1, MAX_OPENED do
    if left <= 0 then break end
    local road, tenant = next_stalled(k, key)
    local seq = road and call('ZSCORE', k.lanes .. place_of(road, tenant), key)
    if seq then
      call('ZADD', k.open .. place_of(road, tenant), seq, key)
      -- A tenant that is blocked has no turn, so the slot is still to be had for another one.
      if call('SISMEMBER', k.blocked, tenant) == 0 then
        take_turn(k, road, tenant)
        local kind = kind_of(road)
        freed[kind] = (freed[kind] or 0) + math.min(room, call('ZCARD', lane(k, road, tenant, key)))
        left = left - 1
      end
    end
  end
  if room > 0 then at = now + REVIEW_MS end
  if at and call('EXISTS', k.stalled .. key) == 1 then review_key_at(k, key, at) end
end

-- Nothing of a key is given for a while: what it stands for asked for that by the outcome of a job.
local function close_key(k, key, job, ms, now)
  local closed = tonumber(call('ZSCORE', k.key_closed, key) or 0)
  if now + ms <= closed then return end
  call('ZADD', k.key_closed, now + ms, key)
  call('HSET', k.key_closers, key, job)
  call('ZADD', k.keys, 0, key)
end

local function end_closure(k, key)
  call('ZREM', k.key_closed, key)
  call('HDEL', k.key_closers, key)
  forget_key(k, key)
end

-- Books jobs that were given: leases and tokens by key.
local function book_keys(k, counts, now)
  for key, count in pairs(counts) do
    call('HINCRBY', k.key_leased, key, count)
    add_tokens(k, key, limits_of(k, key), -count, now)
  end
end
