"""Mutants: each inverts one fact that a model may rely on, and a test has to notice."""
