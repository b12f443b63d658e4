OWN = "the model has statistics of its own"
