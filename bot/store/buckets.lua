-- Reads the memories filed in some buckets.
-- ARGV: numbers of the buckets.
-- Returns {head, {id, record, …}}.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt')
local rows, seen = {}, {}
local function add(packed)
  if seen[packed] then return end
  seen[packed] = true
  local id = string.format('%d', (struct.unpack('>I4', packed)))
  rows[#rows + 1] = id
  rows[#rows + 1] = redis.call('HGET', KEYS[2], id)
end
local last = math.floor((tonumber(held[3] or 1) - 1) / 8192) -- see write.lua
for _, bucket in ipairs(ARGV) do
  for stretch = 0, last do
    local ids = redis.call('HGET', KEYS[4], bucket .. struct.pack('>I4', stretch)) or ''
    for i = 1, #ids, 4 do add(string.sub(ids, i, i + 3)) end
  end
end
return {held, rows}
