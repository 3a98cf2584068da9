/* Looks 10,000 packages up in a database and reads all their statements: bench-lookup DATABASE
 * NAMESPACE NAME... prints the best pass, the first pass (both in ms), the statements read and the
 * ms of opening. The names are asked for in turn until there are 10,000. */
#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "vulndb/vulndb.h"

enum { LOOKUPS = 10000, PASSES = 5 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

/* Milliseconds that it took. */
static double look_up_all(const struct vulndb *db, int count, char **words,
                          unsigned long *ret_statements)
{
    double start = now();
    *ret_statements = 0;
    for (int i = 0; i < LOOKUPS; i++) {
        struct vulndb_cursor cursor;
        struct vulndb_statement statement;
        if (!vulndb_lookup(db, str_of(words[2]), str_of(words[3 + i % (count - 3)]), &cursor))
            continue;
        while (vulndb_next(&cursor, &statement))
            (*ret_statements)++;
        vulndb_cursor_free(&cursor);
    }
    return now() - start;
}

int main(int count, char **words)
{
    struct vulndb *db;
    struct pl_err err;
    if (count < 4) {
        fprintf(stderr, "usage: bench-lookup DATABASE NAMESPACE NAME...\n");
        return 2;
    }
    double opened = now();
    if (vulndb_open(words[1], &db, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    opened = now() - opened;
    unsigned long statements = 0;
    double best = 1e9, first = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        double took = look_up_all(db, count, words, &statements);
        first = pass ? first : took;
        best = took < best ? took : best;
    }
    printf("%.3f %.3f %lu %.3f\n", best, first, statements, opened);
    vulndb_close(db);
    return 0;
}
