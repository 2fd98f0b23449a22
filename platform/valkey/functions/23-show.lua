-- Server: what operators see.

-- stats(epoch) -> [delayed, leased, idle workers, workers alive, results pending, oldest wait ms,
--                  [[class, kind, depth, oldest wait ms]...], [ms, claimed, ended] since the oldest sample]
local function throughput(k, now)
  local at, claimed, ended = string.match(call('LINDEX', k.samples, -1) or '', '^(%d+) (%d+) (%d+)$')
  if not at then return { 0, 0, 0 } end
  return { now - tonumber(at), claimed_ever(k) - tonumber(claimed), ended_ever(k) - tonumber(ended) }
end

define('je_stats', { 'no-writes' }, is_open, function(k, _, now)
  local cfg, lanes, oldest = config_of(k), {}, 0
  for _, kind in ipairs(call('SMEMBERS', k.kinds)) do
    for _, class in ipairs(CLASSES) do
      local road = class .. ':' .. kind
      local depth = tonumber(call('HGET', k.depth, road) or 0)
      if depth > 0 then
        local tenant = call('ZRANGE', k.heads .. road, 0, 0)[1]
        local head = tenant and oldest_of(k, road, tenant)
        local record = head and load_records(k, { head })[head]
        local waited = record and now - record[SINCE] or 0
        oldest = math.max(oldest, waited)
        lanes[#lanes + 1] = { class, kind, depth, waited }
      end
    end
  end
  return { call('ZCARD', k.delayed), call('ZCARD', k.leases), call('ZCARD', k.idle),
    call('ZCOUNT', k.workers, now - cfg.lease, '+inf'), call('XLEN', k.results), oldest, lanes, throughput(k, now) }
end)

-- tenants(epoch, class, kind, count) -> [[tenant, ready, leased, weight, cap, virtual time, blocked]...]
-- The tenants with ready jobs on a road, the longest waiting first; virtual time in ms from the present.
define('je_tenants', { 'no-writes' }, is_open, function(k, args)
  local class, kind, count = args[2] or '', args[3] or '', integer(args[4], 1)
  if not RANK[class] or not is_kind(kind) or not count then return bad('class, kind, count') end
  local road, rows = class .. ':' .. kind, {}
  local present = present_of(k, road)
  for _, tenant in ipairs(call('ZRANGE', k.heads .. road, 0, math.min(count, MAX_ITEMS) - 1)) do
    rows[#rows + 1] = { tenant, count_ready(k, road, tenant), tonumber(call('HGET', k.leased, tenant) or 0),
      tonumber(call('HGET', k.weights, tenant) or 1), tonumber(call('HGET', k.caps, tenant) or 0),
      math.floor(virtual_of(k, road, tenant) - present), call('SISMEMBER', k.blocked, tenant) }
  end
  return rows
end)

local function describe_key(k, key, now)
  if key == '' then return { '', 0, 0, -1, -1, '' } end
  local limits, closed = limits_of(k, key), tonumber(call('ZSCORE', k.key_closed, key) or 0)
  local missing = limits.rate > 0 and 1 - tokens_of(k, key, limits, now) or 0
  return { key, tonumber(call('HGET', k.key_leased, key) or 0), limits.max,
    missing > 0.00001 and math.ceil(missing * 1000 / limits.rate) or -1,
    closed > now and closed - now or -1, closed > now and call('HGET', k.key_closers, key) or '' }
end

-- why(epoch, job) -> [] when the queue does not hold it, else
--   [attempt, state, ms in this state, class, kind, tenant, worker, stop,
--    jobs before it in its lane, tenants before its tenant (-1: no turn), ready jobs on its road,
--    ms until it is ready (-1: not delayed), workers alive of its kind, jobs leased of its tenant, cap of it,
--    pause of the queue, of the kind, of the tenant (reasons, or ''), results pending, high water,
--    key or '', jobs leased of the key, its most leased jobs (0: no limit), ms until it has a token (-1: it has,
--    or needs none), ms until it is open (-1: it is), the job that closed it]
define('je_why', { 'no-writes' }, is_open, function(k, args, now)
  local job = args[2] or ''
  if not is_id(job) then return bad('job') end
  local record = load_records(k, { job })[job]
  if not record then return {} end
  local cfg, road, tenant, alive = config_of(k), road_of(record), record[TENANT], 0
  for _, worker in ipairs(call('SMEMBERS', k.serves .. record[KIND])) do
    local heard = call('ZSCORE', k.workers, worker)
    if heard and tonumber(heard) >= now - cfg.lease then alive = alive + 1 end
  end
  local due = call('ZSCORE', k.delayed, job)
  local function pause(what) return call('HGET', k.pauses, what) or '' end
  return { record[ATTEMPT], record[STATE], now - record[SINCE], record[CLASS], record[KIND], tenant,
    record[WORKER], record[STOP],
    tonumber(call('ZRANK', lane(k, road, tenant, record[KEY]), job) or 0), tonumber(call('ZRANK', k.turn .. road, tenant) or -1),
    tonumber(call('HGET', k.depth, road) or 0), due and math.max(0, tonumber(due) - now) or -1, alive,
    tonumber(call('HGET', k.leased, tenant) or 0), tonumber(call('HGET', k.caps, tenant) or 0),
    pause('queue'), pause('kind:' .. record[KIND]), pause('tenant:' .. tenant),
    call('XLEN', k.results), cfg.high_water, unpack(describe_key(k, record[KEY], now)) }
end)

-- keys(epoch, cursor, count) -> [next cursor, [[key, ready, leased, most leased, jobs a second, burst, tokens,
--   ms until it is open (-1: it is), the job that closed it]...]]
-- The keys with jobs, limits or a closure in the order of their names; the first cursor is empty. Fractions are
-- text.
define('je_keys', { 'no-writes' }, is_open, function(k, args, now)
  local cursor, count = args[2], integer(args[3], 1)
  if not cursor or not (cursor == '' or is_id(cursor)) or not count then return bad('cursor, count') end
  count = math.min(count, MAX_ITEMS)
  local keys, rows = call('ZRANGE', k.keys, cursor == '' and '-' or '(' .. cursor, '+', 'BYLEX', 'LIMIT', 0, count), {}
  for i, key in ipairs(keys) do
    local limits, closed = limits_of(k, key), tonumber(call('ZSCORE', k.key_closed, key) or 0)
    rows[i] = { key, tonumber(call('HGET', k.key_ready, key) or 0), tonumber(call('HGET', k.key_leased, key) or 0),
      limits.max, tostring(limits.rate), limits.burst,
      string.format('%.3f', limits.rate > 0 and tokens_of(k, key, limits, now) or 0),
      closed > now and closed - now or -1, closed > now and call('HGET', k.key_closers, key) or '' }
  end
  return { #keys == count and keys[count] or '', rows }
end)
