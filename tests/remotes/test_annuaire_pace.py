"""The stand-in's own count of seventeen calls in a second."""

from portal.sandbox.annuaire.pace import LIMIT, Pace


def test_the_eighteenth_call_of_a_second_is_refused():
    pace = Pace()
    assert all(pace.admits(5 + step / 100) for step in range(LIMIT))
    assert not pace.admits(5.99)
    assert pace.admits(6.0)


def test_a_call_whose_thread_waited_is_judged_by_when_it_was_received():
    pace = Pace()
    assert pace.admits(5.10)
    assert pace.admits(5.05)
    assert all(pace.admits(5.5 + step / 100) for step in range(LIMIT - 2))
    assert pace.admits(6.06)
    assert not pace.admits(6.07)


def test_a_late_one_that_makes_eighteen_is_refused():
    pace = Pace()
    assert all(pace.admits(5.5 + step / 100) for step in range(LIMIT))
    assert not pace.admits(5.4)
    pace.forget()
    assert pace.admits(5.4)
