"""Before numpy is loaded: the same single-threaded linear algebra as in the product."""

import runtime  # noqa: F401
