-- Takes the lock of the job that builds the buckets, or keeps it, or lets it go.
-- ARGV: token of the job, for how long (ms; 0 lets it go).
-- Returns the number of the job; 0 where another one holds the lock.
local held = redis.call('HMGET', KEYS[1], 'token', 'until', 'fence')
local time, length = redis.call('TIME'), tonumber(ARGV[2])
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local mine = held[1] == ARGV[1]
if length == 0 then
  if mine then redis.call('HDEL', KEYS[1], 'token', 'until') end
  return 0
end
local left = tonumber(held[2] or 0) - now
-- A lock that lasts longer than any is given for is of a clock that was set back.
if held[1] and not mine and left > 0 and left <= 600000 then return 0 end
local fence = tonumber(held[3] or 0)
-- By time where that is more: what is put back from a backup may know of later jobs than the lock.
if not mine then fence = math.max(fence + 1, tonumber(time[1])) end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'until', string.format('%d', now + length),
  'fence', string.format('%d', fence))
return fence
