-- Writes that are collected, so that many jobs cost few commands.

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
