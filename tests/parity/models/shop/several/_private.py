raise RuntimeError("a file that begins with an underscore is not read")
