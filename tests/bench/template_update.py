"""The engine of `obsboot update` on any folder of Jinja templates, as a process: `template_update.py TEMPLATE`.

Brings what the templates render into the current folder: the first time all of it, then what is new.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import jinja2

from obsboot.model import Exit, GeneratedFile
from obsboot.workspace import Wanted, load_state, plan, write
from obsboot.workspace.update import plan_update


def rendered(template: Path) -> Iterator[GeneratedFile]:
    """Every file of the template."""
    loader = jinja2.FileSystemLoader(template)
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    for path in sorted(template.rglob("*.jinja")):
        name = path.relative_to(template).as_posix()
        text = environment.get_template(name).render(service="shop")
        yield GeneratedFile(name.removesuffix(".jinja"), text, "managed", name)


def main() -> int:
    """0, or 3 where something is at odds."""
    root, answers = Path.cwd(), "service: shop\n"
    wanted = Wanted(tuple(rendered(Path(sys.argv[1]))), answers, "observability", answers_before=answers)
    if load_state(root) is None:
        write(plan(root, wanted))
        return Exit.DONE
    update = plan_update(root, wanted)
    write(update.plan, undoable=True)
    return Exit.DRIFT if update.conflicts else Exit.DONE


if __name__ == "__main__":
    sys.exit(main())
