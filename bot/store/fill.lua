-- Writes a stretch of a key; the key and what of it is there already stay.
-- ARGV: type, when the key ends (ms since 1970; -1: never), items: field, value, … of a hash;
--       members of a set; member, score, … of a sorted set; id, number of parts, part, … of a
--       stream; the value of a string.
local key, kind = KEYS[1], ARGV[1]
local i = 3
while i <= #ARGV do
  if kind == 'hash' then
    redis.call('HSET', key, ARGV[i], ARGV[i + 1])
    i = i + 2
  elseif kind == 'set' then
    redis.call('SADD', key, ARGV[i])
    i = i + 1
  elseif kind == 'zset' then
    redis.call('ZADD', key, ARGV[i + 1], ARGV[i])
    i = i + 2
  elseif kind == 'stream' then
    local id, parts = ARGV[i], tonumber(ARGV[i + 1])
    if #redis.call('XRANGE', key, id, id) == 0 then -- else a repeat whose reply was lost
      redis.call('XADD', key, id, unpack(ARGV, i + 2, i + 1 + parts))
    end
    i = i + 2 + parts
  else
    redis.call('SET', key, ARGV[i])
    i = i + 1
  end
end
if tonumber(ARGV[2]) >= 0 then redis.call('PEXPIREAT', key, ARGV[2]) end
