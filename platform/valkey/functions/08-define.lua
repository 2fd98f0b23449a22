-- What every function of the protocol begins with.

local function is_open(k, epoch) return call('GET', k.epoch) == epoch end

local function is_open_or_closing(k, epoch) return is_open(k, epoch) or call('GET', k.closing) == epoch end

local function is_any(_, _) return true end

-- Registers a function of the protocol: one key, an epoch that `guard` accepts, then `body(k, args, now)`.
local function define(name, flags, guard, body)
  redis.register_function {
    function_name = name,
    flags = flags,
    callback = function(keys, args)
      if #keys ~= 1 or not string.find(keys[1], '^{je:[%w_%-]+}:$') then
        return bad('one key is needed, the prefix {je:<queue>}:')
      end
      local k, epoch = keys_of(keys[1]), args[1] or ''
      if not is_id(epoch) or not guard(k, epoch) then
        return redis.error_reply('WRONG_EPOCH the queue is not open in this epoch')
      end
      return body(k, args, clock())
    end,
  }
end
