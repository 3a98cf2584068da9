#include "model/ecosystem.h"

/* Sources: purl-spec PURL-TYPES; OSV schema, "Defined ecosystems". Types that neither names are
 * written as generic purls. */
static const struct ecosystem table[PACKAGE_TYPE_COUNT] = {
    [PACKAGE_DEB] = {"deb", "deb", NULL, "deb", NAME_AS_IT_IS, NAME_LOWER, false, true},
    [PACKAGE_APK] = {"apk", "apk", NULL, "apk", NAME_AS_IT_IS, NAME_LOWER, false, true},
    [PACKAGE_RPM] = {"rpm", "rpm", NULL, "rpm", NAME_AS_IT_IS, NAME_AS_IT_IS, false, true},
    [PACKAGE_ALPM] = {"alpm", "alpm", NULL, "alpm", NAME_AS_IT_IS, NAME_LOWER, false, true},
    [PACKAGE_OPKG] = {"opkg", "opkg", NULL, "deb", NAME_AS_IT_IS, NAME_AS_IT_IS, false, true},
    [PACKAGE_EBUILD] = {"ebuild", "ebuild", NULL, NULL, NAME_AS_IT_IS, NAME_AS_IT_IS, false, true},
    [PACKAGE_BITNAMI] = {"bitnami", "bitnami", "Bitnami", "generic", NAME_LOWER, NAME_LOWER, false,
                         false},
    [PACKAGE_BREW] = {"brew", "brew", NULL, "generic", NAME_AS_IT_IS, NAME_AS_IT_IS, false, false},
    [PACKAGE_CARGO] = {"cargo", "cargo", "crates.io", "cargo", NAME_AS_IT_IS, NAME_AS_IT_IS, false,
                       false},
    [PACKAGE_COCOAPODS] = {"cocoapods", "cocoapods", NULL, "gem", NAME_AS_IT_IS, NAME_AS_IT_IS,
                           false},
    [PACKAGE_COMPOSER] = {"composer", "composer", "Packagist", "composer", NAME_LOWER, NAME_LOWER,
                          false},
    [PACKAGE_CONAN] = {"conan", "conan", "ConanCenter", "semver", NAME_LOWER, NAME_AS_IT_IS, true,
                       false},
    [PACKAGE_CONDA] = {"conda", "conda", NULL, "pypi", NAME_LOWER, NAME_AS_IT_IS, false, false},
    [PACKAGE_CPAN] = {"cpan", "cpan", "CPAN", "generic", NAME_AS_IT_IS, NAME_AS_IT_IS, true, false},
    [PACKAGE_CRAN] = {"cran", "cran", "CRAN", "generic", NAME_AS_IT_IS, NAME_AS_IT_IS, false,
                      false},
    [PACKAGE_GEM] = {"gem", "gem", "RubyGems", "gem", NAME_AS_IT_IS, NAME_AS_IT_IS, false, false},
    [PACKAGE_GENERIC] = {"generic", "generic", NULL, "generic", NAME_LOWER, NAME_AS_IT_IS, false,
                         false},
    [PACKAGE_GITHUB_ACTION] = {"githubactions", "github", "GitHub Actions", "semver", NAME_AS_IT_IS,
                               NAME_LOWER, false, false},
    [PACKAGE_GOLANG] = {"golang", "golang", "Go", "golang", NAME_AS_IT_IS, NAME_LOWER, false,
                        false},
    [PACKAGE_HACKAGE] = {"hackage", "hackage", "Hackage", "generic", NAME_AS_IT_IS, NAME_AS_IT_IS,
                         false},
    [PACKAGE_HEX] = {"hex", "hex", "Hex", "hex", NAME_LOWER, NAME_LOWER, false, false},
    [PACKAGE_JULIA] = {"julia", "julia", "Julia", "semver", NAME_AS_IT_IS, NAME_AS_IT_IS, false,
                       false},
    [PACKAGE_LUAROCKS] = {"luarocks", "luarocks", NULL, "generic", NAME_LOWER, NAME_LOWER, false,
                          false},
    [PACKAGE_MAVEN] = {"maven", "maven", "Maven", "maven", NAME_AS_IT_IS, NAME_AS_IT_IS, false,
                       false},
    [PACKAGE_NIX] = {"nix", "nix", NULL, "generic", NAME_AS_IT_IS, NAME_AS_IT_IS, false, false},
    [PACKAGE_NPM] = {"npm", "npm", "npm", "npm", NAME_AS_IT_IS, NAME_LOWER, false, false},
    [PACKAGE_NUGET] = {"nuget", "nuget", "NuGet", "nuget", NAME_LOWER, NAME_AS_IT_IS, false, false},
    [PACKAGE_OPAM] = {"opam", "opam", "opam", "deb", NAME_AS_IT_IS, NAME_AS_IT_IS, true, false},
    [PACKAGE_OTP] = {"otp", "otp", NULL, "generic", NAME_AS_IT_IS, NAME_LOWER, false, false},
    [PACKAGE_PEAR] = {"pear", "pear", NULL, "composer", NAME_LOWER, NAME_AS_IT_IS, false, false},
    [PACKAGE_PUB] = {"pub", "pub", "Pub", "pub", NAME_LOWER, NAME_LOWER, false, false},
    [PACKAGE_PYPI] = {"pypi", "pypi", "PyPI", "pypi", NAME_PYTHON, NAME_DASH, false, false},
    [PACKAGE_SNAP] = {"snap", "generic", NULL, NULL, NAME_AS_IT_IS, NAME_AS_IT_IS, false, false},
    [PACKAGE_SWIFT] = {"swift", "swift", "SwiftURL", "semver", NAME_AS_IT_IS, NAME_AS_IT_IS, false,
                       false},
    [PACKAGE_TERRAFORM] = {"terraform", "terraform", NULL, "semver", NAME_LOWER, NAME_LOWER, false,
                           false},
    [PACKAGE_VCPKG] = {"vcpkg", "vcpkg", NULL, "generic", NAME_AS_IT_IS, NAME_AS_IT_IS, false,
                       false},
    [PACKAGE_WORDPRESS_PLUGIN] = {"wordpress-plugin", "wordpress", NULL, "generic", NAME_LOWER,
                                  NAME_LOWER, false, false},
};

const struct ecosystem *ecosystem_of(enum package_type type)
{
    return &table[type];
}

const struct ecosystem *ecosystem_find(struct str osv)
{
    osv = str_first(osv, str_index(osv, ':'));
    for (size_t i = 0; i < PACKAGE_TYPE_COUNT; i++)
        if (table[i].osv && str_is(osv, table[i].osv))
            return &table[i];
    return NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

struct str ecosystem_name(struct arena *arena, enum name_rule rule, struct str name)
{
    if (rule == NAME_AS_IT_IS)
        return name;
    char *out = arena_alloc(arena, name.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool dash = (rule == NAME_PYTHON && (c == '-' || c == '_' || c == '.')) ||
                    (rule == NAME_DASH && c == '_');
        if (dash && rule == NAME_PYTHON && len && out[len - 1] == '-')
            continue;
        out[len++] = dash ? '-' : lower(c);
    }
    out[len] = 0;
    return str_make(out, len);
}
