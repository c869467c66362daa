"""Where private files lie: on a disk, or in a bucket that speaks S3."""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit


def private_storage(url: str, folder: Path) -> dict[str, Any]:
    """Nobody gets an address of a file: the portal's own view asks who may open it."""
    if url:
        return _bucket(urlsplit(url))
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": folder,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def _bucket(url: SplitResult) -> dict[str, Any]:
    """``s3://KEY:SECRET@HOST/BUCKET/FOLDER?region=REGION``; without a host it is Amazon's,
    without a key the machine's own rights count.
    """
    from botocore.config import Config  # noqa: PLC0415  half a second that only a bucket needs

    bucket, _slash, folder = url.path.strip("/").partition("/")
    asked = {name: values[-1] for name, values in parse_qs(url.query).items()}
    host = url.netloc.rpartition("@")[2]
    scheme = "http" if asked.get("tls") == "0" else "https"
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "location": folder,
            "access_key": unquote(url.username) if url.username else None,
            "secret_key": unquote(url.password) if url.password else None,
            "region_name": asked.get("region"),
            "endpoint_url": f"{scheme}://{host}" if host else None,
            "default_acl": None,
            "file_overwrite": False,
            "client_config": Config(
                connect_timeout=5,
                read_timeout=10,
                retries={"total_max_attempts": 2},
                s3={"addressing_style": "path" if host else "auto"},
            ),
        },
    }
