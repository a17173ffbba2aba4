-- Adds to the counts of a day.
-- ARGV: token of this addition, when the day goes (s since 1970), name, number, name, number, …
if redis.call('HGET', KEYS[1], 'last') == ARGV[1] then return end -- a repeat whose reply was lost
for i = 3, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('HSET', KEYS[1], 'last', ARGV[1])
redis.call('EXPIREAT', KEYS[1], ARGV[2])
