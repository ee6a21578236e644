"""A site as a few pools of servers, and submissions passing through them: a discrete-event simulation.

A request comes to one of the web processes by chance and takes a thread of it for its whole time. It works in turns of
SLICE at most: its process's interpreter, which one thread has at a time, and with it a core, then the database. A
file's score takes a scoring process, in it the cores of the scoring hosts, then the database. What is committed passes
one after the other. On a single host all three share its cores.
"""

import heapq
import random
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from tests.benchmarks.load_generator import IDLE_SECONDS, OWN_EVERY
from tests.benchmarks.row import percentile

# As HOLDOUT_BUSY_AFTER_SECONDS and HOLDOUT_BUSY_WAIT_MS; a refused sender comes back after 5 to 10 s.
BUSY_AFTER, BUSY_WAIT, NO_WAIT = 5.0, 0.5, 0.05
# How a submission's page follows it: seconds between two looks, by the seconds since it was sent.
POLLING = ((3.0, 0.3), (30.0, 1.0), (120.0, 3.0), (float("inf"), 10.0))
DEEP = 2_000
# sys.getswitchinterval(): so long a thread keeps its interpreter while others want it; the kernel's turns are alike.
SLICE = 0.005
LOWEST_RATE, HIGHEST_RATE = 0.1, 2_000.0


@dataclass(frozen=True)
class Step:
    """Processor time in seconds: of the process that does it, and of the database."""

    cpu: float
    database: float = 0.0

    @property
    def whole(self) -> float:
        return self.cpu + self.database


@dataclass(frozen=True)
class Costs:
    """What each step was measured at; `of_each`: how much more for each file that waits, DEEP at most.

    `commit`: seconds until a change has reached the disk. `beside`: of a core, what the scoring worker does beside the
    files, as long as there are uploads.
    """

    upload: Step
    board: Step
    submissions_page: Step
    submission_page: Step
    poll: Step
    poll_of_each: Step
    refused: Step
    claim: Step
    claim_of_each: Step
    score: Step
    record: Step
    commit: float
    beside: float = 0.0


@dataclass(frozen=True)
class Setup:
    """`web` × `threads`, `scoring` processes; cores of each kind of host, or `shared` by all of them.

    `others`: of the shared cores, what somebody else takes; in cores.
    """

    name: str
    web: int = 2
    threads: int = 4
    scoring: int = 2
    shared: int = 0
    web_cores: int = 0
    scoring_cores: int = 0
    database_cores: int = 0
    others: float = 0.0


@dataclass(frozen=True)
class Crowd:
    """So many clients look on; uploads come by stretches of (seconds, uploads a second)."""

    lookers: int
    stretches: tuple[tuple[float, float], ...]


@dataclass
class Outcome:
    """Seconds of each, and how busy each pool was (share of its servers)."""

    page: list[float] = field(default_factory=list)
    upload: list[float] = field(default_factory=list)
    scored: list[float] = field(default_factory=list)
    busy: int = 0
    sent: int = 0
    most_waiting: int = 0
    waiting_in_the_end: int = 0
    shares: dict[str, float] = field(default_factory=dict)

    @property
    def gives_first(self) -> str:
        """The pool that is nearest to its limit, by name; threads and processes wait for cores, so cores come first."""
        return max(self.shares, key=lambda name: self.shares[name])

    def p95(self, of: list[float]) -> float:
        return percentile(of, 0.95) if of else 0.0


class Pool:
    """So many servers, and a queue before them, first come first served."""

    def __init__(self, simulation: "Simulation", servers: int) -> None:
        self.simulation, self.servers, self.free = simulation, servers, servers
        self.queue: deque[Generator[Any, None, None]] = deque()
        self.worked = 0.0

    def give_back(self) -> None:
        if self.queue:
            self.simulation.go_on(self.queue.popleft())
        else:
            self.free += 1


