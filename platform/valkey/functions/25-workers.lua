-- Server: workers as seen.

-- workers(epoch, cursor, count)
-- -> [next cursor, lease ms, [[worker, here | left, ms since then, ms idle (-1: not idle), 1 when draining, jobs in hand,
--                            the instant of that in ms]...]]
-- Those that were heard of, or said goodbye, within ten leases. ZSCAN: a worker known throughout is seen at
-- least once, a page may be larger or smaller than asked.
define('je_workers', { 'no-writes' }, is_open, function(k, args, now)
  local count = integer(args[3], 1)
  if not args[2] or not count then return bad('cursor, count') end
  local page, rows = call('ZSCAN', k.workers, args[2], 'COUNT', math.min(count, MAX_ITEMS)), {}
  for i = 1, #page[2], 2 do
    local worker, at = page[2][i], tonumber(page[2][i + 1])
    local idle = call('ZSCORE', k.idle, worker)
    local held = share_of(k, worker, now)
    rows[#rows + 1] = { worker, at < 0 and 'left' or 'here', now - math.abs(at),
      idle and now - tonumber(idle) or -1, call('SISMEMBER', k.draining, worker), held, math.abs(at) }
  end
  return { page[1], config_of(k).lease, rows }
end)

-- hands(epoch, worker, cursor, count) -> [next cursor, [[...as run]...]]: the jobs in a worker's hands
-- Looks through `count` leases a call, of all workers: there are no more of them than slots in the fleet.
define('je_hands', { 'no-writes' }, is_open, function(k, args, now)
  local worker, count = args[2] or '', integer(args[4], 1)
  if not is_id(worker) or not args[3] or not count then return bad('worker, cursor, count') end
  local page, ids = call('ZSCAN', k.leases, args[3], 'COUNT', math.min(count, MAX_ITEMS)), {}
  for i = 1, #page[2], 2 do ids[#ids + 1] = page[2][i] end
  local records, rows = load_records(k, ids), {}
  for _, job in ipairs(ids) do
    if records[job] and records[job][WORKER] == worker then
      local row = describe(job, records[job], now)
      row[#row + 1] = call('HGET', k.progress, job) or ''
      rows[#rows + 1] = row
    end
  end
  return { page[1], rows }
end)
