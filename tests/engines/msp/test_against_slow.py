"""The engine against the scheduler that counts minutes, on random plans with every rule."""

from __future__ import annotations

from types import ModuleType

from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import Constraint
from planbench.domain.times import NO_TIME
from planbench.engines.msp import schedule_msp


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_every_value_agrees(seed: int, plans: ModuleType, slow_msp: ModuleType) -> None:
    schedule = plans.at_random(seed)
    slow, fast = slow_msp.SlowMsp(schedule), schedule_msp(schedule)
    assert Constraint.AS_LATE_AS_POSSIBLE not in schedule.activities.constraint
    for i in range(len(schedule)):
        if i not in slow.leaves:
            continue
        (es, ef), (ls, lf) = slow.early(i), slow.late(i)
        lf = max(lf, ef) if slow.running(i) else lf
        code = schedule.activities.code[i]
        assert int(fast.early_start[i]) == es, (code, seed)
        assert int(fast.early_finish[i]) == ef, (code, seed)
        assert int(fast.late_start[i]) == ls, (code, seed)
        assert int(fast.late_finish[i]) == lf, (code, seed)
        expected = NO_TIME if slow.done(i) else slow.slack(i)
        assert int(fast.total_float[i]) == expected, (code, seed)
    assert int(fast.project_finish[0]) == (slow.end() if slow.leaves else NO_TIME)
