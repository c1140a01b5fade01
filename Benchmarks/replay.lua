-- wrk script: sends the requests of a file, each once, or over and over.
-- Arguments after `--`: the files' common path (thread 1 reads PATH.1), `once` or `repeat`, and where clients are to pause: how many
-- connections a thread has, over how many milliseconds their first requests are spread, and how many they pause on average after each answer.
-- A file is a list of requests as they go over the wire, each after a line with its length.
-- Making them beforehand keeps this machine's cores for what is measured; webhooks are signed beforehand too.

local threads = {}

function setup(thread)
   table.insert(threads, thread)
   thread:set("number", #threads)
end

function init(args)
   path, mode = args[1], args[2]
   file = assert(io.open(path .. "." .. number, "rb"))
   ranOut = false
   local fresh, spread, pause = tonumber(args[3]), tonumber(args[4]), tonumber(args[5])
   -- wrk asks for a pause before each request where there is a function of this name.
   if fresh then
      math.randomseed(number)
      function delay()
         fresh = fresh - 1
         return math.random(0, fresh >= 0 and spread or 2 * pause)
      end
   end
end

function request()
   local length = file:read("*l")
   if not length and mode == "repeat" then
      file:seek("set")
      length = file:read("*l")
   end
   if not length then
      -- The measurement is void: what is sent from here on is no longer what was asked for.
      ranOut = true
      return "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
   end
   return file:read(tonumber(length))
end

function done(summary, latency)
   local exhausted = false
   for _, thread in ipairs(threads) do exhausted = exhausted or thread:get("ranOut") end
   local errors = summary.errors
   io.write(string.format(
      'result {"requests":%d,"seconds":%.6f,"p50_ms":%.4f,"p99_ms":%.4f,"max_ms":%.4f,"refused":%d,"broken":%d,"ran_out":%s}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout, tostring(exhausted)))
end
