"""Segments are told when their calls began. In pieces, each a transaction of its own: there may be twenty million."""

from typing import Any

from django.db import migrations

_AT_ONCE = 50_000
_TELL = """
UPDATE calls_segment SET began_at = (SELECT started_at FROM calls_call WHERE calls_call.id = calls_segment.call_id)
WHERE id > %s AND id <= %s AND began_at IS NULL
"""


def tell_segments(_apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT MIN(id), MAX(id) FROM calls_segment")
        first, last = cursor.fetchone()
        for begin in range((first or 1) - 1, last or 0, _AT_ONCE):
            cursor.execute(_TELL, [begin, begin + _AT_ONCE])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("calls", "0005_added_number")]

    operations = [migrations.RunPython(tell_segments, migrations.RunPython.noop)]
