-- Begins to build a generation of a scope's buckets beside the one that is read, or goes on.
-- KEYS: as ever, then the buckets to be built. ARGV: wrapped data key, generation, number of the job.
-- Returns {"going", head, next id to file, id to stop at}, {"done", head} where it is read already,
-- {"stale", head}, {"fenced"} where a later job is at work, or {"none"}.
local held = redis.call(
  'HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld', 'fence', 'cur', 'top')
if not held[1] then return {'none'} end
local key, generation, fence = unpack(ARGV)
if tonumber(held[8] or 0) > tonumber(fence) then return {'fenced'} end
if held[1] ~= key or KEYS[7] ~= string.gsub(KEYS[8], '%d+$', held[7] or '0') then
  return {'stale', held}
end
if tonumber(held[5]) >= tonumber(generation) then return {'done', held} end
redis.call('HSET', KEYS[1], 'fence', fence)
if held[7] ~= generation then
  if KEYS[7] ~= KEYS[8] then redis.call('UNLINK', KEYS[7]) end -- of a build that was given up
  held[2] = string.format('%d', held[2] + 1)
  held[7], held[9], held[10] = generation, '1', held[3]
  redis.call('HSET', KEYS[1], 'ver', held[2], 'bld', generation, 'cur', '1', 'top', held[3])
end
local cursor, top = held[9], held[10]
for _ = 8, 10 do held[#held] = nil end
return {'going', held, cursor, top}
