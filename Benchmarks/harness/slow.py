"""A provider that takes its time for each call: 2,000 calls of it in flight at once, and what that does to a quick one beside it."""
import os
import tempfile
import threading
import time

from .burst import burst
from .slow_provider import SlowMock, SlowStripe, TwoProviders
from .workload import API
from .wrk import Load, request

# Each with the seconds that a call of the slow provider takes.
CASES = {"mock": 1, "stripe": 1, "long": 5, "hang": 1}
IN_FLIGHT = 2000
# The quick provider's clients: few, and each pauses, so that what they wait for is the gateway and not the processor.
QUICK, PAUSE = 16, 100
# Over so many calls' time the slow provider's clients begin, and after so many more seconds all of them have.
SPREAD, RAMP = 2, 4
# Beyond the deadline of a call.
HANG = 40
BODY = '{{"order_id":{},"amount":99.99,"currency":"USD","provider":"{}"}}'


def measure(build, folder, memory, interpreter, seconds, cases, say):
    """A row for each case."""
    rows = []
    for case in cases:
        place = tempfile.mkdtemp(prefix=f"slow-{case}.", dir=folder)
        delay = CASES[case]
        with (SlowMock if case in ("mock", "long") else SlowStripe)(place, interpreter, delay) as slow:
            with TwoProviders(build, place, slow) as gateway:
                bench = Bench(gateway, memory, seconds, delay, say)
                rows.append(bench.hang() if case == "hang" else bench.in_flight())
    return rows


class Bench:
    """Loads one gateway."""

    def __init__(self, gateway, memory, seconds, delay, say):
        self.gateway = gateway
        self.delay = delay
        self.seconds = seconds
        self.say = say
        self.loads = []
        for name in ("quick", "slow"):
            os.makedirs(os.path.join(memory, name), exist_ok=True)
            self.loads.append(Load(os.path.join(memory, name)))

    def in_flight(self):
        """The quick provider alone, beside 2,000 calls of the slow one, and alone again: at a moderate rate, and as fast as it goes."""
        self._quick("warm", 2, paced=False)
        row = {"case": f"{self.gateway.slow.name}, {self.delay} s", "problems": []}
        before = self.gateway.memory()[0]
        for paced in (True, False):
            alone = self._quick("alone", self.seconds, paced)
            beside = self._beside(paced, row["problems"])
            # What its clients have left behind is no part of what follows.
            self.gateway.settle()
            again = self._quick("alone again", self.seconds, paced)
            row["paced" if paced else "saturated"] = {"alone": alone, "beside": beside, "again": again}
        row["before"] = before
        self.gateway.settle()
        row["problems"] += self.gateway.disagreements()
        return row

    def hang(self):
        """2,000 calls hang past their deadline; then the provider answers again, and everything has to be settled."""
        gateway, problems = self.gateway, []
        gateway.slow.set_delay(HANG)
        start = time.monotonic()
        answers = burst(gateway.port, self._requests("slow", IN_FLIGHT), limit=60)
        took = time.monotonic() - start
        unknown = gateway.metrics()["gateway_open_operations"]
        if set(answers) != {202}:
            problems.append(f"the answers were {answers}, and not 202 each")
        self.say(f"hang: {answers} after {took:.1f} s, {unknown:.0f} operations are open")
        gateway.slow.set_delay(1)
        start, opened = time.monotonic(), unknown
        while opened and time.monotonic() - start < 120:
            time.sleep(0.2)
            opened = gateway.metrics()["gateway_open_operations"]
        settled = time.monotonic() - start
        self.say(f"hang: {opened:.0f} are open {settled:.1f} s after the provider answers again")
        # What it was asked before it answered again takes effect there only now.
        time.sleep(max(0, HANG - took - settled + 2))
        gateway.settle()
        return {
            "case": "hang", "answers": {str(status): count for status, count in answers.items()}, "answered_after": took,
            "open": unknown, "settled_after": settled, "peak": gateway.memory()[1], "problems": problems + gateway.disagreements()}

    def _beside(self, paced, problems):
        """The quick provider's load while the slow one's is under way."""
        gateway, samples, done = self.gateway, [], threading.Event()
        gateway.forget_peak()
        slow = {}
        # The slow load ends after the quick one.
        ramp = SPREAD * self.delay + RAMP
        seconds = ramp + self.seconds + 3
        texts = self._requests("slow", seconds * (IN_FLIGHT + 500) // self.delay + IN_FLIGHT)
        thread = threading.Thread(target=lambda: slow.update(self.loads[1].run(
            gateway.base, texts, connections=IN_FLIGHT, seconds=seconds, repeats=False,
            pace=(SPREAD * self.delay * 1000, 0))))
        sampler = threading.Thread(target=self._sample, args=(samples, done))
        thread.start()
        try:
            time.sleep(ramp)
            sampler.start()
            row = self._quick("beside the slow one", self.seconds, paced)
        finally:
            done.set()
            thread.join()
        resident, peak = gateway.memory()
        for key in ("refused", "broken", "ran_out"):
            if slow[key]:
                problems.append(f"the slow provider's load: {key} {slow[key]}")
        row |= {
            "slow": slow, "in_flight": [min(sample[0] for sample in samples), max(sample[0] for sample in samples)],
            "descriptors": max(sample[1] for sample in samples), "resident": resident, "peak": peak}
        self.say(
            f"    slow: {slow['rate']:,.0f}/s, p50 {slow['p50_ms']:,.0f} ms, p99 {slow['p99_ms']:,.0f} ms; in flight "
            f"{row['in_flight']}, open files {row['descriptors']}, {resident >> 20} MB, peak {peak >> 20} MB")
        return row

    def _sample(self, samples, done):
        while not done.wait(0.5):
            samples.append((self.gateway.calls_in_flight(), self.gateway.descriptors()))

    def _quick(self, what, seconds, paced):
        usage = self.gateway.usage()
        count = (QUICK * 1000 // PAUSE if paced else 4000) * (seconds + 1)
        row = self.loads[0].run(
            self.gateway.base, self._requests("quick", count), connections=QUICK, seconds=seconds, repeats=False,
            pace=(PAUSE, PAUSE) if paced else None)
        row["cpu_seconds"] = self.gateway.usage().since(usage).seconds
        if row["refused"] or row["broken"] or row["ran_out"]:
            raise RuntimeError(f"the quick provider's load failed: {row}")
        self.say(
            f"{what}: {row['rate']:,.0f}/s, p50 {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms, "
            f"CPU {row['cpu_seconds'] / row['seconds']:.0%}")
        return row

    def _requests(self, provider, count):
        path, token = f"{API}/payments/create-payment-intent", self.gateway.token
        orders = [next(self.gateway.orders) for _ in range(count)]
        return [request("POST", path, token, BODY.format(order, provider)) for order in orders]
