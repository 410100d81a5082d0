"""Whether an object in the store is the one that is wanted, by what stores answer: they add fields to all of them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from obsboot.live.store.apply import same

ROLE = {"cluster": ["monitor"], "indices": [{"names": ["logs-*"], "privileges": ["read"]}], "metadata": {"about": "x"}}
ROLE_SAID = {
    "cluster": ["monitor"],
    "indices": [{"names": ["logs-*"], "privileges": ["read"], "allow_restricted_indices": False}],
    "applications": [],
    "run_as": [],
    "metadata": {"about": "x"},
    "transient_metadata": {"enabled": True},
}
OPEN_ROLE = {"cluster_permissions": [], "index_permissions": [{"index_patterns": ["a"], "allowed_actions": ["read"]}]}
OPEN_ROLE_SAID = {
    "reserved": False,
    "hidden": False,
    "static": False,
    "cluster_permissions": [],
    "index_permissions": [
        {"index_patterns": ["a"], "dls": None, "fls": [], "masked_fields": [], "allowed_actions": ["read"]}
    ],
    "tenant_permissions": [],
}
POLICY: dict[str, Any] = {
    "policy": {
        "default_state": "hot",
        "states": [{"name": "hot", "actions": [{"rollover": {"min_index_age": "1d"}}], "transitions": []}],
        "ism_template": [{"index_patterns": ["logs-a-*"], "priority": 100}],
    }
}
POLICY_SAID: dict[str, Any] = {
    "_id": "a",
    "_version": 3,
    "_seq_no": 5,
    "_primary_term": 1,
    "policy": {
        "policy_id": "a",
        "last_updated_time": 1764201600000,
        "schema_version": 21,
        "error_notification": None,
        "default_state": "hot",
        "states": [
            {
                "name": "hot",
                "actions": [
                    {
                        "retry": {"count": 3, "backoff": "exponential", "delay": "1m"},
                        "rollover": {"min_index_age": "1d", "copy_alias": False},
                    }
                ],
                "transitions": [],
            }
        ],
        "ism_template": [{"index_patterns": ["logs-a-*"], "priority": 100, "last_updated_time": 1764201600000}],
    },
}


@pytest.mark.parametrize(("wanted", "said"), [(ROLE, ROLE_SAID), (OPEN_ROLE, OPEN_ROLE_SAID), (POLICY, POLICY_SAID)])
def test_what_a_store_adds_is_no_difference(wanted: dict[str, Any], said: dict[str, Any]) -> None:
    assert same(wanted, said)


def test_what_somebody_has_added_is_one() -> None:
    more = copy.deepcopy(ROLE_SAID)
    more["indices"] = [*ROLE_SAID["indices"], {"names": ["*"], "privileges": ["all"]}]  # type: ignore[misc]
    assert not same(ROLE, more)
    other = copy.deepcopy(POLICY_SAID)
    other["policy"]["states"][0]["actions"][0]["rollover"]["min_index_age"] = "9d"
    assert not same(POLICY, other)
    deleting = copy.deepcopy(POLICY_SAID)
    deleting["policy"]["states"][0]["actions"].append({"delete": {}, "retry": {"count": 3}, "timeout": "1h"})
    assert not same(POLICY, deleting)
