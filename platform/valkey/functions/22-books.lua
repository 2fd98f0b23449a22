-- Server: comparing the books.

-- known(epoch, [job, attempt]...) -> one word a job: ready | delayed | leased | settled | cancelled when the
-- queue holds this attempt; older | newer when it holds another; absent
define('je_known', { 'no-writes' }, is_open, function(k, args)
  local ids = items_of(args, 2, 2)
  if not ids then return bad('2 arguments a job, at most 1,000 jobs') end
  local records, answers = load_records(k, ids), {}
  for i, job in ipairs(ids) do
    local record, attempt = records[job], tonumber(args[3 + (i - 1) * 2])
    if not record then answers[i] = 'absent'
    elseif record[ATTEMPT] == attempt then answers[i] = record[STATE]
    else answers[i] = record[ATTEMPT] < attempt and 'older' or 'newer' end
  end
  return answers
end)

local function describe(job, record, now)
  return { job, record[ATTEMPT], record[STATE], record[KIND], record[CLASS], record[TENANT], record[RUN],
    record[WORKER], now - record[SINCE] }
end

-- list(epoch, cursor, count) -> [next cursor, [[job, attempt, state, kind, class, tenant, run, worker, ms in this state]...]]
-- HSCAN: every job held throughout is seen at least once, a page may be larger or smaller than asked.
define('je_list', { 'no-writes' }, is_open, function(k, args, now)
  local count = integer(args[3], 1)
  if not args[2] or not count then return bad('cursor, count') end
  local page = call('HSCAN', k.jobs, args[2], 'COUNT', math.min(count, MAX_ITEMS))
  local held = {}
  for i = 1, #page[2], 2 do held[#held + 1] = describe(page[2][i], cmsgpack.unpack(page[2][i + 1]), now) end
  return { page[1], held }
end)

-- run(epoch, run, cursor, count) -> [next cursor, [[...as list, progress]...]]: open jobs of a run
define('je_run', { 'no-writes' }, is_open, function(k, args, now)
  local run, cursor, count = args[2] or '', args[3], integer(args[4], 1)
  if not is_id(run) or not cursor or not count then return bad('run, cursor, count') end
  count = math.min(count, MAX_ITEMS)
  local from = cursor == '' and ('[' .. run .. '\0') or ('(' .. run .. '\0' .. cursor)
  local members = call('ZRANGE', k.runs, from, '(' .. run .. '\1', 'BYLEX', 'LIMIT', 0, count)
  if #members == 0 then return { '', {} } end
  local ids = {}
  for i, member in ipairs(members) do ids[i] = string.sub(member, #run + 2) end
  local records, progress, held = load_records(k, ids), call('HMGET', k.progress, unpack(ids)), {}
  for i, job in ipairs(ids) do
    if records[job] then
      local row = describe(job, records[job], now)
      row[#row + 1] = progress[i] or ''
      held[#held + 1] = row
    end
  end
  return { #ids == count and ids[#ids] or '', held }
end)

-- drop(epoch, [job, attempt]...) -> number of ghosts removed
define('je_drop', { 'allow-oom' }, is_open, function(k, args, now)
  local ids = items_of(args, 2, 2)
  if not ids then return bad('2 arguments a job, at most 1,000 jobs') end
  local records, dropped, writes = load_records(k, ids), 0, new_writes()
  for i, job in ipairs(ids) do
    local record = records[job]
    if record and record[ATTEMPT] == tonumber(args[3 + (i - 1) * 2]) then
      forget(k, writes, job, record)
      records[job] = nil
      dropped = dropped + 1
    end
  end
  wake_all(k, commit(k, writes, now), now, config_of(k).lease)
  return dropped
end)
