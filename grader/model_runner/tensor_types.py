"""TensorFlow's numbers for the types of tensors (tensorflow/core/framework/types.proto), where they matter here."""

STRING = 7
# float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64
NUMERIC_TYPES = frozenset({1, 2, 3, 4, 5, 6, 9, 14, 17, 19, 22, 23})
