from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class FrameConfig(AppConfig):
    """No tables: only so that its commands are found."""

    name = "config"


class OfficeConfig(AdminConfig):
    default_site = "config.office.Office"
