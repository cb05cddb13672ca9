-- audit.lua - what went through and where the rest is.  See audit.c.

-- How many entries a stream ever had, how many it has.
local function added(stream)
    local info = redis.pcall('XINFO', 'STREAM', stream)
    for i = 1, info.err and 0 or #info, 2 do
        if info[i] == 'entries-added' then return info[i + 1] end
    end
    return 0
end

-- Counting begins, where it did not yet: what went through before is left out.
-- keys: the counts, the parked messages, then of each stream itself, what waits, what is parked; argv: now.
local function count_begin(keys, argv)
    local call = redis.call
    if call('HSETNX', keys[1], 'since', argv[1]) == 1 then count(keys[1], 'p-', call('XLEN', keys[2])) end
    for i = 3, #keys, 3 do
        local before = added(keys[i]) - call('XLEN', keys[i]) - call('ZCARD', keys[i + 1]) - call('XLEN', keys[i + 2])
        call('HSETNX', keys[1], 'from:' .. keys[i], before)
    end
    return 0
end

-- Entries that were handed out and are still there, a bundle as one.
local function in_hand(st)
    local groups, f = redis.pcall('XINFO', 'GROUPS', st), {}
    for i = 1, groups[1] and #groups[1] or 0, 2 do
        f[groups[1][i]] = groups[1][i + 1]
    end
    return f.lag and redis.call('XLEN', st) - f.lag or f.pending or 0
end

-- All counts at one moment.  keys: as above, but behind the parked messages the stream of those released and what waits
-- of it.  Answers since when, cm, cr, pm, pr, p-, rows, parked, dropped, released, on their way;
-- then of each stream: entered, done, there, waiting to be tried again, parked, dropped, moved, in hand, the oldest's id.
local function audit(keys)
    local call, out, have = redis.call, {}, {}
    local all = call('HGETALL', keys[1])
    for i = 1, #all, 2 do
        have[all[i]] = tonumber(all[i + 1])
    end
    local function of(field) return have[field] or 0 end
    for i, field in ipairs({ 'since', 'cm', 'cr', 'pm', 'pr', 'p-', 'rows' }) do
        out[i] = of(field)
    end
    out[8], out[9], out[10] = call('XLEN', keys[2]), of('dropped:' .. keys[2]), of('released:' .. keys[2])
    out[11] = call('XLEN', keys[3]) + call('ZCARD', keys[4])
    for i = 5, #keys, 3 do
        local st, n = keys[i], #out
        local first = call('XRANGE', st, '-', '+', 'COUNT', 1)[1]
        local joined = of('joined:' .. st)
        out[n + 1] = added(st) + joined - of('from:' .. st) - of('again:' .. st)
        out[n + 2], out[n + 3] = of('done:' .. st), call('XLEN', st) + joined - of('apart:' .. st)
        out[n + 4] = call('ZCARD', keys[i + 1])
        out[n + 5], out[n + 6], out[n + 7] = call('XLEN', keys[i + 2]), of('dropped:' .. keys[i + 2]), of('moved:' .. st)
        out[n + 8] = in_hand(st)
        out[n + 9] = first and first[1] or call('ZRANGE', keys[i + 1], 0, 0)[1] or ''
    end
    return out
end

redis.register_function('kt1_count_begin', count_begin)
redis.register_function { function_name = 'kt1_audit', callback = audit, flags = { 'no-writes' } }
