-- Idle workers: who waits for work, and whom to tell that there is some.

-- Wakes up to `count` idle workers of a kind, the longest idle first. Dead ones are dropped on the way.
local function wake(k, kind, count, now, lease_ms)
  local woken = 0
  while woken < count do
    local popped = call('ZPOPMIN', k.idle .. ':' .. kind, math.min(count - woken, 100))
    if #popped == 0 then break end
    for i = 1, #popped, 2 do
      local worker = popped[i]
      if call('ZREM', k.idle, worker) == 1 then
        local heard = call('ZSCORE', k.workers, worker)
        if heard and tonumber(heard) >= now - lease_ms then
          call('RPUSH', k.wake .. worker, '1')
          call('PEXPIRE', k.wake .. worker, WAKE_TTL_MS)
          woken = woken + 1
        end
      end
    end
  end
  return woken
end

local function wake_all(k, counts, now, lease_ms)
  local woken = 0
  for kind, count in pairs(counts) do woken = woken + wake(k, kind, count, now, lease_ms) end
  return woken
end

local function go_idle(k, worker, kinds, now)
  call('ZADD', k.idle, now, worker)
  for _, kind in ipairs(kinds) do call('ZADD', k.idle .. ':' .. kind, now, worker) end
end

-- The kinds of a worker that are not paused; none when the queue is.
local function claimable_kinds(k, kinds)
  if call('HEXISTS', k.pauses, 'queue') == 1 then return {} end
  local open = {}
  for _, kind in ipairs(kinds) do
    if call('HEXISTS', k.pauses, 'kind:' .. kind) == 0 then open[#open + 1] = kind end
  end
  return open
end

-- Kinds with work waiting and idle workers: their wake was lost, or went to a worker that died.
local function wake_missed(k, now, cfg)
  if call('XLEN', k.results) >= cfg.high_water then return 0 end
  local woken = 0
  for _, kind in ipairs(claimable_kinds(k, call('SMEMBERS', k.kinds))) do
    if call('ZCARD', k.idle .. ':' .. kind) > 0 then
      local waiting = 0
      for _, class in ipairs(CLASSES) do
        local road = class .. ':' .. kind
        if call('ZCARD', k.turn .. road) > 0 then
          waiting = waiting + tonumber(call('HGET', k.depth, road) or 0)
        end
      end
      if waiting > 0 then woken = woken + wake(k, kind, waiting, now, cfg.lease) end
    end
  end
  return woken
end
