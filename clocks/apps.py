from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ClocksConfig(AppConfig):
    name = "clocks"

    def ready(self) -> None:
        """Every app declares its timers in its ``deadlines``."""
        autodiscover_modules("deadlines")
