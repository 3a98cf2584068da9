/* TOML: a document that is read as a whole has no problem when it is read table by table. */
#include <stdint.h>
#include <stdlib.h>

#include "io/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct taken {
    size_t tables, problems;
};

static int take(void *context, const json_t *table, const struct pl_err *problem)
{
    struct taken *taken = context;
    if (!table == !problem || (problem && !problem->message[0]))
        abort();
    taken->tables += table != NULL;
    taken->problems += problem != NULL;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_make((const char *)data, size);
    struct taken taken = {0};
    struct pl_err err = {0};
    AUTO_JSON *root = NULL;
    int r = toml_document(text, &root, &err);
    if ((r < 0) == (root != NULL) || (r < 0 && !err.message[0]))
        abort();
    if (toml_each_table(text, "package", take, &taken) != 0 || (r == 0 && taken.problems))
        abort();
    size_t index, tables = 0;
    json_t *table;
    json_array_foreach(json_list(root, "package"), index, table) tables += json_is_object(table);
    if (r == 0 && tables != taken.tables)
        abort();
    return 0;
}
