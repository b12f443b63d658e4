"""The command line: the table of options, how it is read, and what is written from it."""
