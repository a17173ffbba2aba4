-- Ends the building of a generation: it is read from now on, or given up; the other one goes.
-- ARGV: wrapped data key, generation, number of the job, "switch" or "drop".
-- Returns {"done", head}, {"fenced"}, {"unfinished"} where not all is filed, or {"gone"}.
local key, generation, fence, how = unpack(ARGV)
local held = redis.call(
  'HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld', 'fence', 'cur', 'top')
if held[1] ~= key then return {'gone'} end
if held[8] ~= fence then return {'fenced'} end
if held[7] ~= generation and held[5] ~= generation then return {'gone'} end
if held[7] == generation and KEYS[4] ~= string.gsub(KEYS[4], '%d+$', held[5]) then return {'gone'} end
if held[7] == generation then
  local switch = how == 'switch'
  if switch and tonumber(held[9]) < tonumber(held[10]) then return {'unfinished'} end
  held[2], held[7] = string.format('%d', held[2] + 1), '0'
  redis.call('UNLINK', switch and KEYS[4] or KEYS[7])
  redis.call('HSET', KEYS[1], 'ver', held[2])
  redis.call('HDEL', KEYS[1], 'bld', 'cur', 'top')
  if switch then
    redis.call('HSET', KEYS[1], 'gen', generation)
    held[5] = generation
  end
end
for _ = 8, 10 do held[#held] = nil end
return {'done', held}
