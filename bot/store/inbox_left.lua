-- Gives a worker the updates that no other living one has.
-- KEYS: inbox, seen, held, workers. ARGV: worker.
-- Returns the ids of all that it has.
local time, mine = redis.call('TIME'), {}
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
  local holder = redis.call('HGET', KEYS[3], id)
  local ends = holder and holder ~= ARGV[1] and redis.call('ZSCORE', KEYS[4], holder)
  -- A backup read while the bot worked may hold an update both as open and as finished.
  local open = not redis.call('ZSCORE', KEYS[2], id)
  if open and (not ends or tonumber(ends) < now) then
    redis.call('HSET', KEYS[3], id, ARGV[1])
    mine[#mine + 1] = id
  end
end
return mine
