/* Cargo crates: SemVer 2.0.0, strictly three numbers. Build metadata has no weight in Cargo's
 * choice of versions; the semver crate's own Ord, which breaks ties by it, is no part of SemVer. */
#include "base/i18n.h"
#include "version/semver_parts.h"
#include "version/version.h"

static int cargo_compare(struct str a, struct str b)
{
    struct semver_parts left = semver_split(a), right = semver_split(b);
    return semver_compare_parts(&left, &right);
}

static bool cargo_valid(struct str text)
{
    struct semver_parts parts = semver_split(text);
    struct str rest = parts.numbers, number;
    uint64_t value;
    while (str_cut(&rest, '.', &number))
        if (!str_to_u64(number, &value))
            return false;
    return semver_is_strict(text, SEMVER_NUMBERS_3);
}

const struct version_scheme version_scheme_cargo = {
    .name = "cargo",
    .help = N_("Rust crates (SemVer 2.0.0, The Cargo Book)"),
    .compare = cargo_compare,
    .valid = cargo_valid,
};
