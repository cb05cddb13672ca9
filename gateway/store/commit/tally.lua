-- tally.lua - cases counted by day, and SMS by number and day.  See tally.c.

-- Days of cases that are kept of a place: those of a report sixty days late, and the nine weeks before it, with room.
local DAYS = 140

local function oldest_go(key)
    if redis.call('HLEN', key) <= DAYS then return end
    local days = redis.call('HKEYS', key)
    table.sort(days)
    redis.call('HDEL', key, unpack(days, 1, math.min(#days - DAYS, 1000)))
end

-- A figure that a report says for a whole day, in place of what was said before; '' when it says none any more.  Each
-- is kept beside the day as DAY/NOMOR, so that of two reports of a week the other counts when one is taken back.
local function say_whole(key, day, n, nomor)
    if nomor ~= '' then
        local own, other = day .. '/' .. nomor, nil
        if n ~= '' then
            redis.call('HSET', key, own, n)
        else
            redis.call('HDEL', key, own)
            for _, field in ipairs(redis.call('HKEYS', key)) do
                if string.sub(field, 1, #day + 1) == day .. '/' and (not other or #field > #other or #field == #other and field > other) then
                    other = field
                end
            end
            n = other and redis.call('HGET', key, other) or ''
        end
    end
    if n == '' then
        redis.call('HDEL', key, day)
    else
        redis.call('HSET', key, day, n)
    end
end

-- One more SMS of the day to a number, if its limit allows it: 1 it does, 0 it had enough.
-- keys: the day's counts; argv: number, limit, life of the day in ms.
local function daily(keys, argv)
    local call = redis.call
    local limit = tonumber(argv[2])
    if not limit or not whole(argv[3]) then return bad('daily') end
    if tonumber(call('HGET', keys[1], argv[1]) or 0) >= limit then return 0 end
    if call('HINCRBY', keys[1], argv[1], 1) == 1 then call('PEXPIRE', keys[1], argv[3]) end
    return 1
end

-- One of them was not sent.  keys: the day's counts; argv: number.
local function daily_give(keys, argv)
    local call = redis.call
    if tonumber(call('HGET', keys[1], argv[1]) or 0) < 1 then return 0 end
    return call('HINCRBY', keys[1], argv[1], -1)
end

redis.register_function('kt1_daily', daily)
redis.register_function('kt1_daily_give', daily_give)
