"""Writing points: only those that the site file opens, within limits, and given back in time."""
