-- Worker: beat.

local function holds(record, attempt, lease)
  return record and record[STATE] == LEASED and record[ATTEMPT] == attempt and record[LEASE] == lease
end

-- beat(epoch, worker, [job, attempt, lease, progress]...)
-- -> [continue | drain, leaseMs, beatMs, [continue | cancel | lost]...]
-- A job that was told to stop keeps its lease for one more lease time, then it is lost.
define('je_beat', { 'allow-oom' }, is_open, function(k, args, now)
  local worker, ids = args[2] or '', items_of(args, 3, 4)
  if not is_id(worker) or not ids then return bad('worker, then 4 arguments a job, at most 1,000 jobs') end
  local cfg, records, answers, writes = config_of(k), load_records(k, ids), {}, new_writes()
  call('ZADD', k.workers, now, worker)
  for i, job in ipairs(ids) do
    local at = 3 + (i - 1) * 4
    local record, progress = records[job], args[at + 3]
    if not holds(record, tonumber(args[at + 1]), tonumber(args[at + 2])) then
      answers[i] = 'lost'
    else
      if record[STOP] == '' and now - record[SINCE] > record[WALL] then
        record[STOP], record[STOPPED] = 'wall_clock', now
        append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      end
      if record[STOP] ~= '' and now - record[STOPPED] > cfg.lease then
        answers[i] = 'lost'
      else
        answers[i] = record[STOP] == '' and 'continue' or 'cancel'
        append(writes.scores, k.leases, now + cfg.lease, job)
        if progress ~= '' and #progress <= MAX_PROGRESS_BYTES then append(writes.sets, k.progress, job, progress) end
      end
    end
  end
  commit(k, writes, now)
  local word = call('SISMEMBER', k.draining, worker) == 1 and 'drain' or 'continue'
  return { word, cfg.lease, cfg.beat, answers }
end)
