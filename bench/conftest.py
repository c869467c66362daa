from tests.conftest import _forget_local_cache, smtp

__all__ = ["_forget_local_cache", "smtp"]


def pytest_addoption(parser):
    parser.addoption("--rounds", type=int, default=5, help="how often a worker is killed")
