from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from obsboot import __version__, cli, parser
from obsboot.commands.reporting import exit_code, kept_reports, writable_reports
from obsboot.model import Exit, ObsbootError, Report, Result
from obsboot.parser import COMMANDS

ROOT = Path(__file__).parents[2]


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_of_itself_what_the_help_says(name: str) -> None:
    module = name.replace("-", "_")
    command = import_module(f"obsboot.commands.{module}").command
    assert command.name == name
    assert command.get_short_help_str(200) == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([name, "--help"]) == 0
    assert "Usage: obsboot" in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


def test_the_help_imports_nothing_heavier_than_click() -> None:
    code = (
        "import sys; from obsboot.cli import run; run(['--help']); print(sorted(m.split('.')[0] for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = done.stdout.splitlines()[-1]
    heavy = ("yaml", "rich", "jinja2", "copier", "requests", "docker", "promql_parser", "pydantic")
    assert not [name for name in heavy if f"'{name}'" in imported]


def test_an_unknown_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["chek"]) == Exit.USAGE
    assert "did you mean 'check'?" in capsys.readouterr().err


def test_an_unknown_option_is_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["init", "--nonsense"]) == Exit.USAGE
    assert "--nonsense" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ObsbootError("in the way", fix="move it", code=Exit.REFUSED), 5, "obsboot: in the way\n  move it\n"),
        (ObsbootError("wrong"), 2, "obsboot: wrong\n"),
        (KeyboardInterrupt(), 130, "obsboot: interrupted\n"),
        (cli.Terminated(), 143, "obsboot: terminated\n"),
        (click.Abort(), 130, "obsboot: interrupted\n"),
        (ZeroDivisionError("oh"), 1, "obsboot: ZeroDivisionError: oh\n  this is a mistake in obsboot"),
        (SystemExit(6), 6, ""),
        (SystemExit("text"), 1, ""),
    ],
)
def test_every_error_ends_in_one_message_and_its_code(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(parser.cli, "main", fail)
    assert cli.run([]) == code
    shown = capsys.readouterr().err
    assert shown.startswith(said)
    assert "Traceback" not in shown


def test_debugging_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(parser.cli, "main", fail)
    monkeypatch.setenv("OBSBOOT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.run([])


@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_reader_that_has_seen_enough_is_no_error(reader: str) -> None:
    command = f"{sys.executable} -m obsboot catalog list | {reader}; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-1] == "0"


def test_the_exit_codes_are_documented() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text()
    assert all(f"| {code.value} | `{code.name}` |" in page for code in Exit)


def report(**outcomes: str) -> Report:
    """A report with a result for each check, `live_truth="passed"` for `live/truth`."""
    return Report("r", tuple(Result(name.replace("_", "/"), "s", said) for name, said in outcomes.items()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcomes", "required", "code"),
    [
        ({"a_b": "passed"}, None, Exit.DONE),
        ({"a_b": "passed", "a_c": "skipped"}, None, Exit.DONE),
        ({"a_b": "passed", "a_c": "error"}, None, Exit.COULD_NOT_CHECK),
        ({"a_b": "failed", "a_c": "error"}, None, Exit.FAILED),
        ({"a_b": "skipped"}, None, Exit.COULD_NOT_CHECK),
        ({}, None, Exit.COULD_NOT_CHECK),
        ({"replay_alert": "passed", "compose_pins": "skipped"}, "replayed", Exit.DONE),
        ({"a_b": "passed", "replay_promtool": "skipped"}, "replayed", Exit.COULD_NOT_CHECK),
        ({"a_b": "passed"}, "replayed", Exit.COULD_NOT_CHECK),
        ({"live_truth": "passed", "replay_alert": "passed"}, "live", Exit.DONE),
        ({"live_truth": "passed", "live_alert": "skipped"}, "live", Exit.COULD_NOT_CHECK),
        ({"replay_alert": "passed"}, "live", Exit.COULD_NOT_CHECK),
        ({"a_b": "failed", "replay_promtool": "skipped"}, "replayed", Exit.FAILED),
    ],
)
def test_the_code_of_a_report(outcomes: dict[str, str], required: str | None, code: Exit) -> None:
    assert exit_code(report(**outcomes), required) is code


def test_a_report_is_refused_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(ObsbootError, match=r"\.json, \.html"):
        writable_reports((tmp_path / "report.pdf",))
    with pytest.raises(ObsbootError, match="cannot be written") as caught:
        writable_reports((tmp_path / "no" / "report.json",))
    assert caught.value.code == Exit.REFUSED
    writable_reports((tmp_path / "report.json",))


def test_a_report_is_written_in_the_format_of_its_ending(tmp_path: Path) -> None:
    kept_reports(report(a_b="passed"), (tmp_path / "report.json",))
    assert '"passed"' in (tmp_path / "report.json").read_text()
    (tmp_path / "x.json").mkdir()
    with pytest.raises(ObsbootError, match="Is a directory"):
        kept_reports(report(a_b="passed"), (tmp_path / "x.json",))
