-- Server: enqueue.

-- enqueue(epoch, [job, attempt, kind, class, tenant, run, wallClockMs, delayMs, key, payload]...)
-- -> one word a job: queued | known | stale | cancelled | too_large | invalid
define('je_enqueue', {}, is_open, function(k, args, now)
  local ids = items_of(args, 2, 10)
  if not ids then return bad('10 arguments a job, at most 1,000 jobs') end
  local records, answers, writes = load_records(k, ids), {}, new_writes()
  local is_cancelled, wanted, kinds = tombstones(k), {}, {}
  local seq = call('HINCRBY', k.counters, 'seq', #ids) - #ids
  -- One EXISTS over all jobs: nearly always none of them was cancelled by itself.
  local tombs = {}
  for i = 1, #ids do tombs[i] = k.tomb .. ids[i] end
  local some_cancelled = #tombs > 0 and call('EXISTS', unpack(tombs)) > 0

  for i = 1, #ids do
    local at = 2 + (i - 1) * 10
    local job, kind, class, tenant, run = ids[i], args[at + 2], args[at + 3], args[at + 4], args[at + 5]
    local key, payload = args[at + 8], args[at + 9]
    local attempt, wall, delay = integer(args[at + 1], 1), integer(args[at + 6], 1), integer(args[at + 7], 0)
    local old = records[job]
    if not (attempt and wall and delay and is_id(job) and is_kind(kind) and RANK[class] and is_id(tenant) and is_id(run)
      and (key == '' or is_id(key))) then
      answers[i] = 'invalid'
    elseif #job + #kind + #tenant + #run + #key + #payload > MAX_MESSAGE_BYTES then
      answers[i] = 'too_large'
    elseif is_cancelled(run) or (some_cancelled and is_cancelled(job)) then
      answers[i] = 'cancelled'
    elseif old and old[ATTEMPT] == attempt then
      answers[i] = 'known'
    elseif old and old[ATTEMPT] > attempt then
      answers[i] = 'stale'
    else
      -- A lower attempt gives way at once; writes of this call are flushed first if it came in this call.
      if old then
        commit(k, writes, now)
        writes = new_writes()
        forget(k, writes, job, old)
        for freed, jobs in pairs(commit(k, writes, now)) do wanted[freed] = (wanted[freed] or 0) + jobs end
        writes = new_writes()
      end
      local record = { attempt, delay > 0 and DELAYED or READY, kind, class, tenant, run, wall, seq + i, now, 0, '', '', 0, 0, key }
      records[job] = record
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      append(writes.sets, k.payloads, job, payload)
      append(writes.scores, k.runs, 0, run_member(record, job))
      if delay > 0 then
        append(writes.scores, k.delayed, now + delay, job)
      else
        enter_lane(writes, record, job)
        wanted[kind] = (wanted[kind] or 0) + 1
      end
      kinds[kind] = true
      answers[i] = 'queued'
    end
  end
  -- A kind is known before it has a lane: whoever drops lanes finds them by the kinds.
  for kind in pairs(kinds) do call('SADD', k.kinds, kind) end
  commit(k, writes, now)
  wake_all(k, wanted, now, config_of(k).lease)
  return answers
end)
