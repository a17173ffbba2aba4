-- Reads days: a list of names and numbers for each key.
local days = {}
for i, key in ipairs(KEYS) do days[i] = redis.call('HGETALL', key) end
return days
