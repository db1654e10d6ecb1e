#include <sqlite3.h>

/* `sqlite3_config` takes what Swift cannot pass. Before the first connection: SQLite counts its memory no longer, which
   would take a lock at each allocation. */
static inline int csqlite_count_no_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

/* Closing the connection leaves the log as it is, and writes nothing of it into the database. */
static inline int csqlite_keep_log(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
