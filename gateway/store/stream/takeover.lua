-- takeover.lua - gateways that live, and the entries of those that do not.  See peers.c, takeover.c.

-- A gateway lives: counts up its row, answers all of them.
local function beat(keys, argv)
    redis.call('HINCRBY', keys[1], argv[1], 1)
    return redis.call('HGETALL', keys[1])
end

-- Idle for longer than any entry ever is: XCLAIM leaves alone what is in somebody's name, and with FORCE takes the rest.
local OTHERS = '4000000000000'

-- What one consumer of a stream has in its hands goes to another: how many did.
-- keys: stream; argv: from, to, at most.
local function take(keys, argv)
    local held = redis.pcall('XPENDING', keys[1], 'g', '-', '+', argv[3], argv[1])
    if held.err or #held == 0 then return 0 end
    local ids = {}
    for i = 1, #held do
        ids[i] = held[i][1]
    end
    ids[#ids + 1] = 'JUSTID'
    redis.call('XCLAIM', keys[1], 'g', argv[2], 0, unpack(ids))
    return #held
end

-- What was handed out in nobody's name, and is still there, gets this one: how many did.  A gateway that is the only
-- one reads without a name (consumer.c).  keys: stream; argv: name, at most.
local function strays(keys, argv)
    local last
    for _, group in ipairs(redis.call('XINFO', 'GROUPS', keys[1])) do
        for i = 1, #group, 2 do
            if group[i] == 'last-delivered-id' then last = group[i + 1] end
        end
    end
    local from, found, most = '-', 0, tonumber(argv[2])
    while last and found < most do
        local ids = {}
        for i, entry in ipairs(redis.call('XRANGE', keys[1], from, last, 'COUNT', 1000)) do
            ids[i] = entry[1]
        end
        if #ids == 0 then break end
        from = '(' .. ids[#ids]
        ids[#ids + 1], ids[#ids + 2] = 'FORCE', 'JUSTID'
        found = found + #redis.call('XCLAIM', keys[1], 'g', argv[1], OTHERS, unpack(ids))
    end
    return found
end

redis.register_function('kt1_beat', beat)
redis.register_function('kt1_take', take)
redis.register_function('kt5_strays', strays)
