"""The same loads on an empty database and on a filled one, in turns: the ratio holds on a machine that changes by the minute."""
import os
import random
import statistics
from contextlib import ExitStack

from . import generator
from .filled import Filled
from .gateway import Gateway, Installation
from .observe import Patience, observed
from .reads import Side, reads
from .readiness import starts
from .workload import OPERATIONS, Workload

# Rates are compared where the cores are busy; times to answer where requests do not queue for them.
BUSY, CALM = 64, 16
ROUNDS = 4
STARTS = 5
LIGHT_USERS = 20


class Scale:
    """Two gateways: one whose database is empty at the start, one whose database has so many payments."""

    def __init__(self, build, folder, payments, load, disk, options, say):
        self.payments = payments
        self.load = load
        self.seconds = options.seconds
        self.patience = Patience(options.patience, say)
        self.disk = disk
        self.only = options.only
        self.say = say
        self.empty = Installation(build, os.path.join(folder, "empty"))
        self.full = Installation(build, os.path.join(folder, "full"))
        self.filled = Filled(os.path.join(os.path.dirname(folder), "filled"), payments, say)

    def measure(self):
        """All of it, as one value for the report."""
        for installation in (self.empty, self.full):
            installation.run("migrate")
        self.filled.put(self.full.books.database)
        # A copy: the gateway serves from one only after this.
        self.full.run("migrate", "--moved")
        self.full.books.start_here()
        for installation in (self.empty, self.full):
            installation.read_events_later()
        run = {
            "payments": self.payments, "bytes": os.path.getsize(self.full.books.database), "generation": self.filled.seconds,
            "warm": self._starts(), "rates": [], "reads": []}
        with ExitStack() as stack:
            sides = [self._side(stack, installation) for installation in (self.empty, self.full)]
            for operation in OPERATIONS:
                if operation in self.only:
                    run["rates"].append(self._compare(operation, sides))
            if "reads" in self.only:
                run["reads"] = list(self._reads(sides))
            run["memory"] = [side.gateway.memory()[0] for side in sides]
            for side in sides:
                side.gateway.kill()
        for installation in (self.empty, self.full):
            # The mock reads all of it at its start, which is no part of the gateway's.
            installation.books.forget_journal()
        run["killed"] = self._starts(count=1)
        run["cold"] = self._starts(cold=True)
        return run

    def _starts(self, count=STARTS, **settings):
        """Seconds to ready, of the empty one and of the full one."""
        found = [starts(installation, count, **settings) for installation in (self.empty, self.full)]
        for name, seconds in zip(("empty", "filled"), found, strict=True):
            if seconds:
                self.say(f"{name}: ready after {', '.join(f'{each * 1000:.0f}' for each in seconds)} ms")
        return found

    def _side(self, stack, installation):
        gateway = stack.enter_context(Gateway(installation))
        admin = installation.token_of("operator", "--role", "admin")
        if installation is self.empty:
            side = Side(gateway, admin, gateway.token, [gateway.token], ("mock", "other"))
        else:
            users = generator.user_count(self.payments)
            numbers = random.Random(users).sample(range(users // 2, users + 1), min(LIGHT_USERS, users // 2))
            side = Side(
                gateway, admin, installation.token_of(generator.user_name(1)),
                [installation.token_of(generator.user_name(number)) for number in numbers],
                (*generator.PROVIDERS, "mock", "other"))
        side.workload = ScaleWorkload(side, self.load, self.disk, Patience(0, self.say), self.say)
        # Warm caches and files, and payments to ask for.
        side.workload.prepare("webhook", BUSY, 1)
        side.draw()
        return side

    def _compare(self, operation, sides):
        """One load on each in turns, the second first every other time."""
        rounds = []
        for number in range(ROUNDS):
            order = sides[::-1] if number % 2 else sides
            rows = {}

            def pair(order=order, rows=rows):
                for side in order:
                    rows[id(side)] = side.workload.measure(operation, BUSY, self.seconds)
                return max(rows.values(), key=lambda row: row["cpu_elsewhere"] / row["seconds"])

            self.patience.until_undisturbed(pair)
            rounds.append([rows[id(side)] for side in sides])
        ratios = [full["rate"] / empty["rate"] for empty, full in rounds]
        rates = ", ".join(f"{full['rate']:,.0f} of {empty['rate']:,.0f}/s" for empty, full in rounds)
        self.say(f"{operation}: {rates}: {statistics.median(ratios):.2f}")
        return {"operation": operation, "rounds": rounds, "ratios": ratios}

    def _reads(self, sides):
        """Every question, asked of each."""
        for side in sides:
            side.draw()
        questions = [reads(side) for side in sides]
        for name in questions[0]:
            rows = []
            for side, asked in zip(sides, questions, strict=True):
                rows.append(self.patience.until_undisturbed(lambda side=side, asked=asked: observed(
                    side.gateway, self.load, asked[name], connections=CALM, seconds=max(1, self.seconds // 2), repeats=True)))
            self.say(f"{name}: p99 {rows[1]['p99_ms']:.2f} ms, in the empty one {rows[0]['p99_ms']:.2f} ms")
            yield {"name": name, "rows": rows}


class ScaleWorkload(Workload):
    """The loads of every run; but what is got and listed is that of everybody, and not of the one user who pays."""

    def __init__(self, side, *others):
        super().__init__(side.gateway, *others)
        self.side = side

    def _requests(self, operation, connections, seconds):
        match operation:
            case "get":
                return reads(self.side)["get: transaction by number"]
            case "list":
                return reads(self.side)["list: all, newest"]
        return super()._requests(operation, connections, seconds)
