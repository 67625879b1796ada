"""planbench: an offline bench for people who plan and steer large projects."""

from __future__ import annotations

__version__ = "0.1.0"
