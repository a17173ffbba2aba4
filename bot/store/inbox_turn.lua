-- Hands updates that a worker has to those whose chats they are; a chat that is nobody's is its own.
-- KEYS: held, workers, posts, the chat of each update. ARGV: worker, how long a chat stays (ms), ids.
-- Returns "1" where a chat was a dead worker's, else "0"; the last update that was handed to this
-- worker of each of its chats since it last came here, and the ids that stay with it, in the order
-- given.
local time, mine, handed, dead = redis.call('TIME'), {}, {}, '0'
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 3, #ARGV do
  local chat = KEYS[i + 1]
  local owner = redis.call('HGET', chat, 'owner')
  local ends = owner and owner ~= ARGV[1] and redis.call('ZSCORE', KEYS[2], owner)
  if ends and tonumber(ends) >= now then
    redis.call('HSET', KEYS[1], ARGV[i], owner)
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', '10000', '*', owner, ARGV[i])
    redis.call('PEXPIRE', KEYS[3], 3600000)
    redis.call('HSET', chat, 'handed', ARGV[i])
  else
    if owner and owner ~= ARGV[1] then dead = '1' end
    handed[#handed + 1] = redis.call('HGET', chat, 'handed') or nil
    redis.call('HDEL', chat, 'handed')
    redis.call('HSET', chat, 'owner', ARGV[1])
    mine[#mine + 1] = ARGV[i]
  end
  redis.call('PEXPIRE', chat, ARGV[2])
end
return {dead, handed, mine}
