"""Requests without a pause, until told to stop."""

from __future__ import annotations

import threading
import time
import urllib.request


class Load:
    """Asks addresses in turn while the `with` block lasts; `failures` says what went wrong, and when."""

    def __init__(self, *urls: str) -> None:
        self._urls = urls
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.answered = 0
        self.failures: list[str] = []

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        turn = 0
        while not self._stop.is_set():
            url = self._urls[turn % len(self._urls)]
            turn += 1
            try:
                with opener.open(url, timeout=30) as answer:
                    answer.read()
                self.answered += 1
            except OSError as error:
                self.failures.append(f"{time.strftime('%H:%M:%S')} {url}: {error}")
            self._stop.wait(0.1)
