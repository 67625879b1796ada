"""`python -m planbench` is the command line."""

from __future__ import annotations

import sys

from planbench.cli.main import main

sys.exit(main())
