// A module that needs a symbol which nothing defines.

extern int gateway_test_symbol_that_nothing_defines(void);

unsigned int gateway_provider_abi(void) { return (unsigned int)gateway_test_symbol_that_nothing_defines(); }
