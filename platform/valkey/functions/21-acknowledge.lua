-- Server: results that were taken in.

-- ack(epoch, [stream id, job, attempt]...) -> number of entries removed
-- Forgets the settled record of (job, attempt) too. Attempt 0, for stale entries, leaves the record alone:
-- the entry that counts may still be unread.
-- Also accepts the epoch that was closed last, so that a rebuild can drain the stream.
define('je_ack', { 'allow-oom' }, is_open_or_closing, function(k, args)
  local entries = items_of(args, 2, 3)
  if not entries then return bad('3 arguments an entry, at most 1,000 entries') end
  if #entries == 0 then return 0 end
  local ids, seen = {}, {}
  for i = 1, #entries do
    local job = args[2 + (i - 1) * 3 + 1]
    if not seen[job] then ids[#ids + 1] = job; seen[job] = true end
  end
  local records, done = load_records(k, ids), {}
  for i = 1, #entries do
    local job, attempt = args[2 + (i - 1) * 3 + 1], tonumber(args[2 + (i - 1) * 3 + 2])
    local record = records[job]
    if record and record[STATE] == SETTLED and record[ATTEMPT] == attempt then
      done[#done + 1] = job
      records[job] = nil
    end
  end
  hdel(k.jobs, done)
  redis.pcall('XACK', k.results, GROUP, unpack(entries))
  return call('XDEL', k.results, unpack(entries))
end)
