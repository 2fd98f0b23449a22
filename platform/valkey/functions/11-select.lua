-- Worker: which jobs a claim gets.

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
