"""The options of Filebeat that a pack writes, and those that stand beside them: it ignores what it does not know.

Names are dotted, however they are nested in the file; one that ends with `.*` may hold anything. Source: the reference
configuration and the sources of Filebeat 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from obsboot.sources.documents import Listed, Mapped

Options = frozenset[str]


def _options(text: str, *others: Options) -> Options:
    return frozenset(text.split()).union(*others)


_SSL = _options("ssl.*")
_QUEUE = _options(
    "queue.mem.events queue.mem.flush.min_events queue.mem.flush.timeout queue.disk.max_size queue.disk.path "
    "queue.disk.segment_size queue.disk.read_ahead queue.disk.write_ahead queue.disk.retry_interval "
    "queue.disk.max_retry_interval"
)
WHOLE = _options(
    "filebeat.inputs filebeat.shutdown_timeout filebeat.overwrite_pipelines filebeat.registry.path "
    "filebeat.registry.flush filebeat.registry.file_permissions filebeat.registry.migrate_file filebeat.config.* "
    "filebeat.modules filebeat.autodiscover.* output.* setup.* http.enabled http.host http.port http.user "
    "http.security_descriptor http.pprof.* logging.* monitoring.* name tags fields.* fields_under_root processors "
    "max_procs path.home path.config path.data path.logs timestamp.precision keystore.path cloud.id cloud.auth "
    "features.* seccomp.* instrumentation.* processing.*",
    _QUEUE,
)
INPUT = _options(
    "type id enabled paths tags fields.* fields_under_root processors pipeline index keep_null encoding exclude_lines "
    "include_lines buffer_size message_max_bytes line_terminator parsers ignore_older ignore_inactive clean_inactive "
    "clean_removed harvester_limit seek_to_tail backoff.init backoff.max close.on_state_change.check_interval "
    "close.on_state_change.inactive close.on_state_change.renamed close.on_state_change.removed close.reader.on_eof "
    "close.reader.after_interval prospector.scanner.recursive_glob prospector.scanner.exclude_files "
    "prospector.scanner.include_files prospector.scanner.symlinks prospector.scanner.resend_on_touch "
    "prospector.scanner.check_interval prospector.scanner.fingerprint.enabled prospector.scanner.fingerprint.offset "
    "prospector.scanner.fingerprint.length file_identity file_identity.native file_identity.path "
    "file_identity.inode_marker.path file_identity.fingerprint rotation.external.strategy.copytruncate.suffix_regex "
    "rotation.external.strategy.copytruncate.dateformat take_over take_over.enabled take_over.from_ids "
    "allow_deprecated_id_duplication delete.enabled delete.grace_period publisher_pipeline.disable_host "
    "gzip_experimental compression"
)
"""Of a filestream input."""
PARSERS: Mapping[str, Options] = {
    "container": _options("stream format"),
    "multiline": _options("type pattern negate match flush_pattern max_lines timeout count_lines skip_newline"),
    "ndjson": _options(
        "target overwrite_keys expand_keys add_error_key message_key document_id ignore_decoding_error keys_under_root"
    ),
    "syslog": _options("format timezone log_errors add_error_key"),
    "include_message": _options("patterns"),
}
_WHEN = _options("when.*")
PROCESSORS: Mapping[str, Options] = {
    "drop_event": _WHEN,
    "drop_fields": _options("fields ignore_missing", _WHEN),
    "fingerprint": _options("fields target_field method encoding ignore_missing", _WHEN),
    "add_fields": _options("target fields.*", _WHEN),
    "add_tags": _options("tags target", _WHEN),
    "copy_fields": _options("fields fail_on_error ignore_missing", _WHEN),
    "rename": _options("fields fail_on_error ignore_missing", _WHEN),
}
OUTPUTS: Mapping[str, Options] = {
    "logstash": _options(
        "hosts enabled worker workers compression_level escape_html loadbalance ttl pipelining proxy_url "
        "proxy_use_local_resolver index timeout max_retries bulk_max_size slow_start backoff.init backoff.max",
        _SSL,
        _QUEUE,
    ),
    "elasticsearch": _options(
        "hosts enabled worker workers compression_level escape_html loadbalance allow_older_versions api_key username "
        "password parameters.* protocol path headers.* proxy_disable proxy_headers.* proxy_url index indices ilm.* "
        "pipeline pipelines max_retries bulk_max_size backoff.init backoff.max idle_connection_timeout timeout preset "
        "non_indexable_policy.* kerberos.*",
        _SSL,
        _QUEUE,
    ),
}
CONDITIONS = frozenset({"equals", "contains", "regexp", "range", "network", "has_fields", "and", "or", "not"})


def unknown(data: Mapped, known: Options, above: str = "") -> Iterator[tuple[str, int]]:
    """The options that are not known there, by their dotted names, each with its line."""
    for key, value in data.items():
        name = f"{above}{key}"
        if name in known or _open(name, known):
            continue
        if isinstance(value, Mapped) and any(each.startswith(f"{name}.") for each in known):
            yield from unknown(value, known, f"{name}.")
        else:
            yield name, data.at(key)


def _open(name: str, known: Options) -> bool:
    """Whether the option is one that may hold anything, or lies below one."""
    parts = name.split(".")
    return any(f"{'.'.join(parts[:count])}.*" in known for count in range(1, len(parts) + 1))


def conditions(data: object) -> Iterator[tuple[str, int]]:
    """The conditions below a `when` that there are none of, each with its line."""
    for key, value in data.items() if isinstance(data, Mapped) else ():
        if key not in CONDITIONS:
            yield key, data.at(key)  # type: ignore[attr-defined]
        elif key in ("and", "or", "not"):
            for each in value if isinstance(value, Listed) else (value,):
                yield from conditions(each)


_FOREIGN = re.compile(r"\(\?(?:=|!|<=|<!|>|#|\()|\(\?P=|\\[1-9]|\\[kGZhHKRX]|(?<!\\)[*+?}]\+")
"""What RE2 has not: looks around, references back, atomic and possessive parts, and letters of other dialects."""


_COUNT = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_MOST = 1000
"""Go repeats nothing more often."""


def foreign(pattern: str) -> str:
    """The first part of a regular expression that Go does not read; nothing where there is none."""
    bare = re.sub(r"\\\\|\[\^?\]?(?:\\.|[^\]\\])*\]", lambda found: "_" * len(found[0]), pattern)
    if found := _FOREIGN.search(bare):
        return pattern[found.start() : found.end()]
    counts = (found for found in _COUNT.finditer(bare) if max(int(found[1]), int(found[2] or 0)) > _MOST)
    return next((found[0] for found in counts), "")
