-- Keeps updates that are not known, and gives those to a worker that no other living one has.
-- KEYS: inbox, seen, held, workers. ARGV: worker, id, sealed update, id, sealed update, …
-- Returns the ids that are given, in the order given.
local time, open = redis.call('TIME'), {}
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #ARGV, 2 do
  if not redis.call('ZSCORE', KEYS[2], ARGV[i]) then
    redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
    local holder = redis.call('HGET', KEYS[3], ARGV[i])
    local ends = holder and holder ~= ARGV[1] and redis.call('ZSCORE', KEYS[4], holder)
    if not ends or tonumber(ends) < now then
      redis.call('HSET', KEYS[3], ARGV[i], ARGV[1])
      open[#open + 1] = ARGV[i]
    end
  end
end
return open
