-- Reads memories from the newest down.
-- ARGV: id to stay below ("0": from the newest), how many.
-- Returns {head, {id, record, …}}.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld')
local rows = {}
local before, wanted, left = tonumber(ARGV[1]), 2 * ARGV[2], tonumber(held[4] or 0)
local next_id = tonumber(held[3] or 1)
if before == 0 or before > next_id then before = next_id end
local id = before - 1
while id >= 1 and left > 0 and #rows < wanted do
  local name = string.format('%d', id)
  local record = redis.call('HGET', KEYS[2], name)
  if record then
    rows[#rows + 1] = name
    rows[#rows + 1] = record
    left = left - 1
  end
  id = id - 1
end
return {held, rows}
