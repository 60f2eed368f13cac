"""Where several processes that serve at one port count together."""

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client, too, learns of the folder."""
