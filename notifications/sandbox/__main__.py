"""`python -m notifications.sandbox`: serve the stand-ins on loopback until told to stop.

Reads SANDBOX_PORT (else PORT + 2, else 8002; 0 picks a free one) and STATE_DIR (else var).
"""

import os
import signal
import sys
from pathlib import Path

from notifications.sandbox.app import make_server
from notifications.sandbox.reports import start_reports

DEFAULT_WEB_PORT = 8000


def main() -> int:
    if os.environ.get("ANLIN_ENV") == "production":
        sys.stderr.write("the sandbox stands in for real providers: it does not run in production\n")
        return 1
    port = int(os.environ.get("SANDBOX_PORT") or int(os.environ.get("PORT", DEFAULT_WEB_PORT)) + 2)
    server, store = make_server("127.0.0.1", port, Path(os.environ.get("STATE_DIR", "var")) / "sandbox.sqlite3")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    start_reports(store)
    sys.stdout.write(f"sandbox listening on http://127.0.0.1:{server.port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
