"""Planned work: plans to occurrences, occurrences to orders, checklists to what was done."""
