"""The parts of a runner, each with one concern; `locust.runners` puts them together."""
