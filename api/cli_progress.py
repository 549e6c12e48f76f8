"""Rows, rate and time left of an import on a terminal; Ctrl-C ends it cleanly."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from api.cli_frame import STEPS, Lang

if TYPE_CHECKING:
    from etl.child import Child

_EVERY_S = 0.2


class Rows:
    """Progress of rows on standard error: one line that is written anew; where nobody looks, a line a stage."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._began = self._stage_began = time.monotonic()
        self._stage, self._tenth, self._told = "", -1, 0.0
        self._alive = sys.stderr.isatty()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report progress."""
        now = time.monotonic()
        if stage != self._stage:
            self.end()
            self._stage, self._stage_began, self._tenth = stage, now, -1
        tenth = 10 * done // total if total else 0
        if self._alive:
            if now - self._told >= _EVERY_S or done >= total:
                self._told = now
                click.echo(f"\r\x1b[K{self._line(done, total, now)}", err=True, nl=False)
        elif tenth != self._tenth:
            click.echo(self._line(done, total, now), err=True)
        self._tenth = tenth

    def end(self) -> None:
        """Leave the line as it stands."""
        if self._alive and self._stage:
            click.echo("", err=True)

    def _line(self, done: int, total: int, now: float) -> str:
        words = STEPS[self._stage][self.lang] if self._stage in STEPS else self._stage
        line = f"  {now - self._began:6.1f} s  {words}"
        if total > 1:
            line += f" {done:,}/{total:,}"
        seconds = now - self._stage_began
        if done and seconds > 0.5:
            rate, left = done / seconds, seconds * (total - done) / done
            line += f"  {rate:,.0f} {'行/秒' if self.lang == 'zh' else 'rows/s'}"
            if left >= 1:
                line += f"  {'剩余' if self.lang == 'zh' else 'left'} {int(left) // 60}:{int(left) % 60:02d}"
        return line


@contextmanager
def stoppable(lang: Lang) -> Iterator[Any]:
    """Let Ctrl-C cancel a child: the first time cleanly, the second time at once.

    Yields the function that is to be told of the child.
    """
    held: list[Child] = []
    asked = 0

    def interrupt(*_: object) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            click.echo(
                "\n正在取消……再按一次 Ctrl-C 立即结束。" if lang == "zh"
                else "\nCancelling … Ctrl-C again ends it at once.",
                err=True,
            )  # fmt: skip
        for child in held:
            if asked == 1:
                child.cancel()
            else:
                from etl.reporting import Cancelled

                child.kill(Cancelled())

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield held.append
    finally:
        signal.signal(signal.SIGINT, before)
