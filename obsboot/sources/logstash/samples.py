"""Sample lines in a folder: in comments of a pipeline, and in log files that an input of Filebeat or Logstash names."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.logs.grok import GrokError, compiled
from obsboot.logs.syntax import Comment, Configuration
from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.logstash.pipelines import Logstash
from obsboot.sources.pipelines import setting, texts

_COMMENT = re.compile(r"\s*samples?:\s?(?P<line>.*\S)\s*", re.IGNORECASE)
_LINES, _LENGTH = 8, 600
"""How many lines of a file are looked at, and how long one may be."""
_TOLD = frozenset({"conf", "yml", "yaml", "json", "ndjson", "md", "py", "gz", "zip"})


@dataclass(frozen=True, slots=True)
class Shipped:
    """Lines of one file as they arrive: with the fields that their input sets, by reference (`[fields][type]`)."""

    path: str
    lines: tuple[str, ...]
    known: Mapping[str, str] = field(default_factory=dict)
    source: str = "beats"


def commented(configuration: Configuration) -> Iterator[tuple[Comment, str]]:
    """The comments that hold a sample (`# sample: ...`), with the line."""
    for each in configuration.comments:
        if told := _COMMENT.fullmatch(each.text):
            yield each, told["line"]


def shipped(found: Logstash) -> Iterator[Shipped]:
    """The lines of every log file of the folder that an input reads as plain lines."""
    for source in found.context.sources("filebeat"):
        data = mapped(source.data)
        inputs = data.get("filebeat.inputs", mapped(data.get("filebeat")).get("inputs"))
        for each in map(mapped, listed(inputs)):
            yield from _of_filebeat(found, each)
    for used in found.plugins:
        if used.section == "input" and used.plugin.name == "file" and setting(used.plugin, "codec") is None:
            known = {"[type]": said[0]} if (said := texts(setting(used.plugin, "type"))) else {}
            for glob in texts(setting(used.plugin, "path")):
                for path, lines in _files(found, glob):
                    yield Shipped(path, tuple(lines[:_LINES]), known, "file")


def _of_filebeat(found: Logstash, data: Mapped) -> Iterator[Shipped]:
    parsers = [name for each in listed(data.get("parsers")) for name in mapped(each)]
    if set(parsers) - {"multiline"} or data.get("json") is not None or data.get("processors") is not None:
        return
    options = next((mapped(mapped(each).get("multiline")) for each in listed(data.get("parsers"))), None)
    for path, lines in files_of(found, data):
        entries = lines if options is None else _joined(lines, options)
        if entries:
            yield Shipped(path, tuple(entries[:_LINES]), fields_of(data))


def files_of(found: Logstash, data: Mapped) -> Iterator[tuple[str, list[str]]]:
    """The files of the folder that an input of Filebeat reads, and their lines."""
    for glob in map(str, listed(data.get("paths"))):
        yield from _files(found, glob)


def fields_of(data: Mapped) -> dict[str, str]:
    """The fields with texts that an input of Filebeat sets, by reference."""
    above = "" if data.get("fields_under_root") is True else "[fields]"
    return dict(_flat(mapped(data.get("fields")), above))


def _flat(data: Mapped, above: str) -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        name = above + "".join(f"[{part}]" for part in key.split("."))
        if isinstance(value, Mapped):
            yield from _flat(value, name)
        else:
            yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _files(found: Logstash, glob: str) -> Iterator[tuple[str, list[str]]]:
    """The files that have the folder and the name that the glob ends with, and their lines."""
    end = "/".join(glob.strip("/").split("/")[-2:])
    if "**" in end or "/" not in end:
        return
    for path in found.everything:
        if path.rpartition(".")[2] in _TOLD or not fnmatch.fnmatchcase("/".join(path.split("/")[-2:]), end):
            continue
        text = found.read(path)
        lines = [each for each in (text or "").split("\n") if each.strip() and len(each) <= _LENGTH]
        if lines and posixpath.basename(path):
            yield path, lines


def _joined(lines: list[str], options: Mapped) -> list[str]:
    """Entries of several lines, joined as Filebeat does; none where it is told to do so in another way."""
    if options.get("negate") is not True or options.get("match") != "after":
        return []
    try:
        begins = compiled(str(options.get("pattern") or ""))
    except GrokError:
        return []
    entries: list[str] = []
    for line in lines:
        if begins.search(line) or not entries:
            entries.append(line)
        else:
            entries[-1] += f"\n{line}"
    return entries
