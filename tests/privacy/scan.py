"""Looks for words in every column of every table that can hold some."""

from django.db import connection

COLUMNS = """
    select table_name, column_name from information_schema.columns
    join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE'
    and (data_type in ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'inet', 'tsvector'))
    order by 1, 2
"""


def places_of(words):
    """“table.column” → how many rows hold one of them, whatever its capitals."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column in cursor.fetchall():
            tests = " or ".join([f'"{column}"::text ilike %s'] * len(words))
            cursor.execute(
                f'select count(*) from "{table}" where {tests}',  # noqa: S608  its own names
                [f"%{word}%" for word in words],
            )
            if number := cursor.fetchone()[0]:
                found[f"{table}.{column}"] = number
    return found
