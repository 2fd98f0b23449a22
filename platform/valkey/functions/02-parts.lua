-- Words, keys, small parts.

local function keys_of(prefix)
  return {
    prefix = prefix, epoch = prefix .. 'epoch', closing = prefix .. 'closing', config = prefix .. 'config',
    counters = prefix .. 'counters', kinds = prefix .. 'kinds', jobs = prefix .. 'jobs',
    payloads = prefix .. 'payloads', progress = prefix .. 'progress', runs = prefix .. 'runs',
    delayed = prefix .. 'delayed', leases = prefix .. 'leases', turns = prefix .. 'turns',
    heads = prefix .. 'heads:', turn = prefix .. 'turn:', virtual = prefix .. 'virtual:',
    present = prefix .. 'present', depth = prefix .. 'depth', cost = prefix .. 'cost',
    shares = prefix .. 'shares', leased = prefix .. 'leased', blocked = prefix .. 'blocked',
    weights = prefix .. 'weights', caps = prefix .. 'caps', pauses = prefix .. 'pauses',
    serves = prefix .. 'serves:', lanes = prefix .. 'lanes:', open = prefix .. 'open:', keyed = prefix .. 'keyed:',
    stalled = prefix .. 'stalled:', reviews = prefix .. 'reviews', keys = prefix .. 'keys',
    key_ready = prefix .. 'key:ready', key_leased = prefix .. 'key:leased', key_limits = prefix .. 'key:limits',
    key_tokens = prefix .. 'key:tokens', key_closed = prefix .. 'key:closed', key_closers = prefix .. 'key:closers',
    workers = prefix .. 'workers', draining = prefix .. 'draining', samples = prefix .. 'samples', idle = prefix .. 'idle',
    results = prefix .. 'results', ready = prefix .. 'ready:', wake = prefix .. 'wake:', tomb = prefix .. 'tomb:',
  }
end

local function bad(text) return redis.error_reply('BAD_ARGUMENT ' .. text) end

-- Server time in milliseconds: the only clock of the protocol.
local function clock()
  local t = call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function integer(text, lowest)
  local n = tonumber(text)
  if n and n == math.floor(n) and n >= lowest and n <= 9007199254740991 then return n end
  return nil
end

local function is_id(text) return #text > 0 and #text <= 128 and not string.find(text, '[^%w_.:%-]') end

local function is_kind(text) return #text > 0 and #text <= 64 and not string.find(text, '[^%w_.%-]') end

local function config_of(k)
  local got = call('HMGET', k.config, 'leaseMs', 'beatMs', 'highWater', 'tombstoneMs')
  return {
    lease = tonumber(got[1] or DEFAULTS.leaseMs), beat = tonumber(got[2] or DEFAULTS.beatMs),
    high_water = tonumber(got[3] or DEFAULTS.highWater), tombstone = tonumber(got[4] or DEFAULTS.tombstoneMs),
  }
end

local function run_member(record, job) return record[RUN] .. '\0' .. job end

-- Lua's unpack takes 8,000 values: everything below stays under 4 values an item.
local function hset(key, pairs_list) if #pairs_list > 0 then call('HSET', key, unpack(pairs_list)) end end
local function hdel(key, fields) if #fields > 0 then call('HDEL', key, unpack(fields)) end end
local function zadd(key, list) if #list > 0 then call('ZADD', key, unpack(list)) end end
local function zrem(key, list) if #list > 0 then call('ZREM', key, unpack(list)) end end

-- Collects by key, so that many jobs of one lane cost one command.
local function append(groups, key, a, b)
  local list = groups[key]
  if not list then list = {}; groups[key] = list end
  list[#list + 1] = a
  if b ~= nil then list[#list + 1] = b end
end

local function flush(groups, write) for key, list in pairs(groups) do write(key, list) end end

-- The records of many jobs, as a map; jobs that are not held are absent.
local function load_records(k, ids)
  local records = {}
  if #ids == 0 then return records end
  local packed = call('HMGET', k.jobs, unpack(ids))
  for i = 1, #ids do
    if packed[i] then records[ids[i]] = cmsgpack.unpack(packed[i]) end
  end
  return records
end

-- Groups flat arguments from position `first` into items of `arity`; nil when they do not come out even.
local function items_of(args, first, arity)
  local count = (#args - first + 1) / arity
  if count ~= math.floor(count) or count > MAX_ITEMS then return nil end
  local ids = {}
  for i = 1, count do ids[i] = args[first + (i - 1) * arity] end
  return ids
end

local function tombstones(k)
  local known = {}
  return function(id)
    if known[id] == nil then known[id] = call('EXISTS', k.tomb .. id) == 1 end
    return known[id]
  end
end
