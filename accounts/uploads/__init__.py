"""What a person uploads is hostile until it has been read, understood and written anew."""

from accounts.uploads.files import (
    MAX_AT_ONCE,
    MAX_FILES,
    MAX_NAME,
    MAX_SIZE,
    MAX_TOTAL,
    Bound,
    CleanFile,
    Refused,
)
from accounts.uploads.pictures import portrait
from accounts.uploads.taking import clean_name, clean_upload, join

__all__ = [
    "MAX_AT_ONCE",
    "MAX_FILES",
    "MAX_NAME",
    "MAX_SIZE",
    "MAX_TOTAL",
    "Bound",
    "CleanFile",
    "Refused",
    "clean_name",
    "clean_upload",
    "join",
    "portrait",
]
