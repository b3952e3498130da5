-- Writes entries of one kind, each only where no newer version stands. Returns how many a newer version refused.
-- KEYS[1]: a key of the prefix, so that a cluster knows the slot. ARGV[1]: the prefix, ARGV[2]: the kind,
-- ARGV[3]: MessagePack, the entries' short fields one after the other, ARGV[4...]: the orders' statuses.
-- Long values travel as arguments of their own: Lua hashes every string it makes, byte by byte, so each is made once.

local call, tonumber, gmatch, sub = redis.call, tonumber, string.gmatch, string.sub
local prefix, kind, rows = ARGV[1], ARGV[2], cmsgpack.unpack(ARGV[3])
local refused = 0

local function wins(held, version)
  if held and tonumber(held) > tonumber(version) then
    refused = refused + 1
    return false
  end
  return true
end

-- References are one string, each ended by a zero byte; mostly an order only gains some at the end.
local function link(held, refs, id)
  local named = prefix .. 'ref:'
  if not held or sub(refs, 1, #held) == held then
    for ref in gmatch(held and sub(refs, #held + 1) or refs, '%Z+') do call('SADD', named .. ref, id) end
    return
  end
  local gone = {}
  for ref in gmatch(held, '%Z+') do gone[ref] = true end
  for ref in gmatch(refs, '%Z+') do
    if not gone[ref] then call('SADD', named .. ref, id) end
    gone[ref] = nil
  end
  for ref in pairs(gone) do call('SREM', named .. ref, id) end
end

-- What is at risk is one string, "EUR 12.5 USD 3": a currency that is no longer in it leaves the order.
local function expose(held, at_risk, id)
  local named, stays = prefix .. 'exposure:', {}
  for currency, amount in gmatch(at_risk, '(%u+) (%S+)') do
    stays[currency] = true
    call('ZADD', named .. currency, amount, id)
  end
  for currency in gmatch(held or '', '%u+') do
    if not stays[currency] then call('ZREM', named .. currency, id) end
  end
end

local function orders()
  local value = 3
  for row = 1, #rows, 7 do
    value = value + 1
    local id, version, refs, at_risk = rows[row], rows[row + 1], rows[row + 5], rows[row + 6]
    local key = prefix .. 'order:' .. id
    local held = call('HMGET', key, 'version', 'refs', 'at_risk')
    if wins(held[1], version) then
      if (held[3] or '') ~= at_risk then
        call('HSET', key, 'at_risk', at_risk)
        expose(held[3], at_risk, id)
      end
      if held[2] == refs then
        call('HSET', key, 'version', version, 'health', rows[row + 2], 'fulfilment', rows[row + 3],
          'financial', rows[row + 4], 'json', ARGV[value])
      else
        call('HSET', key, 'version', version, 'health', rows[row + 2], 'fulfilment', rows[row + 3],
          'financial', rows[row + 4], 'json', ARGV[value], 'refs', refs)
        link(held[2], refs, id)
      end
    end
  end
end

local function exceptions()
  for row = 1, #rows, 5 do
    local id, version, code, score, fields = rows[row], rows[row + 1], rows[row + 2], rows[row + 3], rows[row + 4]
    local key = prefix .. 'exception:' .. id
    if wins(call('HGET', key, 'version'), version) then
      call('DEL', key) -- a field that is null now must not outlive the record before
      call('HSET', key, unpack(fields))
      if score == '' then
        call('ZREM', prefix .. 'exceptions:' .. code, id)
      else
        call('ZADD', prefix .. 'exceptions:' .. code, score, id)
      end
    end
  end
end

-- An order that is forgotten, with all that names it; also what a crash has left of one that was deleted before.
local function forgotten()
  for row = 1, #rows, 3 do
    local id, version, exceptions_of = rows[row], rows[row + 1], rows[row + 2]
    local key = prefix .. 'order:' .. id
    local held = call('HMGET', key, 'version', 'refs', 'at_risk')
    if wins(held[1], version) then
      link(held[2] or '', '', id)
      expose(held[3], '', id)
      call('DEL', key)
      for index = 1, #exceptions_of, 2 do
        call('DEL', prefix .. 'exception:' .. exceptions_of[index])
        call('ZREM', prefix .. 'exceptions:' .. exceptions_of[index + 1], exceptions_of[index])
      end
    end
  end
end

local function feeds()
  for row = 1, #rows, 3 do
    local key = prefix .. 'feed:' .. rows[row]
    if wins(call('HGET', key, 'version'), rows[row + 1]) then
      call('HSET', key, unpack(rows[row + 2]))
    end
  end
end

local write = { order = orders, exception = exceptions, forgotten = forgotten, feed = feeds }
write[kind]()
return refused
