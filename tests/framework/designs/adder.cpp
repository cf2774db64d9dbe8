// Found by ctypes in the running simulation when its symbols are exported.
extern "C" int ratel_test_add(int a, int b) { return a + b; }
