-- Reads the latest events, newest first, with the old texts of the memories they name.
-- ARGV: how many.
-- Returns {head, {event id, kind, memory id, time, …}, {id, sealed old texts, …}}.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld')
local events, texts, seen = {}, {}, {}
for _, event in ipairs(redis.call('XREVRANGE', KEYS[5], '+', '-', 'COUNT', ARGV[1])) do
  local kind, id, time = event[2][2], event[2][4], event[2][6]
  for _, value in ipairs({event[1], kind, id, time}) do events[#events + 1] = value end
  if not seen[id] then
    seen[id] = true
    local sealed = redis.call('HGET', KEYS[6], id)
    if sealed then
      texts[#texts + 1] = id
      texts[#texts + 1] = sealed
    end
  end
end
return {held, events, texts}
