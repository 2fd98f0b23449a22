-- Worker: which jobs a claim gets.

-- Takes up to `needed` jobs: classes by the cycle of floors, walked from where the workers of this set of kinds
-- left it (a floor shared with workers of other kinds could be spent by them alone), kinds in turn, tenants
-- by virtual time. Answers the ids with their estimates, and the roads that were used.
local function select_jobs(k, kinds, needed, round)
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
        local source = open_road(k, CLASSES[c], kinds[place], round)
        sources[c][place] = source or false
        if source then used[#used + 1] = source end
      end
      if sources[c][place] then
        local job, estimate = next_of(k, sources[c][place])
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
        times[#times + 1] = tenant.at
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
