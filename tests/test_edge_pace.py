"""The pace at which the online voice is asked: shared by threads, slower after refusals, silent when they go on."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import EngineBusy, EngineError
from pipeline.speak.engines.edge_pace import Pace, Refused, Tempo


def refuse(pace: Pace) -> None:
    with pytest.raises(Refused), pace.turn():
        raise Refused("busy")


def take_turn(pace: Pace) -> None:
    with pace.turn():
        pass


class Crowd:
    """Many turns at once; `most` is how many were under way at the same time."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.most = 0
        self._inside = 0
        self._lock = threading.Lock()

    def rush(self, turns: int) -> None:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(self._turn, range(turns)))

    def _turn(self, _: int) -> None:
        with self.pace.turn():
            with self._lock:
                self._inside += 1
                self.most = max(self.most, self._inside)
            time.sleep(0.01)
            with self._lock:
                self._inside -= 1


def test_never_more_at_once_than_allowed_and_one_after_a_refusal(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "peace.json", Tempo(at_once=4, at_first=2.0, gap=0.0, pause=0.01))
    crowd = Crowd(pace)
    crowd.rush(60)
    assert crowd.most == 4, "answers widen the pace to what is allowed, and no further"
    refuse(pace)
    refuse(pace)
    crowd.most = 0
    crowd.rush(2)
    assert crowd.most == 1


def test_a_refusal_makes_every_thread_wait_and_the_next_one_longer(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "peace.json", Tempo(gap=0.0, pause=0.1))
    waits = []
    for act in (refuse, refuse, refuse, take_turn):
        start = time.monotonic()
        with ThreadPoolExecutor(1) as another_thread:
            another_thread.submit(act, pace).result()
        waits.append(time.monotonic() - start)
    assert waits[0] < 0.07
    assert waits[1] >= 0.07 and waits[2] >= 0.14 and waits[3] >= 0.28


def test_refusals_of_one_wave_count_once(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "peace.json", Tempo(at_first=4.0, gap=0.0, pause=0.01, refusals=2))
    together = threading.Barrier(4)

    def turn() -> None:
        with pace.turn():
            together.wait(5)
            raise Refused("busy")

    with ThreadPoolExecutor(4) as pool:
        wave = [pool.submit(turn) for _ in range(4)]
    assert all(isinstance(future.exception(), Refused) for future in wave)
    with pace.turn():
        pass


def test_starts_keep_their_distance(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "peace.json", Tempo(gap=0.05))
    start = time.monotonic()
    for _ in range(5):
        with pace.turn():
            pass
    assert time.monotonic() - start >= 4 * 0.025


def test_other_failures_do_not_slow_the_pace(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "peace.json", Tempo(gap=0.0, refusals=1))
    with pytest.raises(EngineBusy), pace.turn():
        raise EngineBusy("the connection broke")
    start = time.monotonic()
    with pace.turn():
        pass
    assert time.monotonic() - start < 0.5


def test_one_refusal_after_the_peace_is_enough_for_another(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "peace.json", Tempo(gap=0.0, pause=0.01, refusals=2, peace=0.3))
    refuse(pace)
    refuse(pace)
    with pytest.raises(EngineError, match="left in peace"), pace.turn():
        pass
    time.sleep(0.3)
    refuse(pace)
    with pytest.raises(EngineError, match="left in peace"), pace.turn():
        pass


@pytest.mark.parametrize("record", ["", "{", "[]", '{"until": null}', '{"until": 9e12}'])
def test_a_record_that_cannot_be_meant_is_ignored(tmp_path: Path, record: str) -> None:
    path = tmp_path / "peace.json"
    path.write_text(record)
    with Pace(path).turn():
        pass
