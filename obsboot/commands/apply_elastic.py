"""`obsboot apply-elastic`: the pack's templates, pipelines, retention and users into the log store."""

from __future__ import annotations

import os
from pathlib import Path

import click

from obsboot.commands.options import catalog_option, catalogue_of, root_option


@click.command("apply-elastic", short_help="Install the pack's templates and pipelines in its log store.")
@root_option
@catalog_option
@click.option("--url", default="", metavar="URL", help="Where the store answers; by default what the answers say.")
@click.option(
    "--user",
    default="",
    metavar="NAME",
    help="Who may install, by default the administrator; the password is in ELASTIC_PASSWORD, or the pack's .env.",
)
@click.option("--ca", default="", metavar="FILE", help="The authority of an https address; by default the pack's.")
@click.option("--wait", default=120.0, metavar="SECONDS", help="How long the store may take until it is ready.")
@click.option("--lenient", is_flag=True, help="Leave out what the store's distribution lacks, and say so.")
@click.option("--dry-run", is_flag=True, help="Say what would be done.")
def command(root: Path, roots: tuple[Path, ...], url: str, **options: str | float | bool) -> None:
    """Install what the log store has to know before the first line comes. Says of each object whether it was created,
    updated or there already, and never deletes anything."""
    from obsboot.live.store.apply import main  # noqa: PLC0415
    from obsboot.model import Exit, ObsbootError  # noqa: PLC0415
    from obsboot.render.context import administrator  # noqa: PLC0415
    from obsboot.render.logs.logged import CA_FILE, has_own_ca, keeps_logs, store, store_address  # noqa: PLC0415
    from obsboot.workspace import load_pack  # noqa: PLC0415

    stack = load_pack(root, catalogue_of(roots)).stack
    if not keeps_logs(stack):
        raise ObsbootError("the pack keeps no logs", fix="obsboot update --set logs=elasticsearch", code=Exit.USAGE)
    folder = root / stack.directory
    secrets = _secrets(folder / ".env")
    user, password = administrator(stack, secrets)
    for name, value in {**secrets, "ELASTIC_PASSWORD": password}.items():
        os.environ.setdefault(name, value)
    own = f"http://127.0.0.1:{stack.values['log_store_port']}"
    arguments = [
        str(folder / store(stack)),
        "--url",
        url or (store_address(stack) if stack.values["log_address"] else own),
    ]
    authority = str(folder / "secrets" / CA_FILE) if has_own_ca(stack) and not url else ""
    arguments += ["--user", str(options["user"]) or user, "--ca", str(options["ca"]) or authority]
    arguments += ["--wait", str(options["wait"])]
    arguments += [f"--{name.replace('_', '-')}" for name in ("lenient", "dry_run") if options[name]]
    if code := main(arguments):
        raise SystemExit(code)


def _secrets(path: Path) -> dict[str, str]:
    """The variables of the pack's `.env`; none where it is not there."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}
