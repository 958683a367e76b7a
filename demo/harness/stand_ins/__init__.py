"""Empty shells of two voice packages that have to be compiled and that no car needs."""
