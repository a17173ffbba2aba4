-- Says that a worker lives.
-- KEYS: workers. ARGV: worker, for how long (ms), "1" if there can be no other.
-- Returns how many live, and 1 where this one was taken for dead meanwhile, else 0.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ARGV[3] == '1' then redis.call('DEL', KEYS[1]) end
redis.call('ZADD', KEYS[1], string.format('%d', now + ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%d', now - 60000))
redis.call('PEXPIRE', KEYS[1], 3600000)
local living = redis.call('ZCOUNT', KEYS[1], string.format('%d', now), '+inf')
return {living, before and tonumber(before) < now and 1 or 0}
