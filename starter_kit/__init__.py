"""What a participant runs at home: data, baselines, a model's export, the server's own score. No Django."""
