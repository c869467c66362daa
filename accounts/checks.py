"""What ``manage.py check`` says about the accounts' settings."""

from typing import Any

from django.core import checks

from accounts.uploads import scanning


@checks.register(checks.Tags.security, deploy=True)
def scanner_is_there(**_options: Any) -> list[checks.CheckMessage]:
    if scanning.is_configured():
        return []
    return [
        checks.Warning(
            "No virus scanner is set: uploaded files are marked as unscanned, and can be opened.",
            hint="Let ClamAV run and name its socket in CLAMAV_SOCKET.",
            id="accounts.W001",
        )
    ]
