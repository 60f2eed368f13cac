"""Entities out of texts: from a checkpoint and strings to spans, with torch, ONNX or OpenVINO."""
