-- Removes a scope, its data key first.
-- ARGV: wrapped data key, generation, generation being built.
-- Returns {"done", count}, {"stale", head} when the scope is another, or {"none"}.
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld')
if not held[1] then return {'none'} end
if held[1] ~= ARGV[1] or held[5] ~= ARGV[2] or (held[7] or '0') ~= ARGV[3] then
  return {'stale', held}
end
redis.call('HDEL', KEYS[1], 'key')
redis.call('UNLINK', unpack(KEYS))
return {'done', held[4]}
