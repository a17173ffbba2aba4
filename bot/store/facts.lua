-- Reads numbers of a scope, with its oldest and its newest memory.
-- Returns {head, {id, record, …}, bytes, filled buckets, memories in the fullest, layout}.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld')
if not held[1] then return {held} end
local next_id, rows = tonumber(held[3]), {}
local function nearest(from, to, step)
  for id = from, to, step do
    local name = string.format('%d', id)
    local record = redis.call('HGET', KEYS[2], name)
    if record then
      rows[#rows + 1] = name
      rows[#rows + 1] = record
      return
    end
  end
end
if tonumber(held[4]) > 0 then nearest(1, next_id - 1, 1) end
if tonumber(held[4]) > 1 then nearest(next_id - 1, 1, -1) end

local used = 0
for _, key in ipairs(KEYS) do
  used = used + (redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0) or 0)
end

local sizes, buckets, fullest = {}, 0, 0
local postings = redis.call('HGETALL', KEYS[4])
for i = 1, #postings, 2 do -- a bucket is in several stretches, see write.lua
  local bucket = string.sub(postings[i], 1, 2)
  if not sizes[bucket] then buckets = buckets + 1 end
  sizes[bucket] = (sizes[bucket] or 0) + #postings[i + 1] / 4
  fullest = math.max(fullest, sizes[bucket])
end
return {held, rows, used, buckets, fullest, tonumber(held[6] or 0)}
