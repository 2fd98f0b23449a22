-- The result stream.

-- One entry of the result stream. `reason`: settled | lease_expired. `stop`: '' | cancel | wall_clock.
local function publish(k, job, attempt, lease, worker, record, reason, stale, now, outcome, outcome_bytes)
  local held = record and record[ATTEMPT] == attempt and record[LEASE] == lease
  call('XADD', k.results, '*', 'job', job, 'attempt', attempt, 'lease', lease, 'worker', worker,
    'kind', record and record[KIND] or '', 'class', record and record[CLASS] or '',
    'tenant', record and record[TENANT] or '', 'run', record and record[RUN] or '',
    'reason', reason, 'stop', held and record[STOP] or '', 'stale', stale and 1 or 0,
    'leasedMs', (held and not stale) and (now - record[SINCE]) or -1,
    'waitedMs', (held and not stale) and record[WAITED] or -1,
    'outcomeBytes', outcome_bytes, 'outcome', outcome)
end

-- Both only grow within an epoch.
local function claimed_ever(k) return tonumber(call('HGET', k.counters, 'lease') or 0) end

local function ended_ever(k)
  local info = redis.pcall('XINFO', 'STREAM', k.results)
  for i = 1, #info, 2 do
    if info[i] == 'entries-added' then return info[i + 1] end
  end
  return 0
end
