-- Reads the memories that share most with a question: the rarer a bucket, the more it tells.
-- ARGV: most memories wanted, numbers of the buckets.
-- Returns {head, {id, record, …}}.
local most, spread = 20000, 4 -- ids that are looked at of a bucket, the newest; levels a unit
local held = redis.call('HMGET', KEYS[1], 'key', 'ver', 'next', 'count', 'gen', 'fmt', 'bld')
if not held[1] then return {held, {}} end
local last = math.floor((tonumber(held[3] or 1) - 1) / 8192) -- see write.lua
local scores = {}

local function look(bucket)
  local stretches, size = {}, 0
  for number = last, 0, -1 do
    local name = bucket .. struct.pack('>I4', number)
    local length = redis.call('HSTRLEN', KEYS[4], name) / 4
    if length > 0 then stretches[#stretches + 1] = name end
    size = size + length
  end
  local worth, left = 1 + math.log(held[4] / size), most
  for _, name in ipairs(stretches) do
    if left <= 0 then return end
    local ids = redis.call('HGET', KEYS[4], name)
    for i = #ids - 3, math.max(#ids - 4 * left, 1), -4 do
      local id = string.sub(ids, i, i + 3)
      scores[id] = (scores[id] or 0) + worth
    end
    left = left - #ids / 4
  end
end
for i = 2, #ARGV do look(ARGV[i]) end

local levels, highest = {}, 0
for id, score in pairs(scores) do
  local level = math.max(math.floor(spread * score), 0)
  if not levels[level] then levels[level] = {} end
  levels[level][#levels[level] + 1] = id
  highest = math.max(highest, level)
end
local rows, left = {}, tonumber(ARGV[1])
for level = highest, 0, -1 do
  local ids = levels[level] or {}
  if #ids > left then table.sort(ids, function(a, b) return a > b end) end -- the newest of equals
  for i = 1, math.min(#ids, left) do
    local id = string.format('%d', (struct.unpack('>I4', ids[i])))
    rows[#rows + 1] = id
    rows[#rows + 1] = redis.call('HGET', KEYS[2], id)
  end
  left = math.max(left - #ids, 0)
end
return {held, rows}
