#!lua name=kentongan_1
-- commit.lua - all that Kentongan does inside Redis (Redis Functions, 7.0 and later).
--
-- Every key comes in KEYS and carries the hash tag of the district.  Arguments are flat strings; each
-- function checks them all before its first write, because what Redis has run it does not take back.
-- Redis' CPU per message is the ceiling of a gateway: no JSON, no tables where a number will do.

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

-- A gateway that writes alone has left its mark, and watches it (alone.c): whoever else writes takes it away first.
local function mark_of(key)
    return string.match(key, '^{[^}]*}') .. 'alone:'
end

-- The counts, for a call that does not bring their key.
local function count_of(key)
    return string.match(key, '^{[^}]*}') .. 'count:'
end

local function not_alone(keys, mark)
    local at = mark_of(keys[1])
    local there = redis.call('GET', at)
    if there and there ~= mark then redis.call('DEL', at) end
end

-- One message's whole outcome.  Answers 0 applied (now, or before by this same commit), 1 another message
-- had this id, or the timer that it is was carried out or moved, 2 a revision moved; whether it was now; for how many
-- sinks there are rows of it (put_rows); what the message log is to be told, unless lines come apart (tell_joined);
-- where the sinks' keys begin, and which argument the rows are.
--
-- argv: id of the commit, ttl of the duplicate key (0: none); the timer that fired and when it was due, if any;
--   (the frame has the number of subjects, sinks, sms, timers, tallies, people, 1 for an entry of the message log,
--   1 for a timer that fired; earlier versions have seven of these here, as text, and then always a timer, or "";)
--   each subject: revision seen ("" = none), ttl (0: only checked), new value ("" deletes);
--   the rows once, if there are sinks; each sms; each timer: id, due (0: off; +due: only if none
--   of this id waits; >due: only if an earlier one waits), text;
--   each tally: day, delta (or "=n": so many are counted, "=": nobody says; of a report "=n@NOMOR", "=@NOMOR"), text for
--   the judge; each person: number, text;
--   the length of its line in the log; of earlier versions the line and how many the log may hold.
-- Its keys are those behind k0, kn of them, its arguments those behind a0, an of them.
-- keys: duplicate key if any, subjects, sinks, sms streams; timers' set and texts if any timer;
--   the tally stream if any tally, then village and puskesmas of each; people and their revision if any;
--   of earlier versions the log's stream if any.
local function commit(keys, k0, kn, argv, a0, an, frame)
    local call = redis.call
    local cid, dup_ttl = argv[a0 + 1], tonumber(argv[a0 + 2])
    local subjects, sinks, sms, timers, tallies, people, log, rings = string.byte(frame or '', 6, 13)
    local h = rings == 1 and 4 or 2 -- arguments before those of subjects
    if not frame then
        h, subjects, sinks, sms = 11, tonumber(argv[a0 + 3]), tonumber(argv[a0 + 4]), tonumber(argv[a0 + 5])
        timers, tallies, people, log = tonumber(argv[a0 + 6]), tonumber(argv[a0 + 7]), tonumber(argv[a0 + 8]), tonumber(argv[a0 + 9])
    end
    local fired = h > 2 and argv[a0 + h - 1] or ''
    if not (dup_ttl and subjects and sinks and sms and timers and tallies and people and log and argv[a0 + h]) then
        return bad('head')
    end
    local timed = timers > 0 or fired ~= ''
    local k = dup_ttl > 0 and 1 or 0
    local a = h + 3 * subjects
    if an ~= a + (sinks > 0 and 1 or 0) + sms + 3 * timers + 3 * tallies + 2 * people + (frame and log or 2 * log)
        or kn ~= k + subjects + sinks + sms + (timed and 2 or 0)
            + (tallies > 0 and 1 + 2 * tallies or 0) + (people > 0 and 2 or 0) + (frame and 0 or log) then
        return bad('counts')
    end
    for i = h + 2, a, 3 do
        if not is_life(argv[a0 + i]) then return bad('ttl') end
    end
    local at = a + (sinks > 0 and 1 or 0) + sms
    for i = at + 2, at + 3 * timers, 3 do
        if not whole((string.gsub(argv[a0 + i], '^[+>]', ''))) then return bad('due') end
    end
    for i = at + 3 * timers + 2, at + 3 * (timers + tallies), 3 do
        if not string.match(argv[a0 + i], '^=%d*@?%d*$') and not whole(argv[a0 + i]) then return bad('delta') end
    end

    local set = timed and keys[k0 + k + subjects + sinks + sms + 1]
    local over = fired ~= '' and call('ZSCORE', set, fired) ~= argv[a0 + h]
    -- One look at all: whose commit was here before, and what each subject's value begins with.
    local have = k + subjects > 0 and call('MGET', unpack(keys, k0 + 1, k0 + k + subjects))
    local by = k == 1 and have[1]
    for i = 1, subjects do
        local rev = string.sub(have[k + i] or '', 1, 16)
        if rev ~= argv[a0 + h - 2 + 3 * i] then
            if rev == cid then return 0 end
            if by then return by == cid and 0 or 1 end
            return over and 1 or 2
        end
    end
    if over then return 1 end
    if by then return by == cid and 0 or 1 end
    if k == 1 then call('PSETEX', keys[k0 + 1], argv[a0 + 2], cid) end

    for i = 1, subjects do
        local ttl, value = argv[a0 + h - 1 + 3 * i], argv[a0 + h + 3 * i]
        if ttl ~= '0' then
            if value == '' then
                call('DEL', keys[k0 + k + i])
            else
                call('PSETEX', keys[k0 + k + i], ttl, value)
            end
        end
    end
    k = k + subjects
    if sinks > 0 then a = a + 1 end
    local rows_k, rows_a = k0 + k + 1, a0 + a
    k = k + sinks
    for _ = 1, sms do
        k, a = k + 1, a + 1
        call('XADD', keys[k0 + k], '*', 'b', argv[a0 + a])
    end
    if timed then
        local texts = keys[k0 + k + 2]
        k = k + 2
        if fired ~= '' then
            call('ZREM', set, fired)
            call('HDEL', texts, fired)
        end
        for _ = 1, timers do
            local id, due = argv[a0 + a + 1], argv[a0 + a + 2]
            local how = string.sub(due, 1, 1)
            local waits = (how == '+' or how == '>') and tonumber(call('ZSCORE', set, id) or nil)
            if due == '0' then
                call('ZREM', set, id)
                call('HDEL', texts, id)
            elseif how == '+' and waits or how == '>' and not (waits and waits < tonumber(string.sub(due, 2))) then
                -- it is to stay as it is
            else
                due = string.gsub(due, '^[+>]', '')
                call('ZADD', set, due, id)
                call('HSET', texts, id, argv[a0 + a + 3])
            end
            a = a + 3
        end
    end
    if tallies > 0 then
        local judge = keys[k0 + k + 1]
        k = k + 1
        for _ = 1, tallies do
            local day, delta = argv[a0 + a + 1], argv[a0 + a + 2]
            for _ = 1, 2 do
                k = k + 1
                local whole_day, of = string.match(delta, '^=(%d*)@?(%d*)$')
                if whole_day then
                    say_whole(keys[k0 + k], day, whole_day, of)
                else
                    call('HINCRBY', keys[k0 + k], day, delta)
                end
                oldest_go(keys[k0 + k])
                call('EXPIRE', keys[k0 + k], 6048000) -- 70 days: eight weeks and the one judged, with room
            end
            call('XADD', judge, '*', 'b', argv[a0 + a + 3])
            a = a + 3
        end
    end
    if people > 0 then
        for _ = 1, people do
            call('HSET', keys[k0 + k + 1], argv[a0 + a + 1], argv[a0 + a + 2])
            a = a + 2
        end
        call('INCR', keys[k0 + k + 2])
    end
    return 0, true, sinks, log > 0 and not frame and { keys[k0 + kn], argv[a0 + an], argv[a0 + an - 1] }, rows_k, rows_a
