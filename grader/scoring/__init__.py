"""Reading, scoring and ranking, without Django or TensorFlow: laptop and server run this same code."""