class Simulation:
    """Processes are generators, which yield seconds to wait, or a pool to take a server of."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Generator[Any, None, None]]] = []
        self._count = 0

    def start(self, process: Generator[Any, None, None], after: float = 0.0) -> None:
        self._count += 1
        heapq.heappush(self._events, (self.now + after, self._count, process))

    def go_on(self, process: Generator[Any, None, None]) -> None:
        self.start(process)

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            self.now, _, process = heapq.heappop(self._events)
            wanted = next(process, None)
            if isinstance(wanted, Pool):
                if wanted.free:
                    wanted.free -= 1
                    self.start(process)
                else:
                    wanted.queue.append(process)
            elif wanted is not None:
                self.start(process, wanted)

    def use(self, pool: Pool, seconds: float) -> Iterator[Any]:
        yield pool
        yield seconds
        pool.worked += seconds
        pool.give_back()


class WebProcess:
    """Its threads, of which one at a time has the interpreter."""

    def __init__(self, simulation: Simulation, threads: int) -> None:
        self.threads, self.interpreter = Pool(simulation, threads), Pool(simulation, 1)
        self.stands_since: float | None = None

    def is_surplus(self, waited: float, now: float) -> bool:
        """Whether a request that waited so long is told to come back, as pages.busy decides it."""
        if waited <= NO_WAIT:
            self.stands_since = None
            return False
        if self.stands_since is None:
            self.stands_since = now - waited
        return now - self.stands_since >= BUSY_AFTER and waited > BUSY_WAIT


class Site:
    """A set-up under a crowd."""

    def __init__(self, setup: Setup, costs: Costs, crowd: Crowd, seed: int = 8) -> None:
        self.setup, self.costs, self.crowd = setup, costs, crowd
        self.simulation, self.chance, self.outcome = Simulation(), random.Random(seed), Outcome()

        def pool(servers: int) -> Pool:
            return Pool(self.simulation, servers)

        shared = pool(setup.shared) if setup.shared else None
        self.web_cores = shared or pool(min(setup.web, setup.web_cores))
        self.scoring_cores = shared or pool(min(setup.scoring, setup.scoring_cores))
        self.database = shared or pool(setup.database_cores)
        self.web = [WebProcess(self.simulation, setup.threads) for _ in range(setup.web)]
        self.workers, self.commits = pool(setup.scoring), pool(1)
        self.waiting = 0

    def play(self, patience: float = 7200.0) -> Outcome:
        """The crowd's time, and then as long as it takes until all is scored."""
        self.simulation.start(self._senders())
        self.simulation.start(self._beside(self.scoring_cores, self.costs.beside))
        self.simulation.start(self._beside(self.database, self.setup.others))
        for _ in range(self.crowd.lookers):
            self.simulation.start(self._looker(), self.chance.uniform(0, IDLE_SECONDS))
        self.simulation.run(self.seconds)
        self.outcome.waiting_in_the_end = self.waiting
        separate = not self.setup.shared
        named = {
            "the cores": [] if separate else [self.database],
            "the web's cores": [self.web_cores] if separate else [],
            "the scoring cores": [self.scoring_cores] if separate else [],
            "the database's cores": [self.database] if separate else [],
            "the web processes": [process.interpreter for process in self.web],
            "commits, one by one": [self.commits],
        }
        self.outcome.shares = {
            name: sum(pool.worked for pool in pools) / self.seconds / sum(pool.servers for pool in pools)
            for name, pools in named.items()
            if pools
        }
        end = self.seconds
        while self.waiting and end < self.seconds + patience:
            end += 10
            self.simulation.run(end)
        return self.outcome

    @property
    def seconds(self) -> float:
        return sum(seconds for seconds, _ in self.crowd.stretches)

    def _senders(self) -> Generator[Any, None, None]:
        for seconds, rate in self.crowd.stretches:
            end = self.simulation.now + seconds
            while rate and (pause := self.chance.expovariate(rate)) < end - self.simulation.now:
                yield pause
                self.outcome.sent += 1
                self.simulation.start(self._sender())
            yield max(0.0, end - self.simulation.now)

    def _beside(self, cores: Pool, share: float) -> Generator[Any, None, None]:
        """Turns of SLICE that make such a share of one core."""
        while share and self.simulation.now < self.seconds:
            yield self.chance.expovariate(share / SLICE)
            yield from self.simulation.use(cores, SLICE)

    def _sender(self) -> Generator[Any, None, None]:
        began, is_taken = self.simulation.now, False
        while not is_taken:
            is_taken = yield from self._request(self.costs.upload, self.outcome.upload, commits=1)
            if not is_taken:
                self.outcome.busy += 1
                yield self.chance.uniform(5, 10)
        is_scored: list[bool] = []
        self.waiting += 1
        self.outcome.most_waiting = max(self.outcome.most_waiting, self.waiting)
        sent_at = self.simulation.now
        self.simulation.start(self._score(began, is_scored))
        yield from self._request(self.costs.submission_page, self.outcome.page)
        while not is_scored:
            age = self.simulation.now - sent_at
            yield next(pause for limit, pause in POLLING if age < limit)
            more = self.costs.poll_of_each
            deep = min(self.waiting, DEEP)
            cost = Step(self.costs.poll.cpu + deep * more.cpu, self.costs.poll.database + deep * more.database)
            yield from self._request(cost, self.outcome.page)

    def _looker(self) -> Generator[Any, None, None]:
        while self.simulation.now < self.seconds:
            page = self.costs.submissions_page if self.chance.random() < 1 / OWN_EVERY else self.costs.board
            yield from self._request(page, self.outcome.page)
            yield IDLE_SECONDS

    def _request(self, cost: Step, seconds: list[float], commits: int = 0) -> Generator[Any, None, bool]:
        """False: it was told to come back."""
        came, process = self.simulation.now, self.chance.choice(self.web)
        yield process.threads
        is_surplus = process.is_surplus(self.simulation.now - came, self.simulation.now)
        taken, commits = (self.costs.refused, 0) if is_surplus else (cost, commits)
        yield from self._work(self.web_cores, taken, commits, process.interpreter)
        process.threads.give_back()
        if not is_surplus:
            seconds.append(self.simulation.now - came)
        return not is_surplus

    def _score(self, began: float, is_scored: list[bool]) -> Generator[Any, None, None]:
        yield self.workers
        costs, deep = self.costs, min(self.waiting, DEEP)
        more = costs.claim_of_each
        claim = Step(costs.claim.cpu + deep * more.cpu, costs.claim.database + deep * more.database)
        yield from self._work(self.scoring_cores, claim, 1)
        yield from self._work(self.scoring_cores, costs.score, 0)
        yield from self._work(self.scoring_cores, costs.record, 1)
        self.workers.give_back()
        self.waiting -= 1
        is_scored.append(True)
        self.outcome.scored.append(self.simulation.now - began)

    def _work(self, cores: Pool, cost: Step, commits: int, interpreter: Pool | None = None) -> Iterator[Any]:
        turns = max(1, ceil(cost.cpu / SLICE))
        for _ in range(turns):
            if interpreter:
                yield interpreter
            yield from self.simulation.use(cores, cost.cpu / turns)
            if interpreter:
                interpreter.worked += cost.cpu / turns
                interpreter.give_back()
            if cost.database:
                yield from self.simulation.use(self.database, cost.database / turns)
        for _ in range(commits):
            yield from self.simulation.use(self.commits, self.costs.commit)


def largest_rate(setup: Setup, costs: Costs, lookers: int) -> tuple[float, Outcome]:
    """The most uploads a second that a set-up bears, within 5 %, as `tests.benchmarks.load` finds it.

    With it, what happens at a rate that is just too much.
    """

    def played(rate: float) -> Outcome:
        # Long enough for a queue to show that it grows, and short enough to be simulated a dozen times.
        return Site(setup, costs, Crowd(lookers, ((min(60.0, max(10.0, 1000 / rate)), rate),))).play(patience=0.0)

    def is_borne(outcome: Outcome, rate: float) -> bool:
        return not outcome.busy and outcome.p95(outcome.page) <= 1.0 and outcome.waiting_in_the_end <= 2 * rate

    low, high = 0.0, 4.0
    beyond = played(high)
    while is_borne(beyond, high) and high < HIGHEST_RATE:
        low, high = high, 2 * high
        beyond = played(high)
    while high - low > 0.05 * high and high > LOWEST_RATE:
        middle = (low + high) / 2
        tried = played(middle)
        if is_borne(tried, middle):
            low = middle
        else:
            high, beyond = middle, tried
    return low, beyond
