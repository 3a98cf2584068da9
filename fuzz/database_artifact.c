/* The statement of a database in a registry (first byte 0), a database's entries (1), and deltas.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/db_statement.h"
#include "io/patch.h"
#include "vulndb/transport.h"
#include "vulndb/vulndb.h"

static void read_statement(struct str bytes)
{
    struct arena arena = {0};
    struct database_statement statement;
    uint64_t way;
    if (statement_read(bytes, NULL, 0, &arena, &statement, NULL) == 0)
        statement_way(&statement, statement.form.digest, &way);
    arena_free(&arena);
}

static void read_entries(struct str bytes)
{
    char path[] = "/tmp/plimsoll-fuzz.XXXXXX";
    struct vulndb *db = NULL;
    int fd = mkstemp(path);
    if (fd < 0)
        abort();
    close(fd);
    if (transport_read(bytes, path, NULL) == 0 && vulndb_open_file(path, &db, NULL) == 0)
        vulndb_verify(db, NULL);
    vulndb_close(db);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_MAPPED out = MAPPED_NONE;
    struct str bytes = str_make((const char *)data, size);
    if (size == 0)
        return 0;
    if (data[0] == 0)
        read_statement(str_from(bytes, 1));
    else if (data[0] == 1)
        read_entries(str_from(bytes, 1));
    else
        patch_apply(str_make((const char *)data, data[0] < size ? data[0] : 0), str_from(bytes, 1),
                    (uint64_t)data[0] << 4, &out, NULL);
    return 0;
}
