-- parked.lua - what is left to people.  See parked.c.

-- How many are parked in each of these streams, and the oldest one's id ("" = none).
local function parked(keys)
    local out = {}
    for i, key in ipairs(keys) do
        local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
        out[2 * i - 1] = redis.call('XLEN', key)
        out[2 * i] = first and first[1] or ''
    end
    return out
end

-- What was parked goes back to its stream, once.  A message's duplicate key, if it is still the one that
-- parking left, makes way: whoever carries it out first takes it anew.
-- keys: parked stream, where to, the counts, the duplicate key of a message; argv: id.
local function release(keys, argv)
    local call = redis.call
    local entry = call('XRANGE', keys[1], argv[1], argv[1])[1]
    if not entry then return 0 end
    local f = {}
    for i = 1, #entry[2], 2 do
        f[entry[2][i]] = entry[2][i + 1]
    end
    if keys[4] and f.c and call('GET', keys[4]) == f.c then call('DEL', keys[4]) end
    call('XADD', keys[2], '*', 'b', f.b, 'a', '0', 'f', f.f)
    count(keys[3], 'again:' .. keys[2], 1)
    count(keys[3], 'released:' .. keys[1], 1)
    return call('XDEL', keys[1], argv[1])
end

-- A parked timer is due again, unless it was set anew since.
-- keys: parked stream, timers' set and texts, the counts; argv: id, the timer's id, due, text.
local function release_timer(keys, argv)
    local call = redis.call
    if not whole(argv[3]) then return bad('due') end
    if call('XDEL', keys[1], argv[1]) == 0 then return 0 end
    count(keys[4], 'released:' .. keys[1], 1)
    if call('ZADD', keys[2], 'NX', argv[3], argv[2]) == 1 then call('HSET', keys[3], argv[2], argv[4]) end
    return 1
end

-- People threw one away.  keys: parked stream, the counts; argv: id.
local function drop(keys, argv)
    local n = redis.call('XDEL', keys[1], argv[1])
    count(keys[2], 'dropped:' .. keys[1], n)
    return n
end

-- Bytes that nobody could read, for people.  keys: parked stream, the counts; argv: body, reason, now.
local function quarantine(keys, argv)
    redis.call('XADD', keys[1], '*', 'b', argv[1], 'a', '0', 'f', argv[3], 'reason', argv[2], 'at', argv[3])
    count(keys[2], 'p-', 1)
    return 0
end

redis.register_function { function_name = 'kt1_parked', callback = parked, flags = { 'no-writes' } }
redis.register_function('kt2_release', release)
redis.register_function('kt1_release', function(keys, argv) return release({ keys[1], keys[2], nil, keys[3] }, argv) end)
redis.register_function('kt1_drop', drop)
redis.register_function('kt1_quarantine', quarantine)
redis.register_function('kt1_release_timer', release_timer)
