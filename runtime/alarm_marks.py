"""What operators did about alarms, in the record store: the same for all of them and after a restart."""

import contextlib
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from contracts.errors import StorageError
from contracts.quantities import Instant
from dashboard.alarms import MARKS_KEPT, MARKS_LIMIT, AlarmMark
from runtime.tables import alarm_marks


class AlarmMarks:
    """See ``dashboard.adapters.core.AlarmStore``. Safe to be called from several threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def load(self, now: Instant) -> list[AlarmMark]:
        """Marks that may still matter, oldest first; the others are dropped."""
        with self._writing() as connection:
            connection.execute(sa.delete(alarm_marks).where(alarm_marks.c.at < now - MARKS_KEPT))
            query = sa.select(alarm_marks).order_by(alarm_marks.c.at.desc()).limit(MARKS_LIMIT)
            return [AlarmMark(**row._mapping) for row in connection.execute(query)][::-1]

    def save(self, marks: Sequence[AlarmMark], lifted: Sequence[str]) -> None:
        """Keep marks, and forget those of ``lifted``; all or none."""
        ids = [*(mark.alarm_id for mark in marks), *lifted]
        rows = [{name: getattr(mark, name) for name in AlarmMark.__struct_fields__} for mark in marks]
        with self._writing() as connection:
            connection.execute(sa.delete(alarm_marks).where(alarm_marks.c.alarm_id.in_(ids)))
            if rows:
                connection.execute(sa.insert(alarm_marks), rows)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.OperationalError as error:
            raise StorageError(f"the alarms' marks cannot be kept: {error}") from error
