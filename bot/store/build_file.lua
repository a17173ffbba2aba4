-- Files memories in the buckets that are being built.
-- ARGV: wrapped data key, generation, number of the job, version that the memories were read at,
--       id of the first, id to go on at; then name of a bucket and stretch, packed ids, name, …
-- Returns {"done", id to go on at}, {"changed"} where one of the memories was changed since,
-- {"fenced"} where a later job is at work, or {"gone"} where nothing is being built.
local key, generation, fence, version, from, to = unpack(ARGV)
local held = redis.call('HMGET', KEYS[1], 'key', 'bld', 'fence', 'cur')
if held[1] ~= key then return {'gone'} end
if held[3] ~= fence then return {'fenced'} end
if held[2] ~= generation then return {'gone'} end
if held[4] ~= from then return {'done', held[4]} end -- a repeat whose reply was lost
local since = string.format('%d-0', version + 1)
for _, event in ipairs(redis.call('XRANGE', KEYS[5], since, '+')) do
  local id = tonumber(event[2][4])
  if id >= tonumber(from) and id < tonumber(to) then return {'changed'} end
end
for i = 7, #ARGV, 2 do
  local ids = redis.call('HGET', KEYS[7], ARGV[i]) or ''
  redis.call('HSET', KEYS[7], ARGV[i], ids .. ARGV[i + 1])
end
redis.call('HSET', KEYS[1], 'cur', to)
return {'done', to}
