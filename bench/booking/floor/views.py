"""The least that a booking over HTTP can cost: one row locked and counted up, one row added."""

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

ROWS = 1000
TABLES = f"""
    CREATE TABLE bench_floor AS SELECT id, 0 AS n FROM generate_series(0, {ROWS - 1}) AS id;
    ALTER TABLE bench_floor ADD PRIMARY KEY (id);
    CREATE TABLE bench_booked (id bigserial PRIMARY KEY, floor int REFERENCES bench_floor);
"""  # noqa: S608  our own number
BOOK = (
    "SELECT n FROM bench_floor WHERE id = %s FOR NO KEY UPDATE",
    "UPDATE bench_floor SET n = n + 1 WHERE id = %s",
    "INSERT INTO bench_booked (floor) VALUES (%s)",
)


def book(_request: HttpRequest, row: int) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in BOOK:
            cursor.execute(statement, [row])
    return HttpResponse("ok")
