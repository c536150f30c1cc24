"""The device that cannot be pure; only runtime plugs it in."""
