#include "app/licenses.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "license/names.h"

/* Packages of one distribution say the same over and over. */
struct known {
    uint64_t hash; /* 0: free */
    struct str *licenses;
    size_t count;
};

enum { KNOWN_SIZE = 1 << 14 }; /* past half of it nothing more is remembered */

static uint64_t hash_of(const struct package *package)
{
    uint64_t hash = (uint64_t)package->type + 1;
    for (size_t i = 0; i < package->license_count; i++)
        hash = hash_with(hash, hash_str(package->licenses[i]));
    return hash | 1;
}

void licenses_normalize(struct report *report, bool sbom)
{
    struct known *table = mem_zalloc(KNOWN_SIZE, sizeof(*table));
    size_t used = 0;
    for (size_t i = 0; i < report->packages.count; i++) {
        struct package *package = &report->packages.items[i];
        if (package->license_count == 0)
            continue;
        uint64_t hash = hash_of(package);
        size_t at = hash % KNOWN_SIZE;
        while (table[at].hash && table[at].hash != hash)
            at = (at + 1) % KNOWN_SIZE;
        struct known known = table[at];
        if (!known.hash) {
            bool choice = !sbom && license_list_is_choice(package->type);
            known.hash = hash;
            license_normalize_list(&report->arena, package->licenses, package->license_count,
                                   package->type, choice, &known.licenses, &known.count);
            if (used < KNOWN_SIZE / 2) {
                used++;
                table[at] = known;
            }
        }
        package->licenses = known.licenses;
        package->license_count = known.count;
    }
    free(table);
}
