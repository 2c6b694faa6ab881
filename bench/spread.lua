-- wrk ... -- N: requests spread over /w0/ to /w(N-1)/.
local count, at = 1, 0
function init(args)
  count = tonumber(args[1])
  at = math.random(0, count - 1)
end
function request()
  at = (at + 1) % count
  return wrk.format("GET", "/w" .. at .. "/")
end
