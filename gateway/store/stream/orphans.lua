-- orphans.lua - streams that nobody opens any more.  See orphans.c.

-- What waits in a stream that nobody opens goes to another: how many at most `argv[1]` of each kind did.
-- keys: stream, set and texts of what waits, parked stream; where to, and its parked stream; the counts.
local function move(keys, argv)
    local call = redis.call
    local n, parked, most = 0, 0, tonumber(argv[1])
    for from, to in pairs({ [1] = 5, [4] = 6 }) do
        for _, entry in ipairs(call('XRANGE', keys[from], '-', '+', 'COUNT', most)) do
            local pieces = #pieces_of(entry[2])
            call('XADD', keys[to], '*', unpack(entry[2]))
            count(keys[7], 'joined:' .. keys[to], pieces - 1)
            redis.pcall('XACK', keys[from], 'g', entry[1])
            call('XDEL', keys[from], entry[1])
            count(keys[7], 'apart:' .. keys[from], pieces - 1)
            n = n + pieces
            if from == 4 then parked = parked + 1 end
        end
    end
    for _, id in ipairs(call('ZRANGE', keys[2], 0, most - 1)) do
        local attempts, first, body = waiting(call('HGET', keys[3], id))
        if body then call('XADD', keys[5], '*', 'b', body, 'a', attempts, 'f', first) end
        call('ZREM', keys[2], id)
        call('HDEL', keys[3], id)
        n = n + 1
    end
    count(keys[7], 'moved:' .. keys[1], n)
    count(keys[7], 'again:' .. keys[5], -parked) -- came in without an entry of its own in the stream
    if n == 0 then
        call('DEL', keys[1], keys[2], keys[3], keys[4])
        if keys[7] then
            call('HDEL', keys[7], 'from:' .. keys[1], 'done:' .. keys[1], 'again:' .. keys[1], 'moved:' .. keys[1],
                'joined:' .. keys[1], 'apart:' .. keys[1], 'dropped:' .. keys[4], 'released:' .. keys[4])
        end
    end
    return n
end

redis.register_function('kt1_move', move)
