-- verdicts.lua - what becomes of entries that were handed out: done, tried again, parked.  See verdicts.c, consumer.c.

-- An entry leaves stream and group; so many pieces of it are done.
local function leaves(stream, counts, id, pieces, done)
    redis.call('XACK', stream, 'g', id)
    if redis.call('XDEL', stream, id) == 0 then return 0 end
    count(counts, 'apart:' .. stream, pieces - 1)
    count(counts, 'done:' .. stream, done)
    return done
end

-- The texts of an entry still there; none if an earlier sending of the same call moved it.
local function still_there(stream, id)
    local found = redis.call('XRANGE', stream, id, id)[1]
    return found and pieces_of(found[2]) or {}
end

-- Entries that are dealt with leave stream and group.
-- keys: stream, the counts; argv: how many bundles, their ids, of how many each is; then the ids of others.
local function done(keys, argv)
    local call, bundles, n, joined = redis.call, tonumber(argv[1]), 0, 0
    for i = 2, 1 + bundles do
        if call('XDEL', keys[1], argv[i]) == 1 then
            n, joined = n + 1, joined + argv[bundles + i] - 1
        end
    end
    if bundles > 0 then call('XACK', keys[1], 'g', unpack(argv, 2, 1 + bundles)) end
    if #argv > 1 + 2 * bundles then
        n = n + call('XDEL', keys[1], unpack(argv, 2 + 2 * bundles))
        call('XACK', keys[1], 'g', unpack(argv, 2 + 2 * bundles))
    end
    count(keys[2], 'apart:' .. keys[1], joined)
    count(keys[2], 'done:' .. keys[1], n + joined)
    return n + joined
end

-- One that is to be tried again.  head: attempts, first time, now.
local function put_aside(set, texts, id, due, head, text)
    redis.call('HSET', texts, id, head .. ' ' .. text)
    redis.call('ZADD', set, due, id)
end

-- keys: stream, set and texts of what waits; argv: id, due, attempts, first time, now.
local function retry(keys, argv)
    local id = argv[1]
    if not (whole(argv[2]) and whole(argv[3]) and whole(argv[4]) and whole(argv[5])) then return bad('retry') end
    local pieces = still_there(keys[1], id)
    for i, text in ipairs(pieces) do
        put_aside(keys[2], keys[3], #pieces > 1 and id .. '/' .. i or id, argv[2],
            table.concat(argv, ' ', 3, 5), text)
    end
    if #pieces > 0 then leaves(keys[1], count_of(keys[1]), id, #pieces, 0) end
    return 0
end

-- Attempts, first time, body and when it was put aside (0: by a version that did not say).  A body begins with no digit.
local function waiting(text)
    local attempts, first, rest = string.match(text or '', '^(%d+) (%d+) (.*)$')
    local set, body = string.match(rest or '', '^(%d+) (.*)$')
    return attempts, first, body or rest, tonumber(set or 0)
end

-- The same for what waits for its next try.  keys: set and texts.
local function rebase_waiting(keys, argv)
    local call = redis.call
    local now, ahead, moved = tonumber(argv[1]), tonumber(argv[2]), 0
    local all = call('ZRANGE', keys[1], 0, -1, 'WITHSCORES')
    for i = 1, #all, 2 do
        local attempts, first, body, set = waiting(call('HGET', keys[2], all[i]))
        local due = body and rebased(set, tonumber(all[i + 1]), now, ahead)
        if due then
            call('ZADD', keys[1], string.format('%d', due), all[i])
            call('HSET', keys[2], all[i], attempts .. ' ' .. first .. ' ' .. argv[1] .. ' ' .. body)
            moved = moved + 1
        end
    end
    return moved
end

-- What waited long enough goes to the end of its stream: how many did, and when the next is due ("" = none).
local function back(keys, argv)
    local call = redis.call
    local ids = call('ZRANGEBYSCORE', keys[2], '-inf', argv[1], 'LIMIT', 0, argv[2])
    local again = 0
    for _, id in ipairs(ids) do
        local attempts, first, body = waiting(call('HGET', keys[3], id))
        if body then
            call('XADD', keys[1], '*', 'b', body, 'a', attempts, 'f', first)
            again = again + 1
        end
        call('ZREM', keys[2], id)
        call('HDEL', keys[3], id)
    end
    count(keys[4], 'again:' .. keys[1], again)
    local later = call('ZRANGE', keys[2], 0, 0, 'WITHSCORES')
    return { #ids, later[2] or '' }
end

-- One that is left to people.
local function put_parked(stream, attempts, first, reason, now, text)
    redis.call('XADD', stream, '*', 'b', text, 'a', attempts, 'f', first, 'reason', reason, 'at', now)
end

-- keys: stream, parked stream; argv: id, attempts, first time, reason, now, how many may be parked (0: all).
local function park(keys, argv)
    local pieces = still_there(keys[1], argv[1])
    for _, text in ipairs(pieces) do
        put_parked(keys[2], argv[2], argv[3], argv[4], argv[5], text)
    end
    if #pieces > 0 then
        if argv[6] ~= '0' then redis.call('XTRIM', keys[2], 'MAXLEN', '~', argv[6]) end
        leaves(keys[1], count_of(keys[1]), argv[1], #pieces, 0)
    end
    return 0
end

-- A bundle of which some are not done: each goes its own way from here, in one call.
-- keys: stream, set and texts of what waits, parked stream, the counts; argv: id, attempts so far, first time, now; then
-- of each "" it is done, "r" and when it is tried again, or "p" and the reason why it is parked.
local function scatter(keys, argv)
    local id, done = argv[1], 0
    local pieces = still_there(keys[1], id)
    if #pieces == 0 then return 0 end
    if not (whole(argv[2]) and whole(argv[3]) and whole(argv[4])) or #argv ~= 4 + #pieces then return bad('scatter') end
    for i = 1, #pieces do
        if string.sub(argv[4 + i], 1, 1) == 'r' and not whole(string.sub(argv[4 + i], 2)) then return bad('due') end
    end
    for i, text in ipairs(pieces) do
        local how, what = string.sub(argv[4 + i], 1, 1), string.sub(argv[4 + i], 2)
        if how == 'r' then
            put_aside(keys[2], keys[3], id .. '/' .. i, what, argv[2] + 1 .. ' ' .. argv[3] .. ' ' .. argv[4], text)
        elseif how == 'p' then
            put_parked(keys[4], argv[2], argv[3], what, argv[4], text)
        else
            done = done + 1
        end
    end
    leaves(keys[1], keys[5], id, #pieces, done)
    return 0
end

redis.register_function('kt1_rebase_waiting', rebase_waiting)
redis.register_function('kt6_done', done)
redis.register_function('kt6_scatter', scatter)
-- A gateway of an earlier version takes a bundle for one.
redis.register_function('kt1_done', function(keys, argv)
    local args = { #argv, unpack(argv) }
    for i, id in ipairs(argv) do
        args[1 + #argv + i] = math.max(1, #still_there(keys[1], id))
    end
    return done(keys, args)
end)
redis.register_function('kt1_retry', retry)
redis.register_function('kt1_back', back)
redis.register_function('kt1_park', park)
