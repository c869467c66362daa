"""How gunicorn serves the portal: plain blocking workers, which a proxy shields from idle clients."""

import os
from typing import Any

bind = f"{os.environ.get('BIND_ADDRESS', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Without a proxy in front, a browser's spare connection would occupy a worker of one thread.
threads = int(os.environ.get("WEB_THREADS", "1"))
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
timeout = 30
graceful_timeout = 30
# Memory that some library leaks is given back now and then, not by all workers at once.
max_requests = 5000
max_requests_jitter = 500
# Whether the proxy's word on https counts is Django's to say (TRUSTED_PROXIES).
forwarded_allow_ips = ""
accesslog = None
# It would lie in the home folder, one for all portals of this machine.
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """A new worker learns the catalogue before it takes a visitor; without a database, later."""
    # Django is set up only now.
    from django.db import Error  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from rotations.search import sets  # noqa: PLC0415

    try:
        sets.current(today=timezone.localdate())
    except Error as error:
        worker.log.warning("The catalogue is not in memory yet: %s", error)
