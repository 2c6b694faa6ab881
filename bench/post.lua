-- POST of a JSON order of about 1 KB, with a query.
local items = {}
for i = 1, 10 do
  items[i] = string.format(
    '{"sku":"item-%04d","name":"Widget number %d","price":%d.5,"qty":%d,"tags":["a","b"]}',
    i, i, i * 3, i)
end
local head = '{"id":12345,"name":"Jane Doe","email":"jane@example.com",' ..
  '"active":true,"note":"'
local tail = '","items":[' .. table.concat(items, ",") .. "]}"
wrk.method = "POST"
wrk.body = head .. string.rep("x", math.max(0, 1024 - #head - #tail)) .. tail
wrk.headers["Content-Type"] = "application/json"
function request()
  return wrk.format(nil, "/api/orders?user=jane&page=41&q=a%20b")
end
