"""Orders as tickets in a maintenance system of somebody else; ours stays the truth."""
