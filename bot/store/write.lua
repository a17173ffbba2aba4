-- Carries out one change of a scope, all of it or nothing.
-- ARGV: wrapped data key, version the change was made for ("0": no such scope yet), token, time (ms),
--       next id, generation, layout version, then five lists, each led by its length:
--       messages that must be unknown,
--       removals (id, message, buckets, built), puts (id, message, record, new buckets, stale
--       buckets, new built, stale built), old texts (id, sealed entry) and events (kind, id).
--       Buckets are packed, 2 bytes each: those that are read, those that are being built.
-- Returns {"done"}, {"known", {place of such a message, its packed ids, …}} or, where another client
-- changed the scope meanwhile, {"stale", head}.
local head, rec, msg, bkt, log, old, built = unpack(KEYS)
local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end
local key, version, token, now = take(), take(), take(), take()
local next_id, generation, layout = take(), take(), take()

local fresh, known = {}, {}
for i = 1, tonumber(take()) do
  fresh[i] = take()
  local ids = redis.call('HGET', msg, fresh[i])
  if ids then
    known[#known + 1] = tostring(i - 1)
    known[#known + 1] = ids
  end
end
if #known > 0 then return {'known', known} end
local held = redis.call(
  'HMGET', head, 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld', 'last', 'cur', 'top')
if held[1] == key and held[8] == token then return {'done'} end -- a repeat whose reply was lost
if (held[1] or key) ~= key or (held[2] or '0') ~= version then return {'stale', held} end

-- A bucket is split by ids: what is written again with each memory stays short, in the file too.
local function each(place, id, buckets, change)
  local stretch = struct.pack('>I4', math.floor(id / 8192))
  for i = 1, #buckets, 2 do
    local bucket = string.sub(buckets, i, i + 1) .. stretch
    local ids = change(redis.call('HGET', place, bucket) or '')
    if ids == '' then
      redis.call('HDEL', place, bucket)
    else
      redis.call('HSET', place, bucket, ids)
    end
  end
end
-- What the job has not reached yet, it files as it finds it.
local function reached(id)
  return tonumber(id) < tonumber(held[9] or 0) or tonumber(id) >= tonumber(held[10] or 0)
end
local function file(place, id, buckets)
  if place == built and not reached(id) then return end
  local packed = struct.pack('>I4', id)
  each(place, id, buckets, function(ids) return ids .. packed end)
end
local function unfile(place, id, buckets)
  if place == built and not reached(id) then return end
  local packed = struct.pack('>I4', id)
  each(place, id, buckets, function(ids)
    local i = string.find(ids, packed, 1, true)
    while i and i % 4 ~= 1 do i = string.find(ids, packed, i + 1, true) end
    return i and string.sub(ids, 1, i - 1) .. string.sub(ids, i + 4) or ids
  end)
end

local function unlink(id, name)
  local ids = redis.call('HGET', msg, name) or ''
  for i = 1, #ids, 4 do
    if struct.unpack('>I4', ids, i) == tonumber(id) then
      redis.call('HSET', msg, name, string.sub(ids, 1, i - 1) .. string.sub(ids, i + 4))
      return
    end
  end
end
local function link(id, name)
  local ids, place = redis.call('HGET', msg, name) or '', 1
  if #ids > 0 and struct.unpack('>I4', ids, #ids - 3) < tonumber(id) then place = #ids + 1 end
  while place < #ids and struct.unpack('>I4', ids, place) < tonumber(id) do place = place + 4 end
  if place > #ids or struct.unpack('>I4', ids, place) ~= tonumber(id) then
    ids = string.sub(ids, 1, place - 1) .. struct.pack('>I4', id) .. string.sub(ids, place)
    redis.call('HSET', msg, name, ids)
  end
end

-- Each edit would copy all of a memory's old texts: those of the newest edits are kept.
local function newest(entries)
  local starts, at = {}, 1
  while at <= #entries do
    starts[#starts + 1] = at
    at = at + 8 + struct.unpack('>I4', entries, at + 4) -- led by its version and its length
  end
  return string.sub(entries, starts[math.max(#starts - 49, 1)])
end

for _, name in ipairs(fresh) do redis.call('HSET', msg, name, '') end
local count = tonumber(held[4] or 0)
for _ = 1, tonumber(take()) do
  local id, name, read, next_read = take(), take(), take(), take()
  unlink(id, name)
  unfile(bkt, id, read)
  unfile(built, id, next_read)
  count = count - redis.call('HDEL', rec, id)
  redis.call('HDEL', old, id)
end
for _ = 1, tonumber(take()) do
  local id, name, record, new, stale = take(), take(), take(), take(), take()
  link(id, name)
  unfile(bkt, id, stale)
  file(bkt, id, new)
  new, stale = take(), take()
  unfile(built, id, stale)
  file(built, id, new)
  count = count + redis.call('HSET', rec, id, record)
end
for _ = 1, tonumber(take()) do
  local id, entry = take(), take()
  redis.call('HSET', old, id, newest((redis.call('HGET', old, id) or '') .. entry))
end
local changed = string.format('%d', version + 1)
for n = 1, tonumber(take()) do
  local kind, id = take(), take()
  redis.call('XADD', log, changed .. '-' .. n, 'k', kind, 'i', id, 't', now)
end
redis.call('HSET', head, 'key', key, 'ver', changed, 'next', next_id, 'gen', generation,
  'count', string.format('%d', count), 'last', token, 'fmt', layout)
return {'done'}
