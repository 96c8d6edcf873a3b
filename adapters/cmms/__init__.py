"""Maintenance systems of others: :class:`core.cmms.Cmms` over their HTTP interfaces."""
