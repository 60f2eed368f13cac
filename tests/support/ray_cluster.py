"""A cluster of Ray with two nodes on this machine, which the tests of a session share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

# Its workers would give way to everything else that runs on the machine.
os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_worker_niceness": "0"}


@contextmanager
def two_nodes() -> Iterator[str]:
    """Start two nodes of one processor each; the address of the cluster, which this process is not connected to."""
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 80 << 20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=node)
    try:
        cluster.add_node(**{name: value for name, value in node.items() if name != "include_dashboard"})
        cluster.wait_for_nodes()
        assert cluster.address
        yield cluster.address
    finally:
        cluster.shutdown()
