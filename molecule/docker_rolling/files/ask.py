"""Ask a service without end, as a client with a list of addresses does; one line for each question nobody answered."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request

asked = 0
while True:
    complaints = []
    for name in sys.argv[1:]:
        try:
            with urllib.request.urlopen(f"http://{name}:8080/busybox", timeout=2) as answer:
                answer.read(1)
            break
        except OSError as error:
            complaints.append(f"{name}: {error}")
    else:
        print("unanswered", *complaints, sep=" | ", flush=True)
    asked += 1
    if asked % 20 == 0:
        print("asked", asked, flush=True)
    time.sleep(0.1)
