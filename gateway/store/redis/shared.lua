#!lua name=kentongan_1
-- shared.lua - all that Kentongan does inside Redis (Redis Functions, 7.0 and later) is one library, of the files *.lua
-- beside the C that calls them, in the order in which the Makefile has them.  Here: what several of them need.
--
-- Every key comes in KEYS and carries the hash tag of the district.  Arguments are flat strings; each
-- function checks them all before its first write, because what Redis has run it does not take back.
-- Redis' CPU per message is the ceiling of a gateway: no JSON, no tables where a number will do.
-- A function that is called otherwise than before gets a new name, kt4_commits, and the old one stays: a gateway of an
-- earlier version may run beside this one.

local function bad(what)
    return redis.error_reply('BADARG kentongan: ' .. what)
end

local function whole(s)
    return string.find(s, '^%-?%d+$') ~= nil
end

-- The same of a life, of which there are few: a pattern for each is a thirtieth of a commit.
local lives, lives_n = {}, 0
local function is_life(s)
    if lives[s] then return true end
    if not whole(s) then return false end
    if lives_n == 64 then lives, lives_n = {}, 0 end
    lives[s], lives_n = true, lives_n + 1
    return true
end

-- What went through, for `ctl audit` (audit.c): a hash of counts, "done:<stream>" and the like, told as the last key of
-- each call.  A gateway of an earlier version tells none.
local function count(key, field, n)
    if key and n ~= 0 then redis.call('HINCRBY', key, field, n) end
end

-- The counts, for a call that does not bring their key.
local function count_of(key)
    return string.match(key, '^{[^}]*}') .. 'count:'
end

-- A gateway that writes alone has left its mark, and watches it (alone.c): whoever else writes takes it away first.
local function mark_of(key)
    return string.match(key, '^{[^}]*}') .. 'alone:'
end

local function not_alone(keys, mark)
    local at = mark_of(keys[1])
    local there = redis.call('GET', at)
    if there and there ~= mark then redis.call('DEL', at) end
end

-- The rows of several commits, for one sink, are one entry: a bundle.  `b` their texts joined by line ends, as a gateway
-- of an earlier version takes them for the rows of one; `k` how long each is.  Each is counted by itself.
local function add_bundle(stream, counts, texts)
    if #texts == 1 then return redis.call('XADD', stream, '*', 'b', texts[1]) end
    local lengths = {}
    for i, text in ipairs(texts) do
        lengths[i] = #text
    end
    redis.call('XADD', stream, '*', 'b', table.concat(texts, '\n'), 'k', table.concat(lengths, ' '))
    count(counts, 'joined:' .. stream, #texts - 1)
end

-- The texts of an entry, by its fields.
local function pieces_of(fields)
    local body, pieces, at = fields[2], {}, 1
    if fields[3] ~= 'k' then return { body } end
    for n in string.gmatch(fields[4], '%d+') do
        pieces[#pieces + 1] = string.sub(body, at, at + n - 1)
        at = at + n + 1
    end
    return at == #body + 2 and pieces or { body }
end

-- The new due time of what was set at `set` to be due at `due`, by a clock that has been put back since by `ahead` ms
-- (0: unknown); nil for what an honest clock has set.
local function rebased(set, due, now, ahead)
    if set <= now + 60000 then return nil end
    return math.max(now, ahead > 0 and due - ahead or now + (due - set))
end
