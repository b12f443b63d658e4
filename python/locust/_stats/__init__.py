"""The parts of `locust.stats`, which offers all of it under Locust's names.

Constants that models may assign live there: they are read as its attributes when they are used.
"""
