/* Semantic Versioning 2.0.0, section 11: numbers by value, a pre-release before its release, build
 * metadata without weight.
 *
 * Lenient where feeds are: a leading 'v', one or two numbers ("1.2" is "1.2.0"), more than three.
 * What follows the numbers and is no pre-release or build is ordered as a pre-release by its text.
 */
#include "base/i18n.h"
#include "version/semver_parts.h"
#include "version/version.h"

static struct semver_parts semver_read(struct str text)
{
    if (text.len && (text.data[0] == 'v' || text.data[0] == 'V'))
        text = str_from(text, 1);
    return semver_split(text);
}

static int semver_compare(struct str a, struct str b)
{
    struct semver_parts left = semver_read(a), right = semver_read(b);
    return semver_compare_parts(&left, &right);
}

const struct version_scheme version_scheme_semver = {
    .name = "semver",
    .help = N_("semantic versions (SemVer 2.0.0)"),
    .compare = semver_compare,
};
