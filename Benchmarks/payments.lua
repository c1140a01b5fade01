-- wrk script: POST /orders, or POST /payments/create-payment-intent over orders 1, 2, 3 ... shared out among the threads.
-- Arguments after `--`: orders | intents, the bearer token, the number of threads, the first order's id.

local counter = 0

function setup(thread)
   thread:set("number", counter)
   counter = counter + 1
end

function init(args)
   kind, step = args[1], tonumber(args[3])
   order = tonumber(args[4]) + number
   headers = { ["Authorization"] = "Bearer " .. args[2], ["Content-Type"] = "application/json" }
   failures = 0
end

function request()
   if kind == "orders" then
      return wrk.format("POST", "/api/v1/orders", headers, '{"amount":99.99,"currency":"USD"}')
   end
   local body = '{"order_id":' .. order .. ',"amount":99.99,"currency":"USD"}'
   order = order + step
   return wrk.format("POST", "/api/v1/payments/create-payment-intent", headers, body)
end

function done(summary, latency, requests)
   local seconds = summary.duration / 1e6
   local errors = summary.errors
   io.write(string.format(
      "%s: %.0f/s, p50 %.2f ms, p99 %.2f ms, %d requests, %d of them not 2xx, %d connection errors\n",
      "result", summary.requests / seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.requests,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
