-- Worker: settle.

-- How long a document asks to leave its key alone, in ms; 0 when it does not. Nearly every outcome is told by
-- a search that it does not.
local function asked_to_wait(outcome)
  if not string.find(outcome, 'rate_limited', 1, true) then return 0 end
  local is_json, document = pcall(cjson.decode, outcome)
  local cause = is_json and type(document) == 'table' and document.status == 'failed' and document.error
  if type(cause) ~= 'table' or cause.class ~= 'rate_limited' then return 0 end
  local seconds = tonumber(cause.retryAfterSeconds)
  if type(cause.retryAfterSeconds) ~= 'number' or not (seconds > 0) then return 0 end
  return math.ceil(math.min(seconds, MAX_CLOSED_SECONDS) * 1000)
end

-- settle(epoch, worker, [job, attempt, lease, outcome]...)
-- -> one word a job: accepted | known (this lease settled it before) | stale | too_large | invalid
define('je_settle', { 'allow-oom' }, is_open, function(k, args, now)
  local worker, ids = args[2] or '', items_of(args, 3, 4)
  if not is_id(worker) or not ids then return bad('worker, then 4 arguments a job, at most 1,000 jobs') end
  local records, answers, writes = load_records(k, ids), {}, new_writes()
  call('ZADD', k.workers, now, worker)
  for i, job in ipairs(ids) do
    local at = 3 + (i - 1) * 4
    local attempt, lease, outcome = integer(args[at + 1], 1), integer(args[at + 2], 1), args[at + 3]
    local record = records[job]
    if not (attempt and lease and is_id(job)) or outcome == '' then
      answers[i] = 'invalid'
    elseif holds(record, attempt, lease) then
      if #outcome > MAX_OUTCOME_BYTES then
        answers[i] = 'too_large'
      else
        publish(k, job, attempt, lease, worker, record, 'settled', false, now, outcome, #outcome)
        close_job(k, job, record, now, writes)
        local wait = record[KEY] == '' and 0 or asked_to_wait(outcome)
        if wait > 0 then close_key(k, record[KEY], job, wait, now) end
        answers[i] = 'accepted'
      end
    elseif record and record[STATE] == SETTLED and record[ATTEMPT] == attempt and record[LEASE] == lease then
      answers[i] = 'known' -- the answer of the first settle was lost
    else
      publish(k, job, attempt, lease, worker, record, 'settled', true, now,
        #outcome <= MAX_STALE_BYTES and outcome or '', #outcome)
      answers[i] = 'stale'
    end
  end
  wake_all(k, commit(k, writes, now), now, config_of(k).lease)
  return answers
end)
