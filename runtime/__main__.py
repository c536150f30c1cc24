"""``python -m runtime`` is the command ``nearhand``."""

import sys

from runtime.cli import main

sys.exit(main())
