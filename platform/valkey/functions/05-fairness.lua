-- Fairness between tenants.
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

-- A tenant with jobs in an open lane of a road gets its turn there, unless it is blocked.
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
      if call('ZSCORE', k.heads .. road, tenant) and has_open_lane(k, road, tenant) then
        take_turn(k, road, tenant)
        local kind = kind_of(road)
        freed[kind] = (freed[kind] or 0) + count_ready(k, road, tenant)
      end
    end
  end
  return freed
end
