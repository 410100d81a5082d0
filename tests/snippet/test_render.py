"""The templates: plain data in, one valid module out, nothing left open."""

import ast

import jinja2
import pytest
from jinja2 import meta

from .conftest import ANSWERS, SNIPPETS, template


def constant(source: str, name: str) -> list[float]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return list(ast.literal_eval(node.value))
    raise AssertionError(f"no {name}")


@pytest.mark.parametrize("name", SNIPPETS)
def test_is_a_module_that_names_its_service(name: str) -> None:
    source = template(name).render(ANSWERS | {"service": "warehouse-api"})
    assert "warehouse-api" in (ast.get_docstring(ast.parse(source)) or "")
    assert not {"<<", ">>", "<%", "%>"} & set(source.split())


@pytest.mark.parametrize("name", SNIPPETS)
def test_misses_no_answer_silently(name: str) -> None:
    for answer in meta.find_undeclared_variables(template(name).environment.parse(SNIPPETS[name].read_text())):
        with pytest.raises(jinja2.UndefinedError, match=answer):
            template(name).render({key: value for key, value in ANSWERS.items() if key != answer})


def test_buckets_are_those_given_and_the_thresholds_are_marked() -> None:
    http, pool = (template(name).render(ANSWERS) for name in ("http_metrics", "pool_metrics"))
    assert constant(http, "LATENCY_BUCKETS") == ANSWERS["latency_buckets"]
    assert constant(pool, "STATEMENT_BUCKETS") == ANSWERS["statement_buckets"]
    assert "    0.3,  # the objective\n" in http
    assert "    0.1,  # beyond it, a statement is slow\n" in pool
