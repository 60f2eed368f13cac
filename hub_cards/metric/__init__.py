"""An `evaluate` metric for named entity recognition: token macro F1 and entity F1 in one."""
