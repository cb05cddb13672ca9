-- commit.lua - the one commit, alone and of what gathered.  See commit.c.

-- One message's whole outcome.
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

-- How many arguments stand before those of subjects; how many there are of each.
local function shape(argv, a0, frame)
    local subjects, sinks, sms, timers, tallies, people, log, rings = string.byte(frame or '', 6, 13)
    if frame then return rings == 1 and 4 or 2, subjects, sinks, sms, timers, tallies, people, log end
    return 11, tonumber(argv[a0 + 3]), tonumber(argv[a0 + 4]), tonumber(argv[a0 + 5]), tonumber(argv[a0 + 6]),
        tonumber(argv[a0 + 7]), tonumber(argv[a0 + 8]), tonumber(argv[a0 + 9])
end

-- May it be carried out?  Answers nothing if so; else 0 it was, by this same commit, 1 another message had this id, or
-- the timer that it is was carried out or moved, 2 a revision moved.  Then for how many sinks there are rows of it, where
-- their keys begin, which argument the rows are (put_rows); what the message log is to be told, unless lines come
-- apart (tell_joined).
local function look(keys, k0, kn, argv, a0, an, frame)
    local call = redis.call
    local cid, dup_ttl = argv[a0 + 1], tonumber(argv[a0 + 2])
    local h, subjects, sinks, sms, timers, tallies, people, log = shape(argv, a0, frame)
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
    return nil, sinks, k0 + k + subjects + 1, a0 + a + 1,
        log > 0 and not frame and { keys[k0 + kn], argv[a0 + an], argv[a0 + an - 1] } or nil
end

-- All that it leads to but its rows, which stand already.  Last what says that it was carried out: of a write to Redis'
-- file that was cut short, a part may come to be carried out (wires.c), and what it lacks must be done again then.
local function write(keys, k0, argv, a0, frame)
    local call = redis.call
    local h, subjects, sinks, sms, timers, tallies, people = shape(argv, a0, frame)
    local fired = h > 2 and argv[a0 + h - 1] or ''
    local first = argv[a0 + 2] ~= '0' and 1 or 0
    local k, a = first + subjects + sinks, h + 3 * subjects + (sinks > 0 and 1 or 0)
    for _ = 1, sms do
        k, a = k + 1, a + 1
        call('XADD', keys[k0 + k], '*', 'b', argv[a0 + a])
    end
    local set, texts, again = keys[k0 + k + 1], keys[k0 + k + 2], false -- again: the timer that fired is set anew
    if timers > 0 or fired ~= '' then
        k = k + 2
        for _ = 1, timers do
            local id, due = argv[a0 + a + 1], argv[a0 + a + 2]
            local how = string.sub(due, 1, 1)
            local waits = id ~= fired and (how == '+' or how == '>') and tonumber(call('ZSCORE', set, id) or nil)
            if due == '0' then
                call('ZREM', set, id)
                call('HDEL', texts, id)
            elseif how == '+' and waits or how == '>' and not (waits and waits < tonumber(string.sub(due, 2))) then
                -- it is to stay as it is
            else
                due = string.gsub(due, '^[+>]', '')
                call('ZADD', set, due, id)
                call('HSET', texts, id, argv[a0 + a + 3])
                again = again or id == fired
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
    for i = 1, subjects do
        local ttl, value = argv[a0 + h - 1 + 3 * i], argv[a0 + h + 3 * i]
        if ttl ~= '0' then
            if value == '' then
                call('DEL', keys[k0 + first + i])
            else
                call('PSETEX', keys[k0 + first + i], ttl, value)
            end
        end
    end
    if first == 1 then call('PSETEX', keys[k0 + 1], argv[a0 + 2], argv[a0 + 1]) end
    if fired ~= '' and not again then
        call('ZREM', set, fired)
        call('HDEL', texts, fired)
    end
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

-- A message that cannot be carried out: its bytes for people, and its duplicate key.
-- keys: duplicate key, parked stream, the log's; argv: id of the commit, ttl, body, reason, now, the entry of
-- the message log and how many the log may hold.
local function park_inbound(keys, k0, kn, argv, a0, an)
    local call = redis.call
    local ttl = tonumber(argv[a0 + 2])
    if not ttl or kn ~= 3 or an ~= 7 then return bad('park') end
    local by = call('GET', keys[k0 + 1])
    if by then return by == argv[a0 + 1] and 0 or 1 end
    call('XADD', keys[k0 + 2], '*', 'b', argv[a0 + 3], 'a', '0', 'f', argv[a0 + 5], 'reason', argv[a0 + 4], 'at', argv[a0 + 5],
        'c', argv[a0 + 1])
    call('XADD', keys[k0 + 3], 'MAXLEN', '~', argv[a0 + 7], '*', 'b', argv[a0 + 6])
    call('SET', keys[k0 + 1], argv[a0 + 1], 'PX', ttl)
    return 0, true
