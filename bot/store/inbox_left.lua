-- Reads what is not finished.
-- Returns id, sealed update, id, sealed update, …
local held, left = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #held, 2 do
  -- A backup read while the bot worked may hold an update both as open and as finished.
  if not redis.call('ZSCORE', KEYS[2], held[i]) then
    left[#left + 1] = held[i]
    left[#left + 1] = held[i + 1]
  end
end
return left
