"""Ask a service without end which version it is, as a client with a list of addresses does, and write it down."""

from __future__ import annotations

import sys
import time
import urllib.request

while True:
    complaints = []
    for name in sys.argv[1:]:
        try:
            with urllib.request.urlopen(f"http://{name}:8080/version", timeout=2) as answer:
                print("answered", answer.read().decode().strip(), flush=True)
            break
        except OSError as error:
            complaints.append(f"{name}: {error}")
    else:
        print("unanswered", *complaints, sep=" | ", flush=True)
    time.sleep(0.05)
