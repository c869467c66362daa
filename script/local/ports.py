"""Whether a port of this machine is free."""

import errno
import socket

from script.local.speech import Refusal

LOOPBACK = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
# No such family or address here: then nobody can listen on it either.
ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def refuse_unless_free(port: int) -> None:
    """``localhost`` may mean either family, so both must be free."""
    for family, address in LOOPBACK:
        _try(family, address, port)


def _try(family: socket.AddressFamily, address: str, port: int) -> None:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except PermissionError:
        raise Refusal(
            f"You may not listen on port {port}: choose one above 1023 with --port."
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refusal(f"Port {port} is taken: choose another one with --port.") from None
        if error.errno not in ABSENT:
            raise Refusal(f"Port {port} cannot be used: {error.strerror}.") from None


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
