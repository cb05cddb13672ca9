-- people.lua - the people of the district.  See people.c.

-- keys: people, their revision; argv: number and text of each.
local function people(keys, argv)
    local call = redis.call
    if #argv % 2 ~= 0 then return bad('people') end
    for i = 1, #argv, 2 do
        call('HSET', keys[1], argv[i], argv[i + 1])
    end
    return call('INCR', keys[2])
end

redis.register_function('kt1_people', people)
