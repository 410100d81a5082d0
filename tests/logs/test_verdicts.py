"""The record of what log stores say of objects holds what they say today."""

from __future__ import annotations

from tests.logs.conftest import Server
from tests.verdicts.asking import Asking
from tests.verdicts.stores import RECORD, asked


def test_objects_are_taken_and_refused_as_recorded(engine: Server) -> None:
    asking = Asking(engine.url)
    wrong = []
    for verdict in asked(engine.name):
        said, wanted = asking.answer(verdict), verdict.refused.get(engine.name, "")
        if bool(said) != bool(wanted) or wanted not in said:
            wrong.append((verdict.name, said))
    asking.clear()
    assert not wrong


def test_values_are_refused_as_recorded(engine: Server) -> None:
    assert Asking(engine.url).refusals(RECORD["refuses"]) == RECORD["refuses"]
