-- Worker: claim.

-- claim(epoch, worker, free, kind...)
-- -> [ok | busy | drain, retryAfterMs, leaseMs, beatMs, [[job, attempt, lease, kind, class, tenant, run, wallClockMs, payload, key]...]]
-- A worker that got less than it asked for is registered as idle and may block on its wake list.
define('je_claim', {}, is_open, function(k, args, now)
  local worker, free = args[2] or '', integer(args[3], 0)
  local kinds, seen = {}, {}
  for i = 4, #args do
    if not is_kind(args[i]) then return bad('kind') end
    if not seen[args[i]] then kinds[#kinds + 1] = args[i]; seen[args[i]] = true end
  end
  if not is_id(worker) or not free or #kinds == 0 or #kinds > MAX_KINDS then
    return bad('worker, free slots, 1 to 32 kinds')
  end
  table.sort(kinds)
  free = math.min(free, MAX_ITEMS)
  local cfg = config_of(k)
  call('ZADD', k.workers, now, worker)
  call('LTRIM', k.wake .. worker, 1, 0)
  for _, kind in ipairs(kinds) do
    call('SADD', k.kinds, kind)
    call('SADD', k.serves .. kind, worker)
  end
  if call('SISMEMBER', k.draining, worker) == 1 then
    call('ZREM', k.idle, worker)
    return { 'drain', 0, cfg.lease, cfg.beat, {} }
  end
  if call('XLEN', k.results) >= cfg.high_water then
    go_idle(k, worker, kinds, now)
    return { 'busy', 1000, cfg.lease, cfg.beat, {} }
  end

  -- A round gives fewer than it could when it met cancelled jobs or lanes whose key has no room; the next one
  -- does not meet them again. The number of steps bounds the call; a worker told to come back at once goes on
  -- with the rest.
  local open, given, is_cancelled = claimable_kinds(k, kinds), {}, tombstones(k)
  local held, share = share_of(k, worker, now)
  local counts, rooms, steps, is_done = {}, {}, 0, #open == 0
  while #given < free and steps < 5 * math.max(free, 20) and not is_done do
    local round = new_round(now, free, rooms)
    local ids, estimates, used = select_jobs(k, open, free - #given, round)
    steps = steps + 1 + #ids + #round.stalls
    is_done = #ids + #round.stalls == 0
    local writes = new_writes()
    writes.stalls = round.stalls
    local records, payloads = load_records(k, ids), #ids > 0 and call('HMGET', k.payloads, unpack(ids))
    local lease = #ids > 0 and call('HINCRBY', k.counters, 'lease', #ids) - #ids
    local keys = {}
    for i, job in ipairs(ids) do
      local record = records[job]
      if record then quit_lane(writes, record, job) end
      if record and is_cancelled(record[RUN]) then
        -- Cancelled while it waited: kept for the cancel call to report, never given.
        record[STATE], record[SINCE] = CANCELLED, now
        rooms[record[TENANT]] = rooms[record[TENANT]] + 1
        append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      elseif record then
        record[WAITED] = now - record[SINCE]
        record[STATE], record[SINCE], record[LEASE], record[WORKER] = LEASED, now, lease + i, worker
        record[SHARE], record[ESTIMATE] = share, estimates[i]
        append(writes.sets, k.jobs, job, cmsgpack.pack(record))
        append(writes.scores, k.leases, now + cfg.lease, job)
        counts[record[TENANT]] = (counts[record[TENANT]] or 0) + 1
        if record[KEY] ~= '' then keys[record[KEY]] = (keys[record[KEY]] or 0) + 1 end
        given[#given + 1] = { job, record[ATTEMPT], lease + i, record[KIND], record[CLASS], record[TENANT],
          record[RUN], record[WALL], payloads[i] or '', record[KEY] }
      end
    end
    book_turns(k, used)
    book_keys(k, keys, now)
    commit(k, writes, now)
  end
  if #given > 0 then
    set_share(k, worker, held + #given, share, now)
    for tenant, count in pairs(counts) do
      call('HINCRBY', k.leased, tenant, count)
      if rooms[tenant] < math.huge then review_tenant(k, tenant) end
    end
  end
  if #given < free then go_idle(k, worker, kinds, now) else call('ZREM', k.idle, worker) end
  return { 'ok', (#given < free and not is_done) and 1 or 0, cfg.lease, cfg.beat, given }
end)
