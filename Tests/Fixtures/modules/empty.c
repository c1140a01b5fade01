// A shared library that is no module: it has no entry point.

int answer(void) { return 42; }
