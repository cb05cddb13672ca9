-- due.lua - the timers.  See due.c.

-- Timers due by now: next due time after now ("" = none), then id, due, text of at most `limit`.
local function due(keys, argv)
    local call = redis.call
    local found = call('ZRANGEBYSCORE', keys[1], '-inf', argv[1], 'WITHSCORES', 'LIMIT', 0, argv[2])
    local later = call('ZRANGEBYSCORE', keys[1], '(' .. argv[1], '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    local out = { later[2] or '' }
    for i = 1, #found, 2 do
        out[#out + 1] = found[i]
        out[#out + 1] = found[i + 1]
        out[#out + 1] = call('HGET', keys[2], found[i]) or ''
    end
    return out
end

-- A timer whose message was parked: off, unless it was set to another time since.
local function undue(keys, argv)
    local call = redis.call
    if call('ZSCORE', keys[1], argv[1]) == argv[2] then
        call('ZREM', keys[1], argv[1])
        call('HDEL', keys[2], argv[1])
    end
    return 0
end

-- keys: timers' set and texts; argv: now, by how much the clock was put back: how many timers were moved.
local function rebase(keys, argv)
    local call = redis.call
    local now, ahead, moved = tonumber(argv[1]), tonumber(argv[2]), 0
    local all = call('HGETALL', keys[2])
    for i = 1, #all, 2 do
        local set, text = string.match(all[i + 1], '^\1(%d+)\1(.*)$')
        local due = set and tonumber(call('ZSCORE', keys[1], all[i]))
        due = due and rebased(tonumber(set), due, now, ahead)
        if due then
            call('ZADD', keys[1], string.format('%d', due), all[i])
            call('HSET', keys[2], all[i], '\1' .. argv[1] .. '\1' .. text)
            moved = moved + 1
        end
    end
    return moved
end

redis.register_function { function_name = 'kt1_due', callback = due, flags = { 'no-writes' } }
redis.register_function('kt1_undue', undue)
redis.register_function('kt1_rebase', rebase)
