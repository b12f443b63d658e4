OWN = "the model has a colorsys of its own"
