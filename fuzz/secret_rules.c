/* Files of rules for secrets: the first byte says of which kind. */
#include <stdint.h>
#include <stdlib.h>

#include "secret/rules_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secret_ruleset *set;
    struct pl_err err = {0};
    if (size == 0 || secret_ruleset_new(&set, &err) < 0)
        return 0;
    struct secret_notes notes = {.arena = &set->arena};
    struct str text = str_make((const char *)data + 1, size - 1);
    if (secret_rules_add(set, data[0] & 1 ? "a.yaml" : "a.toml", text, &notes, &err) < 0 &&
        !err.message[0])
        abort();
    for (size_t i = 0; i < set->rules.count; i++)
        if (!set->rules.items[i]->id)
            abort();
    VEC_FREE(&notes.items);
    secret_ruleset_free(set);
    return 0;
}
