"""What the files of a pack or of any other folder say: read once, with the place of each part."""

from obsboot.sources.context import Context
from obsboot.sources.errors import CannotCheckError, NotApplicableError
from obsboot.sources.folder import Folder, read_folder

__all__ = ["CannotCheckError", "Context", "Folder", "NotApplicableError", "read_folder"]
