/* Hex packages (Elixir, Erlang): SemVer 2.0.0 as Elixir's Version module compares it. */
#include "base/i18n.h"
#include "version/semver_parts.h"
#include "version/version.h"

static int hex_compare(struct str a, struct str b)
{
    struct semver_parts left = semver_split(a), right = semver_split(b);
    return semver_compare_parts(&left, &right);
}

static bool hex_valid(struct str text)
{
    return semver_is_strict(text, SEMVER_NUMBERS_3);
}

const struct version_scheme version_scheme_hex = {
    .name = "hex",
    .help = N_("Elixir and Erlang packages (SemVer 2.0.0, Elixir's Version)"),
    .compare = hex_compare,
    .valid = hex_valid,
};