end

-- What gathered, each with a verdict of its own: one that is refused or in conflict holds none of the others up.
-- argv: how many; each: its frame, its arguments; then for each a letter: m a message, r one that people released,
--   - anything else; then how many entries the log may hold and the lines of those that have one, eight joined in each
--   argument.  A frame: c an outcome, p a message to be parked; in two bytes each its number of keys and of arguments;
--   of an outcome eight bytes more.  Earlier versions: three arguments, and no lines behind.
-- keys: those of each, in order; then the counts: "cm" a message was carried out, "pr" a released one parked again …,
--   "rows" one with rows for the sinks; then the log's stream.
local kinds = { c = look, p = park_inbound }

local function refused(why)
    return bad(type(why) == 'table' and why.err or tostring(why))
end

-- How many keys a commit asks about: its duplicate key, its subjects.
local function asked(argv, a0, frame)
    local _, subjects = shape(argv, a0, frame)
    return (subjects or 0) + (argv[a0 + 2] ~= '0' and 1 or 0)
end

-- Does it ask about what those before it write, or about a timer?
local function meets(keys, k0, argv, a0, frame, wrote)
    local h = shape(argv, a0, frame)
    if h > 2 and argv[a0 + h - 1] ~= '' then return true end
    for i = k0 + 1, k0 + asked(argv, a0, frame) do
        if wrote[keys[i]] then return true end
    end
    return false
end

local function commits(keys, argv, framed, mark)
    local out, k, a, new, told, lines = {}, 0, 1, {}, {}, {}
    local held, of, wrote = {}, {}, {} -- those that may be carried out; their rows; what they write
    not_alone(keys, mark)
    -- The rows of all first: see write().
    local function carry_out()
        local stored, why = pcall(put_rows, keys, argv, of, count_of(keys[1]))
        for _, c in ipairs(held) do
            local ok, wrong = stored or c.rows == 0, why
            if ok then ok, wrong = pcall(write, keys, c.k, argv, c.a, c.frame) end
            out[c.i] = ok and 0 or refused(wrong)
            if ok then
                new[#new + 1] = { c.i, 'c', c.rows }
                told[#told + 1] = c.line
                if c.told then lines[c.told] = true end
            end
        end
        held, of, wrote = {}, {}, {}
    end
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
        if held[1] and (kind == 'p' and wrote[keys[k + 1]] or kind == 'c' and meets(keys, k, argv, a, frame, wrote)) then
            carry_out()
        end
        local ok, verdict, rows, rows_k, rows_a, line = pcall(what, keys, k, kn, argv, a, an, frame)
        local lined = frame and string.byte(frame, 12) == 1
        if lined then
            lines[#lines + 1], lines[#lines + 2] = tonumber(argv[a + an]), false
        end
        if ok and verdict == nil then
            held[#held + 1] = { i = i, k = k, a = a, frame = frame, rows = rows, line = line, told = lined and #lines }
            if rows > 0 then
                of[#of + 1], of[#of + 2], of[#of + 3] = rows, rows_k, rows_a
            end
            for j = k + 1, k + asked(argv, a, frame) do
                wrote[keys[j]] = true
            end
        else
            out[i] = ok and verdict or refused(verdict)
            if ok and kind == 'p' and rows then new[#new + 1] = { i, kind, 0 } end
        end
        k, a = k + kn, a + an
    end
    carry_out()
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
local function commit_alone(keys, argv)
    not_alone(keys)
    local verdict, rows, rows_k, rows_a, line = look(keys, 0, #keys, argv, 0, #argv)
    if verdict then return verdict end
    put_rows(keys, argv, { rows, rows_k, rows_a })
    write(keys, 0, argv, 0)
    tell_log({ line })
    return 0
end

local function park_alone(keys, argv)
    not_alone(keys)
    return (park_inbound(keys, 0, #keys, argv, 0, #argv))
end

-- argv: as kt3_commits has them, then the mark of the gateway that calls.
redis.register_function('kt4_commits', function(keys, argv) return commits(keys, argv, true, argv[#argv]) end)
redis.register_function { function_name = 'kt4_mark', callback = function(keys) return redis.call('GET', keys[1]) end, flags = { 'no-writes' } }
redis.register_function('kt3_commits', function(keys, argv) return commits(keys, argv, true) end)
redis.register_function('kt2_commits', function(keys, argv) return commits(keys, argv, false) end)
redis.register_function('kt1_commit', commit_alone)
redis.register_function('kt1_park_inbound', park_alone)
