-- Brings a mirror up to date.
-- ARGV: wrapped data key, version and next id that the mirror is at, most memories wanted.
-- Returns {head, "same" | "all" | "some" | "large", {id, record, …}}; in "some", a record of "" is one
-- that is gone. "large": more than wanted is new to the mirror.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld')
if not held[1] then return {held, 'all', {}} end
local most = tonumber(ARGV[4])
if held[1] ~= ARGV[1] then
  if tonumber(held[4]) > most then return {held, 'large', {}} end
  return {held, 'all', redis.call('HGETALL', KEYS[2])}
end
if held[2] == ARGV[2] then return {held, 'same', {}} end
if held[3] - ARGV[3] > most then return {held, 'large', {}} end
local rows, seen = {}, {}
local function add(id)
  if seen[id] then return end
  seen[id] = true
  rows[#rows + 1] = id
  rows[#rows + 1] = redis.call('HGET', KEYS[2], id) or ''
end
for id = tonumber(ARGV[3]), held[3] - 1 do add(string.format('%d', id)) end
for _, event in ipairs(redis.call('XRANGE', KEYS[5], string.format('%d-0', ARGV[2] + 1), '+')) do
  add(event[2][4])
end
return {held, 'some', rows}
