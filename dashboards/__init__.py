"""Grafana as code."""

import warnings

# Loaded once, the SDK warns that a newer form of dashboards exists; the classic one is what
# every Grafana in use loads from files.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.builders import dashboard as _dashboard  # noqa: F401
    from grafana_foundation_sdk.builders import stat as _stat  # noqa: F401
