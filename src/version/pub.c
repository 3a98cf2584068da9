/* Dart and Flutter packages, as pub_semver orders them: SemVer 2.0.0, except that build metadata
 * takes part, behind the same version without any, and that numbers may begin with zeros. */
#include "base/i18n.h"
#include "version/semver_parts.h"
#include "version/version.h"

static struct semver_parts pub_read(struct str text)
{
    if (text.len && text.data[0] == 'v')
        text = str_from(text, 1);
    return semver_split(text);
}

static int pub_compare(struct str a, struct str b)
{
    struct semver_parts left = pub_read(a), right = pub_read(b);
    int order = semver_compare_parts(&left, &right);
    if (order)
        return order;
    if (left.has_build != right.has_build)
        return left.has_build ? 1 : -1;
    return semver_compare_identifiers(left.build, right.build, false);
}

static bool pub_valid(struct str text)
{
    return semver_is_strict(text, SEMVER_ZEROS);
}

const struct version_scheme version_scheme_pub = {
    .name = "pub",
    .help = N_("Dart packages (SemVer 2.0.0 with ordered builds, pub_semver)"),
    .compare = pub_compare,
    .valid = pub_valid,
};
