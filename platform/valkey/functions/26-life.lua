-- Server: life of a queue.

local function ensure_group(k)
  local made = redis.pcall('XGROUP', 'CREATE', k.results, GROUP, '0', 'MKSTREAM')
  if type(made) == 'table' and made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then return made end
  return nil
end

local function drop_lanes(k, road, tenant)
  local place = place_of(road, tenant)
  for _, key in ipairs(call('ZRANGE', k.lanes .. place, 0, -1)) do
    call('UNLINK', lane(k, road, tenant, key), k.stalled .. key, k.stalled .. key .. '|' .. road)
  end
  call('UNLINK', lane(k, road, tenant, ''), k.lanes .. place, k.open .. place)
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
      for _, tenant in ipairs(call('ZRANGE', k.heads .. road, 0, -1)) do drop_lanes(k, road, tenant) end
      call('UNLINK', k.heads .. road, k.turn .. road, k.virtual .. road, k.keyed .. road)
    end
    call('UNLINK', k.closing, k.config, k.counters, k.kinds, k.jobs, k.payloads, k.progress, k.runs,
      k.delayed, k.leases, k.turns, k.workers, k.draining, k.idle, k.present, k.depth, k.shares, k.leased,
      k.blocked, k.samples, k.keys, k.reviews, k.key_ready, k.key_leased)
    -- Weights, caps, limits and pauses are the operator's and outlive an epoch; experience, what buckets hold and
    -- for how long keys are closed are still true.
    for _, key in ipairs(call('HKEYS', k.key_limits)) do call('ZADD', k.keys, 0, key) end
    for _, key in ipairs(call('ZRANGE', k.key_closed, 0, -1)) do call('ZADD', k.keys, 0, key) end
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
