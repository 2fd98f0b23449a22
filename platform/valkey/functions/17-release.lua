-- Worker: release and leave.

-- release(epoch, worker, [job, attempt, lease]...) -> released | lost
-- Back to where it stood in its lane, same attempt. A job that was told to stop settles as cancelled instead.
define('je_release', { 'allow-oom' }, is_open, function(k, args, now)
  local worker, ids = args[2] or '', items_of(args, 3, 3)
  if not is_id(worker) or not ids then return bad('worker, then 3 arguments a job, at most 1,000 jobs') end
  local records, answers, writes, wanted = load_records(k, ids), {}, new_writes(), {}
  for i, job in ipairs(ids) do
    local at = 3 + (i - 1) * 3
    local record = records[job]
    if not holds(record, tonumber(args[at + 1]), tonumber(args[at + 2])) then
      answers[i] = 'lost'
    elseif record[STOP] ~= '' then
      publish(k, job, record[ATTEMPT], record[LEASE], worker, record, 'settled', false, now, '{"status":"cancelled"}', 22)
      close_job(k, job, record, now, writes)
      answers[i] = 'released'
    else
      end_lease(k, writes, job, record, READY)
      record[STATE], record[SINCE], record[LEASE], record[WORKER] = READY, now, 0, ''
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      enter_lane(writes, record, job)
      wanted[record[KIND]] = (wanted[record[KIND]] or 0) + 1
      answers[i] = 'released'
    end
  end
  for kind, jobs in pairs(commit(k, writes, now)) do wanted[kind] = (wanted[kind] or 0) + jobs end
  wake_all(k, wanted, now, config_of(k).lease)
  return answers
end)

-- leave(epoch, worker) -> 1: a worker says goodbye, so that nothing is sent its way any more
define('je_leave', { 'allow-oom' }, is_open, function(k, args, now)
  local worker = args[2] or ''
  if not is_id(worker) then return bad('worker') end
  call('ZADD', k.workers, -now, worker)
  call('ZREM', k.idle, worker)
  call('SREM', k.draining, worker)
  call('LTRIM', k.wake .. worker, 1, 0)
  return 1
end)
