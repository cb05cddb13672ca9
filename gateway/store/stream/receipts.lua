-- receipts.lua - the SMS of a provider's id.  See receipts.c.

-- The SMS of a provider's id, once it is not of today.  keys: other days, newest first; the key that earlier versions kept
-- for it alone; argv: the id.
local function receipt(keys, argv)
    for i = 1, #keys - 1 do
        local uuid = redis.call('HGET', keys[i], argv[1])
        if uuid then return uuid end
    end
    return redis.call('GET', keys[#keys])
end

redis.register_function { function_name = 'kt6_receipt', callback = receipt, flags = { 'no-writes' } }
