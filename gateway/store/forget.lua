-- forget.lua - a person sought through all keys.  See forget.c.

-- Does a text hold one of these numbers, or of these words in lower case?
local function speaks(text, numbers, words)
    for n in string.gmatch(text, '%d+') do
        if numbers[n] then return true end
    end
    if #words == 0 then return false end
    local folded = string.lower(text)
    for i = 1, #words do
        if string.find(folded, words[i], 1, true) then return true end
    end
    return false
end

-- One step through all keys: where to go on ("0": that was all), then key, field or entry, and value of what speaks.
-- argv: where, pattern of the keys, how many numbers, the numbers, the words.
local function seek(_, argv)
    local call, numbers, words = redis.call, {}, {}
    for i = 4, #argv do
        if i - 3 <= tonumber(argv[3]) then numbers[argv[i]] = true else words[#words + 1] = argv[i] end
    end
    local step = call('SCAN', argv[1], 'MATCH', argv[2], 'COUNT', 200)
    local out = { step[1] }
    local function look(key, field, value)
        if speaks(value, numbers, words) or speaks(field ~= '' and field or key, numbers, words) then
            out[#out + 1], out[#out + 2], out[#out + 3] = key, field, value
        end
    end
    for _, key in ipairs(step[2]) do
        local kind = call('TYPE', key).ok
        if kind == 'string' then
            look(key, '', call('GET', key))
        elseif kind == 'hash' then
            local all = call('HGETALL', key)
            for i = 1, #all, 2 do
                look(key, all[i], all[i + 1])
            end
        elseif kind == 'stream' then
            for _, entry in ipairs(call('XRANGE', key, '-', '+')) do
                for i = 1, #entry[2], 2 do
                    if entry[2][i] == 'b' then look(key, entry[1], entry[2][i + 1]) end
                end
            end
        end
    end
    return out
end

-- What was found goes, or becomes what is left of it; nothing happens when it changed meanwhile.
-- keys: where it stands; the set that lists a hash's fields, or the revision of the people; the counts.
-- argv: field or entry ("": the value itself), value as it was seen, what is left ("" = nothing), what is done with the
-- second key, name of the count.
local function forget(keys, argv)
    local call = redis.call
    not_alone(keys)
    local at, seen, left = argv[1], argv[2], argv[3]
    local n = 0
    if at == '' then
        if call('GET', keys[1]) ~= seen then return 0 end
        if left == '' then return call('DEL', keys[1]) end
        call('SET', keys[1], left, 'KEEPTTL')
        return 1
    elseif call('TYPE', keys[1]).ok == 'stream' then
        redis.pcall('XACK', keys[1], 'g', at)
        n = call('XDEL', keys[1], at)
    else
        if call('HGET', keys[1], at) ~= seen then return 0 end
        if left ~= '' then
            call('HSET', keys[1], at, left)
            return 1
        end
        n = call('HDEL', keys[1], at)
        if argv[4] == 'ZREM' then call('ZREM', keys[2], at) end
        if argv[4] == 'INCR' then call('INCR', keys[2]) end
    end
    if argv[5] ~= '' then count(keys[3], argv[5], n) end
    return n
end

redis.register_function { function_name = 'kt1_seek', callback = seek, flags = { 'no-writes' } }
redis.register_function('kt1_forget', forget)
