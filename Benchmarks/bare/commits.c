/* The limit of durable work: raw SQLite commits a second with the gateway's own settings (WAL, synchronous=FULL). */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    sqlite3 *db;
    sqlite3_stmt *insert;
    double seconds = argc > 2 ? atof(argv[2]) : 2;
    if (argc < 2 || sqlite3_open(argv[1], &db)) return 1;
    sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS rows"
                     "(id INTEGER PRIMARY KEY, body TEXT)", 0, 0, 0);
    sqlite3_prepare_v2(db, "INSERT INTO rows(body) VALUES ('a short message of a person')", -1, &insert, 0);
    struct timespec a, b;
    long count = 0;
    clock_gettime(CLOCK_MONOTONIC, &a);
    do {
        if (sqlite3_step(insert) != SQLITE_DONE) return 2;
        sqlite3_reset(insert);
        count++;
        clock_gettime(CLOCK_MONOTONIC, &b);
    } while ((b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9 < seconds);
    printf("%.0f\n", count / ((b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9));
    return 0;
}
