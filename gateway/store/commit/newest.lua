-- newest.lua - which version of a record may go to a receiver.  See newest.c.

-- Versions of records on their way to a receiver: of each 0 it may go, 1 a newer one went or goes, 2 another gateway is
-- sending one.  Nothing is older than a first version: that needs no note.
-- keys: of each the newest version that is known, and who is sending; argv: who asks, life of the one and of the other in
-- ms, the versions.
local function newest(keys, argv)
    local call, out = redis.call, {}
    if #argv ~= 3 + #keys / 2 or not (whole(argv[2]) and whole(argv[3])) then return bad('newest') end
    for i = 1, #keys / 2 do
        if not whole(argv[3 + i]) then return bad('version') end
    end
    for i = 1, #keys / 2 do
        local version = tonumber(argv[3 + i])
        if version > math.max(1, tonumber(call('GET', keys[2 * i - 1]) or 1)) then
            call('SET', keys[2 * i - 1], argv[3 + i], 'PX', argv[2])
        end
    end
    for i = 1, #keys / 2 do
        local by = call('GET', keys[2 * i])
        if tonumber(argv[3 + i]) < tonumber(call('GET', keys[2 * i - 1]) or 1) then
            out[i] = 1
        elseif by and by ~= argv[1] then
            out[i] = 2
        else
            call('SET', keys[2 * i], argv[1], 'PX', argv[3])
            out[i] = 0
        end
    end
    return out
end

-- They went, or will be tried again.  keys: as above; argv: who sent them.
local function newest_give(keys, argv)
    for i = 2, #keys, 2 do
        if redis.call('GET', keys[i]) == argv[1] then redis.call('DEL', keys[i]) end
    end
    return 0
end

redis.register_function('kt1_newest', newest)
redis.register_function('kt1_newest_give', newest_give)
