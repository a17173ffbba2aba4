-- Lets in the user who has a pairing code.
-- ARGV: code, now (ms), token of this attempt.
-- Returns the user's id; nothing where the code is unknown, over, or was used by another attempt.
local codes, holders, allowed = unpack(KEYS)
local code, now, token = ARGV[1], tonumber(ARGV[2]), ARGV[3]
if tonumber(redis.call('ZSCORE', codes, code) or 0) <= now then return false end
if (redis.call('HGET', holders, 'r' .. code) or token) ~= token then return false end
local user = redis.call('HGET', holders, 'c' .. code)
redis.call('HSET', holders, 'r' .. code, token)
redis.call('HDEL', holders, 'u' .. user)
redis.call('SADD', allowed, user)
return user
