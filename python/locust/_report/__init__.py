"""What is written at the end of a run: JSON and the HTML page; and the care for their files."""
