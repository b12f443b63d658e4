OWN = "a helper"
