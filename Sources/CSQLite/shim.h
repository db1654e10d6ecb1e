#include <sqlite3.h>

/* `sqlite3_config` takes what Swift cannot pass. Before the first connection: SQLite counts its memory no longer, which
   would take a lock at each allocation. */
static inline int csqlite_count_no_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
