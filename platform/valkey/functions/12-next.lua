-- Worker: the next job of a road.

-- What one round of a claim knows and notes. `rooms` has, by tenant, how many jobs it may still be given in
-- this claim, `key_rooms` the same by key; both are shared by all roads. `stalls`: lanes whose key has no room.
local function new_round(now, free, rooms) return { now = now, free = free, rooms = rooms, key_rooms = {}, stalls = {} } end

-- The tenants of a road that may go next, as many as there are slots: each has a job at least in an open lane.
-- What is taken here is only noted; the commit of the claim takes it out of the lanes.
local function open_road(k, class, kind, round)
  local road, count, rooms = class .. ':' .. kind, round.free, round.rooms
  local got = call('ZRANGE', k.turn .. road, 0, count - 1, 'WITHSCORES')
  local heap, names, fields = {}, {}, { kind }
  for i = 1, #got, 2 do
    names[#names + 1] = got[i]
    fields[#fields + 1] = kind .. ':' .. got[i]
  end
  if #names == 0 then return nil end
  local weights, caps, leased = call('HMGET', k.weights, unpack(names)), call('HMGET', k.caps, unpack(names)),
    call('HMGET', k.leased, unpack(names))
  local costs, keyed = call('HMGET', k.cost, unpack(fields)), call('HMGET', k.keyed .. road, unpack(names))
  for i, tenant in ipairs(names) do
    if not rooms[tenant] then
      rooms[tenant] = caps[i] and tonumber(caps[i]) - tonumber(leased[i] or 0) or math.huge
    end
    heap[i] = {
      name = tenant, at = tonumber(got[i * 2]), weight = tonumber(weights[i] or 1),
      estimate = tonumber(costs[i + 1] or costs[1] or UNKNOWN_COST_MS), is_keyed = keyed[i] and true or false,
      -- Jobs are read as they are needed: an equal part of the claim at first, then twice as many each time.
      lane = lane(k, road, tenant, ''), jobs = {}, taken = 0, reads = math.ceil(count / #names),
    }
  end
  return { road = road, heap = heap, round = round, present = nil, served = {} }
end

local function next_plain(tenant)
  if tenant.taken == #tenant.jobs then
    local more = call('ZRANGE', tenant.lane, tenant.taken, tenant.taken + tenant.reads - 1)
    for i = 1, #more do tenant.jobs[tenant.taken + i] = more[i] end
    tenant.reads = tenant.reads * 2
  end
  tenant.taken = tenant.taken + 1
  return tenant.jobs[tenant.taken]
end

-- Puts a lane to where the job that is in front now belongs among the lanes of its tenant, or out of them. It
-- is the first of them, or a new one.
local function advance(lanes, line, is_new)
  if line.taken == #line.jobs / 2 then
    local more = call('ZRANGE', line.lane, line.taken, line.taken + line.reads - 1, 'WITHSCORES')
    for i = 1, #more do line.jobs[line.taken * 2 + i] = more[i] end
    line.reads = line.reads * 2
  end
  local seq = line.jobs[line.taken * 2 + 2]
  if not seq then
    if not is_new then pop_root(lanes) end
    return
  end
  line.at = tonumber(seq)
  if is_new then push(lanes, line) else sift_down(lanes, 1) end
end

local LANES_READ = 16

-- The open lanes of a tenant come in pages, by the job in front: those of the next page stand behind all of
-- this one.
local function read_lanes(k, source, tenant)
  local lanes = tenant.lanes
  while tenant.behind and (#lanes == 0 or lanes[1].at > tenant.behind) do
    local place = place_of(source.road, tenant.name)
    local page = call('ZRANGE', k.open .. place, tenant.seen, tenant.seen + LANES_READ - 1, 'WITHSCORES')
    tenant.seen = tenant.seen + LANES_READ
    tenant.behind = #page == LANES_READ * 2 and tonumber(page[#page]) or nil
    for i = 1, #page, 2 do
      local line = { name = page[i], lane = lane(k, source.road, tenant.name, page[i]), jobs = {}, taken = 0, reads = 2 }
      line.at = tonumber(page[i + 1])
      push(lanes, line)
    end
  end
end

local function key_room(k, round, key)
  local room = round.key_rooms[key]
  if not room then
    room = room_of(k, key, round.now)
    round.key_rooms[key] = room
  end
  return room
end

-- The next job of a tenant that has keyed lanes: the oldest whose key has room.
local function next_keyed(k, source, tenant)
  local round = source.round
  if not tenant.lanes then
    tenant.lanes, tenant.seen, tenant.behind = {}, 0, -1
    advance(tenant.lanes, { name = '', lane = tenant.lane, jobs = {}, taken = 0, reads = tenant.reads }, true)
  end
  while true do
    read_lanes(k, source, tenant)
    local line = tenant.lanes[1]
    if not line then return nil end
    local room = line.name == '' and math.huge or key_room(k, round, line.name)
    if room > 0 then
      if #line.jobs == 0 then advance(tenant.lanes, line, false) end
      if tenant.lanes[1] == line then
        local job = line.jobs[line.taken * 2 + 1]
        line.taken = line.taken + 1
        advance(tenant.lanes, line, false)
        if line.name ~= '' then round.key_rooms[line.name] = room - 1 end
        return job
      end
    else
      pop_root(tenant.lanes)
      if #round.stalls >= MAX_STALLS then return nil end
      round.stalls[#round.stalls + 1] = { road = source.road, tenant = tenant.name, key = line.name }
    end
  end
end

-- The next job of a road, or nil. Charges the estimate.
local function next_of(k, source)
  local heap, rooms = source.heap, source.round.rooms
  while #heap > 0 do
    local tenant, job = heap[1], nil
    if rooms[tenant.name] > 0 then
      if tenant.is_keyed then job = next_keyed(k, source, tenant) else job = next_plain(tenant) end
    end
    if job then
      rooms[tenant.name] = rooms[tenant.name] - 1
      source.present = source.present or tenant.at
      tenant.at = tenant.at + tenant.estimate / tenant.weight
      source.served[tenant.name] = tenant
      sift_down(heap, 1)
      return job, tenant.estimate
    end
    pop_root(heap)
  end
  return nil
end
