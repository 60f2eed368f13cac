"""Checkpoints that run without this package: plain ones of the base architecture, ONNX, OpenVINO."""
