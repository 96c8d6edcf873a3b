"""The specification holds: whatever is sent, every answer is one that it declares."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CheckFunction
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from core.words import Role
from tests.api.console import NAMES, Console

OPERATIONS = 76
PARTS = 4
"""Of the long test, so that workers share it."""
BEYOND_A_SCHEMA: list[CheckFunction] = [positive_data_acceptance]
"""A schema cannot say that `to` lies after `from`, or which fields a command needs."""


def test_every_operation_has_a_name_and_problems(looked_at: Console) -> None:
    spec: dict[str, Any] = looked_at.app.openapi()
    names = [op["operationId"] for path in spec["paths"].values() for op in path.values()]
    assert len(set(names)) == len(names) == OPERATIONS
    assert all(not path.startswith("/x/") for path in spec["paths"])
    for path in spec["paths"].values():
        for operation in path.values():
            content = operation["responses"]["404"]["content"]
            assert "application/problem+json" in content


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_any_request_gets_a_declared_answer(looked_at: Console, part: int) -> None:
    """Each is made once and sent by every role."""
    keys = [looked_at.key(f"{NAMES[role]}.all").headers["authorization"] for role in Role]
    schema = schemathesis.openapi.from_url(f"{looked_at.address}/api/v1/openapi.json")
    tried = 0
    for result in islice(schema.get_all_operations(), part, None, PARTS):
        assert isinstance(result, Ok)
        operation = result.ok()

        @settings(
            max_examples=15, deadline=None, database=None, derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def sent(case: schemathesis.Case[Any]) -> None:
            for key in keys:
                case.call_and_validate(
                    headers={"Authorization": key}, excluded_checks=BEYOND_A_SCHEMA
                )

        given(case=operation.as_strategy())(sent)()
        tried += 1
    assert tried == len(range(part, OPERATIONS, PARTS))
