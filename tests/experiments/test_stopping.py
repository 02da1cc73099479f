"""Whoever stops a run gets control back at once, and no half result."""

import _thread
import threading
import time

import pytest

from sim.experiments.replicates import Clock, Job, Stopped, run_all
from sim.experiments.run import run_scenario
from sim.scenario import LoadedScenario, Scenario, parse_scenario

SCENARIO = """
weeks = 12
burn_in = 2
shoppers = 200
focal = "acme"
record = { panel = 0, preference_every = 0 }
brands.acme = { share = 0.5, price = 5.0 }
brands.bolt = { share = 0.5, price = 4.0 }
retailers.shop = {}
behaviours.taste.on = false
"""
PROMPTLY = 2.0
"""Seconds; the runs themselves take several times as long."""


def endless() -> Scenario:
    """Return a scenario that takes far longer than a run that was told to stop may go on."""
    return parse_scenario(SCENARIO).model_copy(update={"weeks": 10_000})


def jobs(count: int) -> list[Job]:
    scenario = endless()
    return [Job(scenario.market, scenario, None, {"baseline": ()}, seed, 0, 1) for seed in range(count)]


def later(clock: Clock, act) -> threading.Thread:
    """Act once some weeks have gone by."""

    def wait() -> None:
        while clock.done < 20:
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_a_clock_that_is_told_to_stop_ends_all_jobs_without_a_result():
    clock = Clock(1, None, "arms")
    asked = []
    thread = later(clock, lambda: (asked.append((time.perf_counter(), clock.done)), clock.stop.set()))
    with pytest.raises(Stopped):
        run_all(jobs(4), 2, clock)
    took, since = time.perf_counter() - asked[0][0], clock.done - asked[0][1]
    thread.join()
    assert took < PROMPTLY
    assert since <= 2  # each of two threads may have been in the middle of a week


def test_ctrl_c_stops_every_thread_and_is_passed_on():
    clock = Clock(1, None, "arms")
    asked = []
    thread = later(clock, lambda: (asked.append(time.perf_counter()), _thread.interrupt_main()))
    with pytest.raises(KeyboardInterrupt):
        run_all(jobs(3), 2, clock)
    assert time.perf_counter() - asked[0] < PROMPTLY
    assert clock.stop.is_set()
    thread.join()
    done = clock.done
    time.sleep(0.1)
    assert clock.done == done  # nobody goes on in the background


def test_an_error_in_one_job_stops_the_others_and_is_told():
    wrong = jobs(3)
    broken = Job(wrong[1].spec, wrong[1].scenario, {}, {"nothing": None}, 1, 0, 1)
    began = time.perf_counter()
    with pytest.raises(Exception, match="NoneType"):
        run_all([wrong[0], broken, wrong[2]], 2, Clock(1, None, "arms"))
    assert time.perf_counter() - began < PROMPTLY


def test_a_run_stopped_by_whoever_shows_its_progress_ends_promptly():
    class EnoughError(Exception):
        pass

    told: list[float] = []

    def tell(share: float, what: str) -> None:
        told.append(share)
        if what == "arms":
            raise EnoughError

    began = time.perf_counter()
    with pytest.raises(EnoughError):
        run_scenario(LoadedScenario(endless(), "made", ()), tell=tell)
    assert time.perf_counter() - began < PROMPTLY
    assert told


def test_progress_goes_from_nothing_to_all_and_says_what_is_done():
    told: list[tuple[float, str]] = []
    loaded = LoadedScenario(parse_scenario(SCENARIO), "made", ())
    run_scenario(loaded, tell=lambda share, what: told.append((share, what)))
    arms = [share for share, what in told if what == "arms"]
    assert told[0] == (0.0, "market at rest")
    assert arms == sorted(arms)
    assert arms[-1] == 1.0
