-- Gives a user a pairing code, the same again while it is valid.
-- ARGV: user id, code to give where there is none, now (ms), lifetime (ms), most codes kept.
-- Returns the code; nothing where the new one is taken.
local codes, holders = KEYS[1], KEYS[2]
local user, fresh, now, lifetime, most = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local known = redis.call('HGET', holders, 'u' .. user)
if known and tonumber(redis.call('ZSCORE', codes, known) or 0) > now then return known end
if redis.call('ZSCORE', codes, fresh) then return false end

local function drop(stale)
  for _, code in ipairs(stale) do
    local holder = redis.call('HGET', holders, 'c' .. code)
    redis.call('HDEL', holders, 'c' .. code, 'r' .. code)
    if holder and redis.call('HGET', holders, 'u' .. holder) == code then
      redis.call('HDEL', holders, 'u' .. holder)
    end
    redis.call('ZREM', codes, code)
  end
end
drop(redis.call('ZRANGEBYSCORE', codes, '-inf', now, 'LIMIT', 0, 1000))
drop(redis.call('ZRANGE', codes, 0, -1 - most))

redis.call('ZADD', codes, string.format('%d', now + lifetime), fresh)
redis.call('HSET', holders, 'c' .. fresh, user, 'u' .. user, fresh)
redis.call('PEXPIRE', codes, lifetime)
redis.call('PEXPIRE', holders, lifetime)
return fresh
