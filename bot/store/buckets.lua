-- Reads the memories filed in some buckets.
-- ARGV: numbers of the buckets.
-- Returns {head, {id, record, …}}.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt')
local rows, seen = {}, {}
for _, bucket in ipairs(ARGV) do
  local ids = redis.call('HGET', KEYS[4], bucket) or ''
  for i = 1, #ids, 4 do
    local packed = string.sub(ids, i, i + 3)
    if not seen[packed] then
      seen[packed] = true
      local id = string.format('%d', (struct.unpack('>I4', packed)))
      rows[#rows + 1] = id
      rows[#rows + 1] = redis.call('HGET', KEYS[2], id)
    end
  end
end
return {held, rows}
