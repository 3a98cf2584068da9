#include "model/purl.h"

#include "../test.h"
#include "model/ecosystem.h"

static struct arena arena;

/* A purl that plimsoll writes names the package that it was written of. */
static void names_its_package(const struct package *package, const struct os_info *os)
{
    struct purl purl;
    struct package back;
    struct pl_err err;
    struct str text = purl_of(&arena, package, os);
    if (purl_parse(&arena, text, &purl, &err) < 0) {
        FAIL("%.*s: %s", STR_ARG(text), err.message);
        return;
    }
    if (!purl_package(&arena, &purl, &back) || back.type != package->type)
        FAIL("%.*s is of type %s", STR_ARG(text), package_type_name(back.type));
    enum name_rule rule =
        ecosystem_of(package->type)->system ? NAME_AS_IT_IS : ecosystem_of(package->type)->in_purl;
    struct str name = ecosystem_name(&arena, rule, package->name);
    const struct {
        const char *what;
        struct str got, want;
    } cases[] = {
        {"name", back.name, name},
        {"version", back.version, package->version},
        {"arch", back.arch, package->arch},
        {"source", back.source_name, package->source_name},
        {"source version", back.source_version, package->source_version},
        {"module", back.module, package->module},
        {"qualifiers", back.qualifiers, package->qualifiers},
        {"purl", purl_of(&arena, &back, os), text},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (!str_equal(cases[i].got, cases[i].want))
            FAIL("%.*s: %s is %.*s, not %.*s", STR_ARG(text), cases[i].what, STR_ARG(cases[i].got),
                 STR_ARG(cases[i].want));
}

static void test_every_type(void)
{
    static const struct {
        enum package_type type;
        const char *name;
    } names[] = {
        {PACKAGE_COMPOSER, "symfony/http-kernel"},
        {PACKAGE_EBUILD, "dev-lang/python"},
        {PACKAGE_GITHUB_ACTION, "actions/checkout"},
        {PACKAGE_GOLANG, "github.com/BurntSushi/toml/v2"},
        {PACKAGE_MAVEN, "org.apache.logging.log4j:log4j-core"},
        {PACKAGE_NPM, "@babel/core"},
        {PACKAGE_PYPI, "Typing_Extensions"},
        {PACKAGE_SWIFT, "github.com/apple/swift-nio"},
        {PACKAGE_COCOAPODS, "GoogleUtilities/NSData+zlib"},
        {PACKAGE_CPAN, "Moose"},
        {PACKAGE_TERRAFORM, "hashicorp/aws"},
    };
    struct os_info os = {.id = STR("debian"), .version = STR("12")};
    for (int type = 0; type < PACKAGE_TYPE_COUNT; type++) {
        if (type == PACKAGE_SNAP)
            continue; /* has no purl type: it is written as a generic one */
        struct package package = {
            .type = (enum package_type)type,
            .name = STR("lib+x~y"),
            .version = STR("1.2-3+b4~rc1 %@/?#&=x"),
        };
        if (ecosystem_of(package.type)->system) {
            package.source_name = package.name;
            package.source_version = package.version;
        }
        names_its_package(&package, &os);
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if (names[i].type == package.type) {
                package.name = str_of(names[i].name);
                if (package.source_name.len)
                    package.source_name = package.name;
                names_its_package(&package, &os);
            }
        if (package.type != PACKAGE_GEM)
            package.arch = STR("x86_64");
        package.qualifiers =
            ecosystem_of(package.type)->system ? STR_NONE : STR("channel=a%20b&platform=x-y");
        names_its_package(&package, &os);
    }
}

static void test_sources(void)
{
    struct os_info os = {.id = STR("rhel"), .version = STR("9.2")};
    struct package rpm = {.type = PACKAGE_RPM,
                          .name = STR("bash"),
                          .version = STR("1:5.1.8-6.el9"),
                          .arch = STR("x86_64"),
                          .source_name = STR("bash"),
                          .source_version = STR("5.1.8-6.el9"),
                          .module = STR("nodejs:18:9020:rhel9")};
    names_its_package(&rpm, &os);
    rpm.source_name = STR("bash-src");
    names_its_package(&rpm, &os);
    rpm.source_version = STR("5.0-1.el9");
    names_its_package(&rpm, &os);
    struct package deb = {.type = PACKAGE_DEB,
                          .name = STR("libc6"),
                          .version = STR("1:2.36-9+deb12u4"),
                          .source_name = STR("glibc"),
                          .source_version = STR("2.36-9")};
    names_its_package(&deb, &os);
}

static void test_dialects(void)
{
    static const struct {
        const char *text, *name, *version, *source, *source_version;
        enum package_type type;
    } cases[] = {
        {"pkg:deb/debian/libc6@2.31-13?arch=amd64&distro=debian-11.1&epoch=1", "libc6", "1:2.31-13",
         "libc6", "1:2.31-13", PACKAGE_DEB},
        {"pkg:deb/debian/libc6@2.36-9?upstream=glibc%402.36-8", "libc6", "2.36-9", "glibc",
         "2.36-8", PACKAGE_DEB},
        {"pkg:deb/debian/libc6@2.36-9?upstream=glibc", "libc6", "2.36-9", "glibc", "2.36-9",
         PACKAGE_DEB},
        {"pkg:rpm/redhat/bash@5.1.8-6.el9_1?arch=x86_64&upstream=bash-5.1.8-6.el9_1.src.rpm",
         "bash", "5.1.8-6.el9_1", "bash", "5.1.8-6.el9_1", PACKAGE_RPM},
        {"pkg:rpm/redhat/vim@8.2-1?epoch=2", "vim", "2:8.2-1", "vim", "8.2-1", PACKAGE_RPM},
        {"pkg:rpm/redhat/vim@8.2-1?epoch=0", "vim", "8.2-1", "vim", "8.2-1", PACKAGE_RPM},
        {"pkg:npm/@scope/name", "@scope/name", "", "", "", PACKAGE_NPM},
        {"pkg:npm/@scope/name@1.0.0", "@scope/name", "1.0.0", "", "", PACKAGE_NPM},
        {"pkg:npm/%40scope/name@1.0.0?a=b#c/d", "@scope/name", "1.0.0", "", "", PACKAGE_NPM},
        {"PKG:npm/x", NULL, NULL, NULL, NULL, PACKAGE_NPM},
        {"pkg://Npm//x@1", "x", "1", "", "", PACKAGE_NPM},
        {"pkg:golang/google.golang.org/genproto@v0.1.0#googleapis/api",
         "google.golang.org/genproto", "v0.1.0", "", "", PACKAGE_GOLANG},
        {"pkg:cpan/DROLSKY/DateTime@1.55", "DateTime", "1.55", "", "", PACKAGE_CPAN},
        {"pkg:npm", NULL, NULL, NULL, NULL, PACKAGE_NPM},
        {"pkg:npm/", NULL, NULL, NULL, NULL, PACKAGE_NPM},
        {"pkg:npm/@1", "@1", "", "", "", PACKAGE_NPM},
        {"pkg:n pm/x", NULL, NULL, NULL, NULL, PACKAGE_NPM},
        {"pkg:npm/x%4", NULL, NULL, NULL, NULL, PACKAGE_NPM},
        {"pkg:npm/x%zz", NULL, NULL, NULL, NULL, PACKAGE_NPM},
        {"pkg:npm/x%00", NULL, NULL, NULL, NULL, PACKAGE_NPM},
        {"", NULL, NULL, NULL, NULL, PACKAGE_NPM},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct purl purl;
        struct package package;
        struct pl_err err;
        int r = purl_parse(&arena, str_of(cases[i].text), &purl, &err);
        if ((r == 0) != (cases[i].name != NULL))
            FAIL("%s: %d", cases[i].text, r);
        if (r < 0 || !cases[i].name)
            continue;
        CHECK(purl_package(&arena, &purl, &package));
        CHECK_INT(package.type, cases[i].type);
        CHECK_STR(package.name, cases[i].name);
        CHECK_STR(package.version, cases[i].version);
        CHECK_STR(package.source_name, cases[i].source);
        CHECK_STR(package.source_version, cases[i].source_version);
    }
}

static void test_unknown_type(void)
{
    struct purl purl;
    struct package package;
    struct pl_err err;
    CHECK_INT(purl_parse(&arena, STR("pkg:nothing/a/b@1?x=y"), &purl, &err), 0);
    CHECK(!purl_package(&arena, &purl, &package));
    CHECK_INT(package.type, PACKAGE_GENERIC);
    CHECK_STR(package.name, "a/b");
    CHECK_STR(purl_qualifier(&arena, &purl, "x"), "y");
    CHECK_STR(purl_qualifier(&arena, &purl, "z"), "");
}

int main(void)
{
    RUN(test_every_type);
    RUN(test_sources);
    RUN(test_dialects);
    RUN(test_unknown_type);
    arena_free(&arena);
    return test_end();
}
