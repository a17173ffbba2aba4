-- Sets a key, or removes it, on behalf of the job that builds the buckets.
-- KEYS: lock, key. ARGV: number of the job, value ("" removes).
-- Returns 1, or 0 where another job has taken over.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('UNLINK', KEYS[2]) else redis.call('SET', KEYS[2], ARGV[2]) end
return 1
