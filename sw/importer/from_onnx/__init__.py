"""Quantised ONNX networks, in QDQ and in QOperator form, into the same Network as .tflite files.

file.py         what the file says, checked
values.py       what stands behind a name: a quantised tensor, a real one, a constant, a sum to come
builder.py      tensors and layers under construction, NCHW beside NHWC
requantise.py   integers that round as float32 does
products.py, pointwise.py, movement.py   layers of each kind
quantising.py   nodes into and out of the quantised part; qdq.py, qoperator.py   all others
folding.py      what depends on constants alone
network.py      node after node, and where golden's tensors are found in the file
"""
