"""The pack proven in running containers. The only part of obsboot that talks to an engine or over HTTP."""

from obsboot.live.cleaning import clean
from obsboot.live.options import Options
from obsboot.live.recording import record
from obsboot.live.validate import prediction, validate

__all__ = ["Options", "clean", "prediction", "record", "validate"]
