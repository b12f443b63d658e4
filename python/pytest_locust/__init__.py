"""Test functions that are load tests as well: fixtures for pytest."""
