-- Server: cancel.

-- Removes what waits, flags what is leased. Answers removed | flagged | nil.
local function cancel_one(k, writes, job, record, now)
  if record[STATE] == LEASED then
    if record[STOP] == '' then
      record[STOP], record[STOPPED] = 'cancel', now
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
    end
    return 'flagged'
  elseif record[STATE] ~= SETTLED then
    forget(k, writes, job, record)
    return 'removed'
  end
  return nil
end

-- cancel(epoch, 'run', run, cursor) -> [next cursor, [[job, attempt]... removed], [[job, attempt]... flagged]]
-- cancel(epoch, 'job', job...)      -> the same with an empty cursor
-- The tombstone is set before anything else: from here on enqueue and claim refuse the run, whatever page
-- the removal has reached.
define('je_cancel', { 'allow-oom' }, is_open, function(k, args, now)
  local what, cfg = args[2], config_of(k)
  local ids, next_cursor = {}, ''
  if what == 'run' and args[3] and is_id(args[3]) and args[4] then
    local run = args[3]
    call('SET', k.tomb .. run, now, 'PX', cfg.tombstone)
    local from = args[4] == '' and ('[' .. run .. '\0') or ('(' .. run .. '\0' .. args[4])
    local members = call('ZRANGE', k.runs, from, '(' .. run .. '\1', 'BYLEX', 'LIMIT', 0, MAX_ITEMS)
    for i, member in ipairs(members) do ids[i] = string.sub(member, #run + 2) end
    if #ids == MAX_ITEMS then next_cursor = ids[#ids] end
  elseif what == 'job' and #args - 2 <= MAX_ITEMS then
    for i = 3, #args do
      if not is_id(args[i]) then return bad('job') end
      ids[#ids + 1] = args[i]
      call('SET', k.tomb .. args[i], now, 'PX', cfg.tombstone)
    end
  else
    return bad('run, id and cursor, or job and at most 1,000 ids')
  end
  local records, removed, flagged, writes = load_records(k, ids), {}, {}, new_writes()
  for _, job in ipairs(ids) do
    local record = records[job]
    local done = record and cancel_one(k, writes, job, record, now)
    if done then
      records[job] = nil
      local list = done == 'removed' and removed or flagged
      list[#list + 1] = { job, record[ATTEMPT] }
    end
  end
  commit(k, writes, now)
  return { next_cursor, removed, flagged }
end)
