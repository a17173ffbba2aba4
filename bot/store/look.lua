-- Reads the head and some memories at one moment.
-- ARGV: message whose memories are wanted ("" if none), then ids.
-- Returns {head, {id, record, …}, packed ids of the message}.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld')
local rows = {}
local function add(id)
  local record = redis.call('HGET', KEYS[2], id)
  if record then
    rows[#rows + 1] = id
    rows[#rows + 1] = record
  end
end
local ids = ARGV[1] ~= '' and redis.call('HGET', KEYS[3], ARGV[1]) or ''
for i = 1, #ids, 4 do add(string.format('%d', (struct.unpack('>I4', ids, i)))) end
for i = 2, #ARGV do add(ARGV[i]) end
return {held, rows, ids}
