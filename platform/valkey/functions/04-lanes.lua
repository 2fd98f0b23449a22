-- Lanes: where ready jobs wait.
--
-- A job waits on the road of its class and kind. There its tenant has a lane for the jobs without a
-- concurrency key, and one for each key. A keyed lane is open, or it is stalled: then its key had no room when
-- a claim came by. `lanes` has every keyed lane, `open` those that are not stalled, both by the seq of the job
-- in front. A tenant whose lanes are all stalled has no turn, so a key without room costs nobody anything.

-- A kind has no colon in it, a tenant and a key have no bar.
local function road_of(record) return record[CLASS] .. ':' .. record[KIND] end
local function kind_of(road) return string.match(road, ':(.+)$') end

local function place_of(road, tenant) return road .. ':' .. tenant end

local function lane(k, road, tenant, key)
  if key == '' then return k.ready .. place_of(road, tenant) end
  return k.ready .. place_of(road, tenant) .. '|' .. key
end

local function has_open_lane(k, road, tenant)
  return call('ZCARD', lane(k, road, tenant, '')) > 0 or call('ZCARD', k.open .. place_of(road, tenant)) > 0
end

local function count_ready(k, road, tenant)
  return call('ZCARD', lane(k, road, tenant, '')) + tonumber(call('HGET', k.keyed .. road, tenant) or 0)
end

-- The job of a tenant that waits longest on a road, in whatever lane.
local function oldest_of(k, road, tenant)
  local plain = call('ZRANGE', lane(k, road, tenant, ''), 0, 0, 'WITHSCORES')
  local keyed = call('ZRANGE', k.lanes .. place_of(road, tenant), 0, 0, 'WITHSCORES')
  if keyed[1] and not (plain[1] and tonumber(plain[2]) < tonumber(keyed[2])) then
    return call('ZRANGE', lane(k, road, tenant, keyed[1]), 0, 0)[1]
  end
  return plain[1]
end
