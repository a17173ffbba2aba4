-- Reads memories filed in some buckets: of those in small buckets all, of large ones the newest.
-- ARGV: most memories wanted, numbers of the buckets.
-- Returns {head, {id, record, …}}.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt')
local last = math.floor((tonumber(held[3] or 1) - 1) / 8192) -- see write.lua
local function stretch(bucket, number)
  return bucket .. struct.pack('>I4', number)
end
local sizes, buckets = {}, {}
for i = 2, #ARGV do
  local bucket = ARGV[i]
  buckets[i - 1], sizes[bucket] = bucket, 0
  for number = 0, last do
    sizes[bucket] = sizes[bucket] + redis.call('HSTRLEN', KEYS[4], stretch(bucket, number))
  end
end
table.sort(buckets, function(a, b)
  return sizes[a] < sizes[b] or (sizes[a] == sizes[b] and a < b)
end)

local rows, seen, left = {}, {}, tonumber(ARGV[1])
local function add(packed)
  if seen[packed] then return end
  seen[packed], left = true, left - 1
  local id = string.format('%d', (struct.unpack('>I4', packed)))
  rows[#rows + 1] = id
  rows[#rows + 1] = redis.call('HGET', KEYS[2], id)
end
for _, bucket in ipairs(buckets) do
  local number = last
  while number >= 0 and left > 0 do
    local ids = redis.call('HGET', KEYS[4], stretch(bucket, number)) or ''
    for i = #ids - 3, 1, -4 do
      if left <= 0 then break end
      add(string.sub(ids, i, i + 3))
    end
    number = number - 1
  end
end
return {held, rows}
