-- Writes that are collected, so that many jobs cost few commands.

local function new_writes()
  return { sets = {}, members = {}, fields = {}, scores = {}, lanes = {}, stalls = {}, ended = {} }
end

local function lane_writes(writes, record)
  local road, tenant, key = road_of(record), record[TENANT], record[KEY]
  local name = place_of(road, tenant) .. '|' .. key
  local found = writes.lanes[name]
  if not found then
    found = { road = road, tenant = tenant, key = key, enter = {}, quit = {} }
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

-- Books what a change left of a keyed lane. A new one is open: whether its key has room a claim will see.
local function book_keyed_lane(k, change, delta)
  local road, tenant, key = change.road, change.tenant, change.key
  local place = place_of(road, tenant)
  local head = call('ZRANGE', lane(k, road, tenant, key), 0, 0, 'WITHSCORES')[2]
  if not head then
    call('ZREM', k.lanes .. place, key)
    if call('ZREM', k.open .. place, key) == 0 then call('ZREM', k.stalled .. key .. '|' .. road, tenant) end
  elseif call('ZADD', k.lanes .. place, head, key) == 1 then
    call('ZADD', k.open .. place, head, key)
    call('ZADD', k.keys, 0, key)
  else
    call('ZADD', k.open .. place, 'XX', head, key)
  end
  if delta ~= 0 and call('HINCRBY', k.keyed .. road, tenant, delta) <= 0 then call('HDEL', k.keyed .. road, tenant) end
  count_key(k, k.key_ready, key, delta)
end

-- What changes in lanes mean for the tenants of a road, by tenant: whether jobs came.
local function book_tenants(k, road, changed)
  local names, heads, gone = {}, {}, {}
  for tenant in pairs(changed) do names[#names + 1] = tenant end
  local keyed = call('HMGET', k.keyed .. road, unpack(names))
  for i, tenant in ipairs(names) do
    local head = call('ZRANGE', lane(k, road, tenant, ''), 0, 0, 'WITHSCORES')[2]
    local may_go = head ~= nil
    if keyed[i] then
      local other = call('ZRANGE', k.lanes .. place_of(road, tenant), 0, 0, 'WITHSCORES')[2]
      if other and not (head and tonumber(head) < tonumber(other)) then head = other end
      may_go = may_go or call('ZCARD', k.open .. place_of(road, tenant)) > 0
    end
    if head then
      heads[#heads + 1] = head
      heads[#heads + 1] = tenant
    else
      gone[#gone + 1] = tenant
    end
    if not may_go then leave_turn(k, road, tenant)
    elseif changed[tenant] then take_turn(k, road, tenant) end
  end
  zadd(k.heads .. road, heads)
  zrem(k.heads .. road, gone)
end

local function commit_lanes(k, lanes, stalls, now)
  local depths, changed = {}, {}
  local function change_of(road, tenant, has_come)
    local tenants = changed[road] or {}
    changed[road] = tenants
    tenants[tenant] = tenants[tenant] or has_come
  end
  for _, change in pairs(lanes) do
    local road, tenant, delta = change.road, change.tenant, 0
    local name = lane(k, road, tenant, change.key)
    if #change.quit > 0 then delta = delta - call('ZREM', name, unpack(change.quit)) end
    if #change.enter > 0 then delta = delta + call('ZADD', name, unpack(change.enter)) end
    if change.key ~= '' then book_keyed_lane(k, change, delta) end
    depths[road] = (depths[road] or 0) + delta
    change_of(road, tenant, #change.enter > 0)
  end
  local rooms = {}
  for _, stall in ipairs(stalls) do
    local key = stall.key
    if not rooms[key] then
      local room, at = room_of(k, key, now)
      rooms[key] = room
      if room == 0 and at then review_key_at(k, key, at) end
    end
    -- Jobs that a claim met and did not give may have left room after all.
    if rooms[key] == 0 then stall_lane(k, stall.road, stall.tenant, key) end
    change_of(stall.road, stall.tenant, false)
  end
  for road, delta in pairs(depths) do
    if delta ~= 0 then call('HINCRBY', k.depth, road, delta) end
  end
  for road, tenants in pairs(changed) do book_tenants(k, road, tenants) end
end

-- Books the end of leases: worker-time, experience, counts of tenants and keys. Answers the ready jobs by kind
-- that became free because their tenant is below its cap, or their key below its limit, again.
local function commit_ended(k, ended, now)
  local freed = {}
  if #ended == 0 then return freed end
  local workers, charges, tenants, costs, keys, returned = {}, {}, {}, {}, {}, {}
  for _, record in ipairs(ended) do
    local worker, tenant, road = record[WORKER], record[TENANT], road_of(record)
    if not workers[worker] then
      local held, share = share_of(k, worker, now)
      workers[worker] = { held = held, share = share }
    end
    local spent = math.max(0, workers[worker].share - (record[SHARE] or 0))
    workers[worker].held = workers[worker].held - 1
    tenants[tenant] = (tenants[tenant] or 0) + 1
    local key = record[KEY]
    if key ~= '' then
      keys[key] = (keys[key] or 0) + 1
      if record[STATE] == READY then returned[key] = (returned[key] or 0) + 1 end
    end
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
  for key, count in pairs(keys) do
    count_key(k, k.key_leased, key, -count)
    if returned[key] then add_tokens(k, key, limits_of(k, key), returned[key], now) end
    open_lanes(k, key, count, now, freed)
  end
  return freed
end

-- Does everything that was collected. Answers the ready jobs by kind that ended leases set free.
local function commit(k, writes, now)
  flush(writes.sets, hset)
  flush(writes.members, zrem)
  flush(writes.fields, hdel)
  flush(writes.scores, zadd)
  commit_lanes(k, writes.lanes, writes.stalls, now)
  return commit_ended(k, writes.ended, now)
end

-- `state`: what the job is from now on.
local function end_lease(k, writes, job, record, state)
  append(writes.members, k.leases, job)
  append(writes.fields, k.progress, job)
  writes.ended[#writes.ended + 1] = { [STATE] = state, [KIND] = record[KIND], [CLASS] = record[CLASS],
    [TENANT] = record[TENANT], [WORKER] = record[WORKER], [KEY] = record[KEY], [SHARE] = record[SHARE],
    [ESTIMATE] = record[ESTIMATE] }
end

-- Takes a job out of everything.
local function forget(k, writes, job, record)
  local state = record[STATE]
  if state == READY then quit_lane(writes, record, job)
  elseif state == DELAYED then append(writes.members, k.delayed, job)
  elseif state == LEASED then end_lease(k, writes, job, record, nil) end
  append(writes.members, k.runs, run_member(record, job))
  append(writes.fields, k.jobs, job)
  append(writes.fields, k.payloads, job)
end

-- A leased job is over: its record stays as `settled` until the result is acknowledged, so that a repeated
-- enqueue of the same attempt stays a no-op.
local function close_job(k, job, record, now, writes)
  end_lease(k, writes, job, record, SETTLED)
  record[STATE], record[SINCE] = SETTLED, now
  append(writes.sets, k.jobs, job, cmsgpack.pack(record))
  append(writes.members, k.runs, run_member(record, job))
  append(writes.fields, k.payloads, job)
end
