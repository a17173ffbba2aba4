-- Reads a stretch of each key.
-- ARGV: about how many items are wanted of each; then, for each key, where to go on ("0": at its
--       start).
-- Returns for each key {type, when it ends (ms since 1970; -1: never), where to go on ("0": that
-- was all), {item, …}}. Items are as fill.lua takes them.
local scans = {hash = 'HSCAN', set = 'SSCAN', zset = 'ZSCAN'}
local function stretch(key, kind, from)
  if scans[kind] then
    return unpack(redis.call(scans[kind], key, from, 'COUNT', ARGV[1]))
  elseif kind == 'stream' then
    local start = from == '0' and '-' or '(' .. from
    local entries, items, last = redis.call('XRANGE', key, start, '+', 'COUNT', ARGV[1]), {}, '0'
    for _, entry in ipairs(entries) do
      items[#items + 1] = entry[1]
      items[#items + 1] = tostring(#entry[2])
      for _, part in ipairs(entry[2]) do items[#items + 1] = part end
      last = entry[1]
    end
    return #entries < tonumber(ARGV[1]) and '0' or last, items
  elseif kind == 'string' then
    return '0', {redis.call('GET', key)}
  end
  return '0', {}
end
local stretches = {}
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  local on, items = stretch(key, kind, ARGV[i + 1])
  stretches[i] = {kind, redis.call('PEXPIRETIME', key), on, items}
end
return stretches
