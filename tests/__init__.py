"""What proves the lab, and the grading of handed-in files."""
