"""Trained nets for PyTorch and ONNX."""
