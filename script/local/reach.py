"""Whether servers that the environment names can be reached."""

from typing import Any

import dj_database_url
import psycopg
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.retry import Retry

from script.local.speech import Refusal

PATIENCE = 5
ENGINE = "django.db.backends.postgresql"


def refuse_database(url: str) -> None:
    """Refuse unless the URL names a PostgreSQL database that answers."""
    try:
        psycopg.connect(**_connection(url)).close()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise Refusal(f"The database of DATABASE_URL cannot be reached: {reason}") from None


def refuse_broker(url: str) -> None:
    """Refuse unless the URL names a Redis-protocol server that answers."""
    try:
        with Redis.from_url(
            url,
            socket_connect_timeout=PATIENCE,
            socket_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        ) as redis:
            redis.ping()
    except AuthenticationError:
        raise Refusal("The server of REDIS_URL refuses the password given there.") from None
    except (RedisError, OSError, ValueError) as error:
        raise Refusal(f"The server of REDIS_URL cannot be reached: {error}") from None


def has_demo(url: str) -> bool:
    """Whether the demo people are in this portal."""
    question = "select exists(select from accounts_user where email = 'learner@demo.example')"
    with psycopg.connect(**_connection(url)) as connection:
        row = connection.execute(question).fetchone()
        return bool(row and row[0])


def _connection(url: str) -> dict[str, Any]:
    try:
        known = dj_database_url.parse(url)
    except ValueError:
        known = {"ENGINE": ""}
    if known["ENGINE"] != ENGINE:
        raise Refusal("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    wanted = {
        "host": known["HOST"],
        "port": known["PORT"],
        "user": known["USER"],
        "password": known["PASSWORD"],
        "dbname": known["NAME"],
        "connect_timeout": PATIENCE,
    }
    options = known.get("OPTIONS", {})
    return {name: value for name, value in {**wanted, **options}.items() if value}
