"""What the user said: read from flags, environment and files, asked for, validated, and stored."""

from obsboot.answers.given import Given, from_detection, from_environment, from_file, from_flags
from obsboot.answers.merging import Draft, Open, merge
from obsboot.answers.storing import stored_text

__all__ = [
    "Draft",
    "Given",
    "Open",
    "from_detection",
    "from_environment",
    "from_file",
    "from_flags",
    "merge",
    "stored_text",
]
