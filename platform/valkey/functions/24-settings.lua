-- Server: drain, and what operators set.

-- drain(epoch, 1 | 0, worker...) -> number of workers changed: tells workers to finish and leave
-- Idle ones are woken, so that they hear it at once.
define('je_drain', { 'allow-oom' }, is_open, function(k, args)
  if (args[2] ~= '1' and args[2] ~= '0') or #args < 3 or #args > MAX_ITEMS then return bad('1 or 0, then workers') end
  local workers = {}
  for i = 3, #args do
    workers[#workers + 1] = args[i]
    if args[2] == '1' and call('ZREM', k.idle, args[i]) == 1 then
      call('RPUSH', k.wake .. args[i], '1')
      call('PEXPIRE', k.wake .. args[i], WAKE_TTL_MS)
    end
  end
  return call(args[2] == '1' and 'SADD' or 'SREM', k.draining, unpack(workers))
end)

-- These take any epoch: they are sent before a queue opens, too, and outlive its epochs. All may be repeated.

-- limit(epoch, [tenant, weight, cap]...) -> number of tenants
-- The weight of a tenant (1 to 1,000) and the most jobs that workers may hold of it at once; cap 0: no cap.
define('je_limit', { 'allow-oom' }, is_any, function(k, args, now)
  local ids = items_of(args, 2, 3)
  if not ids then return bad('3 arguments a tenant, at most 1,000 tenants') end
  for i, tenant in ipairs(ids) do
    local weight, cap = integer(args[i * 3], 1), integer(args[i * 3 + 1], 0)
    if not is_id(tenant) or not weight or weight > 1000 or not cap then return bad('tenant, weight 1 to 1,000, cap') end
  end
  local freed = {}
  for i, tenant in ipairs(ids) do
    local weight, cap = tonumber(args[i * 3]), tonumber(args[i * 3 + 1])
    if weight == 1 then call('HDEL', k.weights, tenant) else call('HSET', k.weights, tenant, weight) end
    if cap == 0 then call('HDEL', k.caps, tenant) else call('HSET', k.caps, tenant, cap) end
    for kind, jobs in pairs(review_tenant(k, tenant)) do freed[kind] = (freed[kind] or 0) + jobs end
  end
  wake_all(k, freed, now, config_of(k).lease)
  return #ids
end)

-- pause(epoch, [what, reason]...) -> number of pauses; what: queue | kind:<kind> | tenant:<tenant>
-- Nothing of it is claimed until it is resumed, which is a pause with an empty reason. What is leased goes on.
define('je_pause', { 'allow-oom' }, is_any, function(k, args, now)
  local ids = items_of(args, 2, 2)
  if not ids then return bad('2 arguments a pause, at most 1,000 pauses') end
  for i, what in ipairs(ids) do
    local kind, tenant = string.match(what, '^kind:(.*)$'), string.match(what, '^tenant:(.*)$')
    if not (what == 'queue' or (kind and is_kind(kind)) or (tenant and is_id(tenant))) or #args[i * 2 + 1] > MAX_REASON_BYTES then
      return bad('queue, kind:<kind> or tenant:<tenant>, then a reason of at most 512 bytes')
    end
  end
  local cfg, freed = config_of(k), {}
  for i, what in ipairs(ids) do
    local reason = args[i * 2 + 1]
    if reason == '' then call('HDEL', k.pauses, what) else call('HSET', k.pauses, what, reason) end
    local tenant = string.match(what, '^tenant:(.*)$')
    if tenant then
      for kind, jobs in pairs(review_tenant(k, tenant)) do freed[kind] = (freed[kind] or 0) + jobs end
    end
  end
  wake_all(k, freed, now, cfg.lease)
  wake_missed(k, now, cfg)
  return #ids
end)

-- limit_key(epoch, [key, most leased jobs, jobs a second, burst]...) -> number of keys
-- 0: no such limit. A rate may be a fraction; its bucket holds `burst` jobs, 1 at least.
define('je_limit_key', { 'allow-oom' }, is_any, function(k, args, now)
  local ids = items_of(args, 2, 4)
  if not ids then return bad('4 arguments a key, at most 1,000 keys') end
  for i, key in ipairs(ids) do
    local at = 2 + (i - 1) * 4
    local max, rate, burst = integer(args[at + 1], 0), tonumber(args[at + 2]), integer(args[at + 3], 0)
    if not is_id(key) or not max or not rate or not (rate >= 0 and rate <= MAX_RATE) or not burst
      or (rate > 0 and burst < 1) then
      return bad('key, most leased jobs, jobs a second, burst')
    end
  end
  local freed = {}
  for i, key in ipairs(ids) do
    local at = 2 + (i - 1) * 4
    local max, rate, burst = tonumber(args[at + 1]), tonumber(args[at + 2]), tonumber(args[at + 3])
    -- What the bucket gained until now it gained at the rate of until now.
    add_tokens(k, key, limits_of(k, key), 0, now)
    if rate == 0 then call('HDEL', k.key_tokens, key) end
    if max == 0 and rate == 0 then
      call('HDEL', k.key_limits, key)
      forget_key(k, key)
    else
      call('HSET', k.key_limits, key, string.format('%d %.17g %d', max, rate, burst))
      call('ZADD', k.keys, 0, key)
    end
    open_lanes(k, key, MAX_OPENED, now, freed)
  end
  wake_all(k, freed, now, config_of(k).lease)
  return #ids
end)

-- reopen(epoch, key...) -> number of keys that were closed
define('je_reopen', { 'allow-oom' }, is_any, function(k, args, now)
  if #args < 2 or #args > MAX_ITEMS then return bad('keys, at most 999') end
  for i = 2, #args do
    if not is_id(args[i]) then return bad('key') end
  end
  local freed, reopened = {}, 0
  for i = 2, #args do
    local key = args[i]
    if call('ZSCORE', k.key_closed, key) then
      end_closure(k, key)
      open_lanes(k, key, MAX_OPENED, now, freed)
      reopened = reopened + 1
    end
  end
  wake_all(k, freed, now, config_of(k).lease)
  return reopened
end)
