-- Keeps updates that are not known.
-- ARGV: id, sealed update, id, sealed update, …
-- Returns the ids that are not finished, in the order given.
local open = {}
for i = 1, #ARGV, 2 do
  if not redis.call('ZSCORE', KEYS[2], ARGV[i]) then
    redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
    open[#open + 1] = ARGV[i]
  end
end
return open
