-- Finishes updates.
-- KEYS: inbox, seen, held. ARGV: now (ms), ids.
-- By time, not by id: after a week without updates Telegram goes on with an id of its choice.
local day = 86400000
for i = 2, #ARGV do
  redis.call('HDEL', KEYS[1], ARGV[i])
  redis.call('HDEL', KEYS[3], ARGV[i])
  redis.call('ZADD', KEYS[2], ARGV[1], ARGV[i])
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('(%d', ARGV[1] - day))
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -10001)
redis.call('PEXPIRE', KEYS[2], day)
