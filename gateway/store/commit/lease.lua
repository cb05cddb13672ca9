-- lease.lua - blocks of numbers.  See lease.c.

-- Numbers: the last of a new block, and 1 when the sequence stood below what was seen before.
-- keys: sequence; argv: the highest seen, how many.
local function lease(keys, argv)
    local at, seen = tonumber(redis.call('GET', keys[1]) or 99), tonumber(argv[1])
    local last = math.max(at, seen) + tonumber(argv[2])
    redis.call('SET', keys[1], string.format('%d', last))
    return { last, at < seen and 1 or 0 }
end

redis.register_function('kt1_lease', lease)
