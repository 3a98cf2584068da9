/* NuGet packages: SemVer 2.0.0 with one to four numbers, a missing one is zero; pre-releases are
 * compared without regard to case; build metadata has no weight (NuGet's "Package versioning"). */
#include "base/i18n.h"
#include "version/semver_parts.h"
#include "version/version.h"

static int nuget_compare(struct str a, struct str b)
{
    struct semver_parts left = semver_split(str_trim(a)), right = semver_split(str_trim(b));
    int order = semver_compare_numbers(left.numbers, right.numbers);
    if (order)
        return order;
    if (left.has_prerelease != right.has_prerelease)
        return left.has_prerelease ? -1 : 1;
    return semver_compare_identifiers(left.prerelease, right.prerelease, true);
}

static bool nuget_valid(struct str text)
{
    text = str_trim(text);
    struct semver_parts parts = semver_split(text);
    return semver_count_numbers(parts.numbers) <= 4 &&
           semver_is_strict(text, SEMVER_ANY_NUMBERS | SEMVER_ZEROS);
}

const struct version_scheme version_scheme_nuget = {
    .name = "nuget",
    .help = N_("NuGet packages (SemVer 2.0.0 with a fourth number, NuGet.Versioning)"),
    .compare = nuget_compare,
    .valid = nuget_valid,
};
