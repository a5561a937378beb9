"""A voice comes in; the same voice, speaking in the worker processes of a Dask cluster, goes out.

Only the speaking itself goes abroad. Scripts, checks, retries and the cache stay here, so a book spoken by a cluster
has the bytes that one machine gives it. A worker needs this program in the same version, and nothing else.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pipeline.errors import EngineBusy, EngineError, MissingProgramError, UsageError
from pipeline.model import Audio, Engine, Recipe
from pipeline.speak.engines import engine_class, open_engine

if TYPE_CHECKING:
    from distributed import Client

CONNECT_S = 10  # how long a scheduler, and then its first worker, may take to answer
PATIENCE_S = 600  # how long one chunk may take, waiting for a worker included
AHEAD = 2  # chunks under way for each thread of a worker: the next one is there when a chunk is done
EXECUTORS = ("local", "dask")

Executor = Callable[[Engine, Recipe, Mapping[str, str]], Engine]  # the voice that speaks for the one that is opened


def here(engine: Engine, _recipe: Recipe, _pronounce: Mapping[str, str]) -> Engine:
    """The executor of one machine: the voice itself."""
    return engine


@contextmanager
def executor_named(name: str, scheduler: str = "", jobs: int = 0) -> Iterator[Executor]:
    """Where voices speak while the block runs: in this process, or on the cluster of a scheduler's address.

    Without an address the cluster is one of this machine, of `jobs` processes (0: one a core). Raises UsageError for
    an unknown name, MissingProgramError without Dask, EngineError where no scheduler or no worker answers.
    """
    if name not in EXECUTORS:
        raise UsageError(f"there is no executor {name!r}", f"choose one of: {', '.join(EXECUTORS)}")
    if name == "local":
        if scheduler:
            raise UsageError("a scheduler is for a cluster", f"say so: --executor dask --scheduler {scheduler}")
        yield here
        return
    if not find_spec("distributed"):
        raise MissingProgramError("a cluster needs Dask, which is not installed", "pip install 'audiobook[cluster]'")
    with _connected(scheduler, jobs) as client:
        threads = _threads_of(client, scheduler)
        yield lambda engine, recipe, pronounce: Abroad(
            engine, Order(recipe, tuple(pronounce.items())), client, AHEAD * threads
        )


@dataclass(frozen=True, slots=True)
class Order:
    """Which voice a worker opens, once for all its chunks: the recipe and a person's own readings."""

    recipe: Recipe
    pronounce: tuple[tuple[str, str], ...]


class Abroad:
    """An engine whose `speak` happens in a worker of a cluster."""

    def __init__(self, engine: Engine, order: Order, client: "Client", workers: int) -> None:
        """Raises UsageError for an online voice: its service minds how often it is asked, not from how many places."""
        name = order.recipe.engine
        if engine_class(name).online:
            raise UsageError(f"a cluster does not make {name} faster: a service speaks", "leave out --executor")
        self.limit = engine.limit
        self.workers = workers
        self._engine = engine
        self._order = order
        self._client = client

    def identity(self) -> Mapping[str, Any]:
        """The voice's own: where it speaks does not change how it sounds."""
        return self._engine.identity()

    def script(self, text: str) -> str:
        return self._engine.script(text)

    def speak(self, script: str) -> Audio:
        """A dead worker's chunk is given to another by the scheduler; raises EngineBusy when that went on too long."""
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        task = self._client.submit(speak_there, self._order, dict(self.identity()), script, pure=False)
        try:
            audio: Audio = task.result(timeout=PATIENCE_S)
        except KilledWorker as error:
            raise EngineBusy("the workers die over this sentence", "look at a worker's own messages") from error
        except TimeoutError as error:
            raise EngineBusy(
                f"the cluster has not spoken this in {PATIENCE_S} s", "see that its workers run: dask worker ADDRESS"
            ) from error
        except (CancelledError, CommClosedError) as error:
            raise EngineError(
                "the cluster's scheduler is gone", "start it again; the same command goes on from there"
            ) from error
        except ModuleNotFoundError as error:
            raise EngineError(
                f"a worker cannot load {error.name}", "install audiobook on each worker, as it is here"
            ) from error
        finally:
            task.release()
        return audio


def speak_there(order: Order, identity: Mapping[str, Any], script: str) -> Audio:
    """What a worker does. Raises EngineError where its voice is not the one that was asked for."""
    engine = _engine(order)
    own = engine.identity()
    differing = ", ".join(key for key in {**own, **identity} if own.get(key) != identity.get(key))
    if differing:
        raise EngineError(
            f"a worker's voice is another than the one here: its {differing} differs",
            "install the same version on each worker, on processors of the same kind",
        )
    return engine.speak(script)


@functools.cache
def _engine(order: Order) -> Engine:
    return open_engine(order.recipe, dict(order.pronounce))


@contextmanager
def _connected(scheduler: str, jobs: int) -> Iterator["Client"]:
    from dask.system import CPU_COUNT
    from distributed import Client, LocalCluster

    if not scheduler:
        with (
            LocalCluster(
                n_workers=jobs or CPU_COUNT, threads_per_worker=1, dashboard_address=None, silence_logs="ERROR"
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(scheduler, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"no scheduler answers at {scheduler}: {error}", "start one: dask scheduler; it prints its address"
        ) from error
    with client:
        yield client


def _threads_of(client: "Client", scheduler: str) -> int:
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except TimeoutError as error:
        raise EngineError(
            f"the scheduler {scheduler or 'of this machine'} has no worker", f"start some: dask worker {scheduler}"
        ) from error
    return sum(client.nthreads().values())
