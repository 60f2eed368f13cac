"""The quickstart: the whole pipeline in minutes on a CPU, with a report."""
