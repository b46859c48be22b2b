"""What the commands print, also where the locale is not UTF-8, as on many Windows machines."""

import io
import sys


def use_utf8() -> None:
    """Let this process print any text: as UTF-8, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
