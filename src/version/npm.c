/* npm packages: SemVer 2.0.0 with blanks, "=" and 'v' in front, as node-semver 7 reads them
 * loosely.
 *
 * A pre-release may stand behind the numbers without '-' ("1.2.3beta"). Fewer than three numbers
 * are invalid but ordered, each missing one as zero. Numbers have no upper bound here. */
#include "base/i18n.h"
#include "version/semver_parts.h"
#include "version/version.h"

static int npm_compare(struct str a, struct str b)
{
    struct semver_parts left = semver_split(semver_skip_prefix(a));
    struct semver_parts right = semver_split(semver_skip_prefix(b));
    return semver_compare_parts(&left, &right);
}

static bool npm_valid(struct str text)
{
    return semver_is_strict(semver_skip_prefix(text), SEMVER_NUMBERS_3);
}

const struct version_scheme version_scheme_npm = {
    .name = "npm",
    .help = N_("npm packages (SemVer 2.0.0 as node-semver 7 reads it)"),
    .compare = npm_compare,
    .valid = npm_valid,
};
