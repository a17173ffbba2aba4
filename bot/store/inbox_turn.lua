-- Hands updates that a worker has to those whose chats they are; a chat that is nobody's is its own.
-- KEYS: held, workers, posts, the chat of each update. ARGV: worker, how long a chat stays (ms), ids.
-- Returns "1" where a chat was a dead worker's, else "0", and the ids that stay with this worker, in
-- the order given.
local time, mine = redis.call('TIME'), {'0'}
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 3, #ARGV do
  local chat = KEYS[i + 1]
  local owner = redis.call('GET', chat)
  local ends = owner and owner ~= ARGV[1] and redis.call('ZSCORE', KEYS[2], owner)
  if ends and tonumber(ends) >= now then
    redis.call('HSET', KEYS[1], ARGV[i], owner)
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', '10000', '*', owner, ARGV[i])
    redis.call('PEXPIRE', KEYS[3], 3600000)
  else
    if owner and owner ~= ARGV[1] then mine[1] = '1' end
    owner = ARGV[1]
    mine[#mine + 1] = ARGV[i]
  end
  redis.call('SET', chat, owner, 'PX', ARGV[2])
end
return mine
