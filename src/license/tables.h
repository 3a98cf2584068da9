/* The generated tables of data/licenses (tools/gen_license_table.py). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum license_group {
    LICENSE_GROUP_NONE,
    LICENSE_PERMISSIVE,
    LICENSE_WEAK_COPYLEFT,
    LICENSE_COPYLEFT,
    LICENSE_NETWORK_COPYLEFT,
    LICENSE_GROUP_COUNT
};

struct license_entry {
    const char *id, *name;
    const char *successor; /* of a deprecated id; empty: none, it stays as it is */
    enum license_group group;
    bool deprecated;
    /* Its text: runs of words in it, and the smallest hashes of them, ascending. */
    unsigned runs, hash_count;
    const uint32_t *hashes;
};
/* By id, without regard to case. */
extern const struct license_entry license_entries[];
extern const size_t license_entry_count;
/* By name, without regard to case. */
extern const char *const license_exceptions[];
extern const size_t license_exception_count;

/* What metadata write besides ids. */
struct license_name {
    const char *name, *expression;
    const char *type; /* of package; NULL: all */
};
extern const struct license_name license_names[], license_exception_names[];
extern const size_t license_name_count, license_exception_name_count;
