-- Reads memories in write order.
-- ARGV: id to begin at, most memories wanted.
-- Returns {head, {id, record, …}, id to go on at}.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld')
local id, next_id = tonumber(ARGV[1]), tonumber(held[3] or 1)
local rows, wanted, last = {}, 2 * ARGV[2], id + 20000 -- ids that are gone must not stop the server
while id < next_id and id < last and #rows < wanted do
  local name = string.format('%d', id)
  local record = redis.call('HGET', KEYS[2], name)
  if record then
    rows[#rows + 1] = name
    rows[#rows + 1] = record
  end
  id = id + 1
end
return {held, rows, id}
