// `sqlite3_config` takes a variable number of arguments, which Swift cannot pass.
// Declared here and not taken from sqlite3.h, which belongs to GRDB's module.
int sqlite3_config(int option, ...);

// Turns off the counters of SQLite's memory, for which each allocation takes a lock that all connections share.
// Before SQLite's first use. https://www.sqlite.org/c3ref/c_config_covering_index_scan.html, SQLITE_CONFIG_MEMSTATUS
static inline int sqlite_turn_off_memory_statistics(void) {
    const int memory_statistics = 9;
    return sqlite3_config(memory_statistics, 0);
}
