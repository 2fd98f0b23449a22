-- Server: bump.

-- bump(epoch, class, job...) -> one word a job: bumped | same (it is of this class) | leased | absent
-- Moves waiting jobs to another class, each to the place that its age gives it there. What a worker has or had
-- keeps the class under which it was given; a delayed job has the new one when it becomes ready.
define('je_bump', { 'allow-oom' }, is_open, function(k, args, now)
  local class, ids = args[2] or '', {}
  if not RANK[class] or #args - 2 > MAX_ITEMS then return bad('class, then at most 1,000 jobs') end
  for i = 3, #args do ids[i - 2] = args[i] end
  local records, answers, writes, wanted = load_records(k, ids), {}, new_writes(), {}
  for i, job in ipairs(ids) do
    local record = records[job]
    local state = record and record[STATE]
    if state == LEASED then answers[i] = 'leased'
    elseif state ~= READY and state ~= DELAYED then answers[i] = 'absent'
    elseif record[CLASS] == class then answers[i] = 'same'
    else
      if state == READY then quit_lane(writes, record, job) end
      record[CLASS] = class
      append(writes.sets, k.jobs, job, cmsgpack.pack(record))
      if state == READY then
        enter_lane(writes, record, job)
        wanted[record[KIND]] = (wanted[record[KIND]] or 0) + 1
      end
      answers[i] = 'bumped'
    end
  end
  commit(k, writes, now)
  wake_all(k, wanted, now, config_of(k).lease)
  return answers
end)