end

-- Rows go to their sinks, those of all commits of a call together.  of: of each how many sinks, where their keys begin,
-- which argument the rows are.
local function put_rows(keys, argv, of, counts)
    local texts, streams = {}, {}
    for i = 1, #of, 3 do
        for j = of[i + 1], of[i + 1] + of[i] - 1 do
            local stream = keys[j]
            if not texts[stream] then
                texts[stream], streams[#streams + 1] = {}, stream
            end
            table.insert(texts[stream], argv[of[i + 2]])
        end
    end
    for _, stream in ipairs(streams) do
        add_bundle(stream, counts, texts[stream])
    end
end

-- What the message log is told, of each: its stream, how many entries that may hold, a line.  Several lines make one
-- entry: it costs as much as an entry of one.
local function tell_log(told)
    for i = 1, #told, 8 do
        local lines = {}
        for j = i, math.min(i + 7, #told) do
            lines[#lines + 1] = told[j][3]
        end
        redis.call('XADD', told[i][1], 'MAXLEN', '~', told[i][2], '*', 'b', table.concat(lines, '\n'))
    end
end

-- The same of lines that come joined as they are told, from argv[a] on: their making costs as much as their storing.
-- told: length and whether it was carried out, of each; what was not is cut out.
local function tell_joined(stream, argv, a, told)
    for i = 1, #told, 16 do
        local text, parts, from, whole_text = argv[a + (i + 15) / 16], {}, 1, true
        for j = i, math.min(i + 14, #told), 2 do
            local n = told[j]
            if told[j + 1] then parts[#parts + 1] = { from, from + n - 1 } else whole_text = false end
            from = from + n + 1
        end
        if not whole_text then
            for j, part in ipairs(parts) do
                parts[j] = string.sub(text, part[1], part[2])
            end
            text = table.concat(parts, '\n')
        end
        if text ~= '' then redis.call('XADD', stream, 'MAXLEN', '~', argv[a], '*', 'b', text) end
    end
end

-- Numbers: the last of a new block, and 1 when the sequence stood below what was seen before.
-- keys: sequence; argv: the highest seen, how many.
local function lease(keys, argv)
    local at, seen = tonumber(redis.call('GET', keys[1]) or 99), tonumber(argv[1])
    local last = math.max(at, seen) + tonumber(argv[2])
    redis.call('SET', keys[1], string.format('%d', last))
    return { last, at < seen and 1 or 0 }
end

-- keys: people, their revision; argv: number and text of each.
local function people(keys, argv)
    local call = redis.call
    if #argv % 2 ~= 0 then return bad('people') end
    for i = 1, #argv, 2 do
        call('HSET', keys[1], argv[i], argv[i + 1])
    end
    return call('INCR', keys[2])
end

-- Timers due by now: next due time after now ("" = none), then id, due, text of at most `limit`.
local function due(keys, argv)
    local call = redis.call
    local found = call('ZRANGEBYSCORE', keys[1], '-inf', argv[1], 'WITHSCORES', 'LIMIT', 0, argv[2])
    local later = call('ZRANGEBYSCORE', keys[1], '(' .. argv[1], '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    local out = { later[2] or '' }
    for i = 1, #found, 2 do
        out[#out + 1] = found[i]
        out[#out + 1] = found[i + 1]
        out[#out + 1] = call('HGET', keys[2], found[i]) or ''
    end
    return out
end

-- A timer whose message was parked: off, unless it was set to another time since.
local function undue(keys, argv)
    local call = redis.call
    if call('ZSCORE', keys[1], argv[1]) == argv[2] then
        call('ZREM', keys[1], argv[1])
        call('HDEL', keys[2], argv[1])
    end
    return 0
end

-- An entry leaves stream and group; so many pieces of it are done.
local function leaves(stream, counts, id, pieces, done)
    redis.call('XACK', stream, 'g', id)
    if redis.call('XDEL', stream, id) == 0 then return 0 end
    count(counts, 'apart:' .. stream, pieces - 1)
    count(counts, 'done:' .. stream, done)
    return done
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

-- The SMS of a provider's id, once it is not of today.  keys: other days, newest first; the key that earlier versions kept
-- for it alone; argv: the id.
local function receipt(keys, argv)
    for i = 1, #keys - 1 do
        local uuid = redis.call('HGET', keys[i], argv[1])
        if uuid then return uuid end
    end
    return redis.call('GET', keys[#keys])
end

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

-- The texts of an entry still there; none if an earlier sending of the same call moved it.
local function still_there(stream, id)
    local found = redis.call('XRANGE', stream, id, id)[1]
    return found and pieces_of(found[2]) or {}
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

-- The new due time of what was set at `set` to be due at `due`, by a clock that has been put back since by `ahead` ms
-- (0: unknown); nil for what an honest clock has set.
local function rebased(set, due, now, ahead)
    if set <= now + 60000 then return nil end
    return math.max(now, ahead > 0 and due - ahead or now + (due - set))
end

-- keys: timers' set and texts; argv: now, by how much the clock was put back: how many timers were moved.
local function rebase(keys, argv)
    local call = redis.call
    local now, ahead, moved = tonumber(argv[1]), tonumber(argv[2]), 0
    local all = call('HGETALL', keys[2])
    for i = 1, #all, 2 do
        local set, text = string.match(all[i + 1], '^\1(%d+)\1(.*)$')
        local due = set and tonumber(call('ZSCORE', keys[1], all[i]))
        due = due and rebased(tonumber(set), due, now, ahead)
        if due then
            call('ZADD', keys[1], string.format('%d', due), all[i])
            call('HSET', keys[2], all[i], '\1' .. argv[1] .. '\1' .. text)
            moved = moved + 1
        end
    end
    return moved
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

-- A message that cannot be carried out: its bytes for people, and its duplicate key.
-- keys: duplicate key, parked stream, the log's; argv: id of the commit, ttl, body, reason, now, the entry of
-- the message log and how many the log may hold.
local function park_inbound(keys, k0, kn, argv, a0, an)
    local call = redis.call
    local ttl = tonumber(argv[a0 + 2])
    if not ttl or kn ~= 3 or an ~= 7 then return bad('park') end
    local by = call('GET', keys[k0 + 1])
    if by then return by == argv[a0 + 1] and 0 or 1 end
    call('SET', keys[k0 + 1], argv[a0 + 1], 'PX', ttl)
    call('XADD', keys[k0 + 2], '*', 'b', argv[a0 + 3], 'a', '0', 'f', argv[a0 + 5], 'reason', argv[a0 + 4], 'at', argv[a0 + 5],
        'c', argv[a0 + 1])
    call('XADD', keys[k0 + 3], 'MAXLEN', '~', argv[a0 + 7], '*', 'b', argv[a0 + 6])
    return 0, true
end

-- What gathered, each with a verdict of its own: one that is refused or in conflict holds none of the others up.
-- argv: how many; each: its frame, its arguments; then for each a letter: m a message, r one that people released,
--   - anything else; then how many entries the log may hold and the lines of those that have one, eight joined in each
--   argument.  A frame: c an outcome, p a message to be parked; in two bytes each its number of keys and of arguments;
--   of an outcome eight bytes more.  Earlier versions: three arguments, and no lines behind.
-- keys: those of each, in order; then the counts: "cm" a message was carried out, "pr" a released one parked again …,
--   "rows" one with rows for the sinks; then the log's stream.
local kinds = { c = commit, p = park_inbound }

local function refused(why)
    return bad(type(why) == 'table' and why.err or tostring(why))
end

local function commits(keys, argv, framed, mark)
    local out, k, a, new, told, lines, of = {}, 0, 1, {}, {}, {}, {}
    not_alone(keys, mark)
    for i = 1, tonumber(argv[1]) do
        local kind, kn, an, frame = argv[a + 1], tonumber(argv[a + 2]), tonumber(argv[a + 3]), nil
        if framed then
            local _, k1, k2, a1, a2 = string.byte(kind, 1, 5)
            frame, kind, kn, an = kind, string.sub(kind, 1, 1), a2 and 256 * k1 + k2, a2 and 256 * a1 + a2
        end
        local what = kinds[kind]
        a = a + (framed and 1 or 3)
        if not (what and kn and an) or k + kn > #keys or a + an > #argv then
            out[i] = bad('frame')
            break
        end
        local ok, verdict, fresh, rows, line, rows_k, rows_a = pcall(what, keys, k, kn, argv, a, an, frame)
        rows = ok and rows or 0
        if rows > 0 then
            of[#of + 1], of[#of + 2], of[#of + 3] = rows, rows_k, rows_a
        end
        out[i] = ok and verdict or refused(verdict)
        told[#told + 1] = ok and line or nil
        if frame and string.byte(frame, 12) == 1 then
            lines[#lines + 1], lines[#lines + 2] = tonumber(argv[a + an]), ok and fresh or false
        end
        if ok and fresh then new[#new + 1] = { i, kind, rows } end
        k, a = k + kn, a + an
    end
    local stored, why = pcall(put_rows, keys, argv, of, keys[k + 1])
    for _, f in ipairs(not stored and new or {}) do
        if f[3] > 0 then out[f[1]] = refused(why) end
    end
    tell_log(told)
    tell_joined(keys[k + 2], argv, a + 2, lines)
    local letters, n = argv[a + 1], {}
    for _, f in ipairs(letters and new or {}) do
        local field = f[2] .. string.sub(letters, f[1], f[1])
        n[field] = (n[field] or 0) + 1
        if f[3] > 0 then n.rows = (n.rows or 0) + 1 end
    end
    for field, times in pairs(n) do
        count(keys[k + 1], field, times)
    end
    return out
end

-- As gateways of earlier versions call them, one by one.
local function alone(what)
    return function(keys, argv)
        not_alone(keys)
        local verdict, _, rows, line, rows_k, rows_a = what(keys, 0, #keys, argv, 0, #argv)
        if rows then put_rows(keys, argv, { rows, rows_k, rows_a }) end
        if line then tell_log({ line }) end
        return verdict
    end
end

-- How many are parked in each of these streams, and the oldest one's id ("" = none).
local function parked(keys)
    local out = {}
    for i, key in ipairs(keys) do
        local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
        out[2 * i - 1] = redis.call('XLEN', key)
        out[2 * i] = first and first[1] or ''
    end
    return out
end

-- What was parked goes back to its stream, once.  A message's duplicate key, if it is still the one that
-- parking left, makes way: whoever carries it out first takes it anew.
-- keys: parked stream, where to, the counts, the duplicate key of a message; argv: id.
local function release(keys, argv)
    local call = redis.call
    local entry = call('XRANGE', keys[1], argv[1], argv[1])[1]
    if not entry then return 0 end
    local f = {}
    for i = 1, #entry[2], 2 do
        f[entry[2][i]] = entry[2][i + 1]
    end
    if keys[4] and f.c and call('GET', keys[4]) == f.c then call('DEL', keys[4]) end
    call('XADD', keys[2], '*', 'b', f.b, 'a', '0', 'f', f.f)
    count(keys[3], 'again:' .. keys[2], 1)
    count(keys[3], 'released:' .. keys[1], 1)
    return call('XDEL', keys[1], argv[1])
end

-- A parked timer is due again, unless it was set anew since.
-- keys: parked stream, timers' set and texts, the counts; argv: id, the timer's id, due, text.
local function release_timer(keys, argv)
    local call = redis.call
    if not whole(argv[3]) then return bad('due') end
    if call('XDEL', keys[1], argv[1]) == 0 then return 0 end
    count(keys[4], 'released:' .. keys[1], 1)
    if call('ZADD', keys[2], 'NX', argv[3], argv[2]) == 1 then call('HSET', keys[3], argv[2], argv[4]) end
    return 1
end

-- People threw one away.  keys: parked stream, the counts; argv: id.
local function drop(keys, argv)
    local n = redis.call('XDEL', keys[1], argv[1])
    count(keys[2], 'dropped:' .. keys[1], n)
    return n
end

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

-- Bytes that nobody could read, for people.  keys: parked stream, the counts; argv: body, reason, now.
local function quarantine(keys, argv)
    redis.call('XADD', keys[1], '*', 'b', argv[1], 'a', '0', 'f', argv[3], 'reason', argv[2], 'at', argv[3])
    count(keys[2], 'p-', 1)
    return 0
end

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

-- argv: as kt3_commits has them, then the mark of the gateway that calls.
redis.register_function('kt4_commits', function(keys, argv) return commits(keys, argv, true, argv[#argv]) end)
redis.register_function { function_name = 'kt4_mark', callback = function(keys) return redis.call('GET', keys[1]) end, flags = { 'no-writes' } }
redis.register_function('kt3_commits', function(keys, argv) return commits(keys, argv, true) end)
redis.register_function('kt2_commits', function(keys, argv) return commits(keys, argv, false) end)
redis.register_function('kt1_commit', alone(commit))
redis.register_function('kt1_lease', lease)
redis.register_function('kt1_people', people)
redis.register_function('kt1_park_inbound', alone(park_inbound))
redis.register_function { function_name = 'kt1_parked', callback = parked, flags = { 'no-writes' } }
redis.register_function('kt2_release', release)
redis.register_function('kt1_release', function(keys, argv) return release({ keys[1], keys[2], nil, keys[3] }, argv) end)
redis.register_function('kt1_drop', drop)
redis.register_function('kt1_quarantine', quarantine)
redis.register_function { function_name = 'kt1_seek', callback = seek, flags = { 'no-writes' } }
redis.register_function('kt1_forget', forget)
redis.register_function('kt1_count_begin', count_begin)
redis.register_function { function_name = 'kt1_audit', callback = audit, flags = { 'no-writes' } }
redis.register_function('kt1_release_timer', release_timer)
redis.register_function { function_name = 'kt1_due', callback = due, flags = { 'no-writes' } }
redis.register_function('kt1_undue', undue)
redis.register_function('kt1_daily', daily)
redis.register_function('kt1_daily_give', daily_give)
redis.register_function('kt1_newest', newest)
redis.register_function('kt1_newest_give', newest_give)
redis.register_function('kt1_rebase', rebase)
redis.register_function('kt1_rebase_waiting', rebase_waiting)
redis.register_function('kt1_move', move)
redis.register_function('kt1_beat', beat)
redis.register_function('kt1_take', take)
redis.register_function('kt5_strays', strays)
redis.register_function('kt6_done', done)
redis.register_function('kt6_scatter', scatter)
redis.register_function { function_name = 'kt6_receipt', callback = receipt, flags = { 'no-writes' } }
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
