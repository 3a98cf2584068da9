/* A package: what a cataloger found in a tree of files. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* Who manages the package: the contract's "type", mostly the purl type of
 * https://github.com/package-url/purl-spec, PURL-TYPES. model/ecosystem.h says what follows from
 * it.
 */
enum package_type {
    PACKAGE_DEB,
    PACKAGE_APK,
    PACKAGE_RPM,
    PACKAGE_ALPM,
    PACKAGE_BITNAMI,
    PACKAGE_BREW,
    PACKAGE_CARGO,
    PACKAGE_COCOAPODS,
    PACKAGE_COMPOSER,
    PACKAGE_CONAN,
    PACKAGE_CONDA,
    PACKAGE_CPAN,
    PACKAGE_CRAN,
    PACKAGE_EBUILD,
    PACKAGE_GEM,
    PACKAGE_GENERIC, /* a program that no manager installed */
    PACKAGE_GITHUB_ACTION,
    PACKAGE_GOLANG,
    PACKAGE_HACKAGE,
    PACKAGE_HEX,
    PACKAGE_JULIA,
    PACKAGE_LUAROCKS,
    PACKAGE_MAVEN,
    PACKAGE_NIX,
    PACKAGE_NPM,
    PACKAGE_NUGET,
    PACKAGE_OPAM,
    PACKAGE_OPKG,
    PACKAGE_OTP,
    PACKAGE_PEAR,
    PACKAGE_PUB,
    PACKAGE_PYPI,
    PACKAGE_SNAP,
    PACKAGE_SWIFT,
    PACKAGE_TERRAFORM,
    PACKAGE_VCPKG,
    PACKAGE_WORDPRESS_PLUGIN,
    PACKAGE_TYPE_COUNT
};
const char *package_type_name(enum package_type type);

/* How a file tells of the package: the better evidence first. */
enum package_origin {
    PACKAGE_INSTALLED, /* it is there */
    PACKAGE_VENDORED,  /* a copy of it is inside another package or program */
    PACKAGE_LOCKED,    /* a lock file names it with its exact version */
    PACKAGE_DECLARED,  /* a manifest asks for it */
    PACKAGE_ORIGIN_COUNT
};
const char *package_origin_name(enum package_origin origin);

#define LAYER_NONE UINT32_MAX

#define OWNER_NONE SIZE_MAX

struct package {
    enum package_type type;
    enum package_origin origin;
    bool unordered;   /* the version has no place in the order of releases: not to be matched */
    bool development; /* only for developing or testing, as its lock file says */
    struct str name; /* as the ecosystem's registry writes it: "@scope/name" (npm), "group:artifact"
                        (Maven), module path (Go), "vendor/name" (Composer) */
    struct str version;        /* as its manager prints it: [epoch:]version[-revision] */
    struct str arch;           /* empty: none */
    struct str source_name;    /* empty: none is known */
    struct str source_version; /* with epoch where the manager keeps it */
    struct str *cpes;          /* of GENERIC ones: "vendor:product" */
    size_t cpe_count;
    /* Further qualifiers of the purl, written as it has them and in its order:
     * "repository_url=…&subpath=…"; empty: none. */
    struct str qualifiers;
    struct str module; /* rpm: modularity label "name:stream:…", empty: none */
    struct str vendor;
    /* SPDX expressions (SPDX 2.3, annex D) where the metadata's words are understood, else as the
     * metadata writes them: license/expression.h tells which. */
    struct str *licenses;
    size_t license_count;
    /* "sha256:<hex>" and so on of what was installed or is to be fetched (a jar, an archive of the
     * registry), as the file that tells of the package says. */
    struct str *hashes;
    size_t hash_count;
    /* From catalogers, when details are asked for: the packages that it needs, and under which
     * other names it is needed itself, as their manager writes them: a name, or "name\tversion"
     * where one version is meant; "a|b" where either does. app/depends.c finds them. */
    struct str *needs, *provides;
    size_t need_count, provide_count;
    size_t need_room; /* of needs; 0: what is there */
    size_t *depends;  /* indices of the packages that it asks for and that are there, ascending */
    size_t depend_count;
    struct str *paths; /* the files that tell of it, without a leading '/' */
    size_t path_count;
    uint32_t layer;        /* index of the layer that brought it, or LAYER_NONE */
    uint32_t file_layer;   /* the uppermost that wrote one of its files; LAYER_NONE: no layers */
    const char *cataloger; /* name, lives for ever */
    struct str purl;       /* filled when the operating system is known */
    struct str inner;      /* from a cataloger: where inside the file ("BOOT-INF/lib/a.jar"); empty:
                              the file itself */
    struct str sha1;       /* of a jar that does not say what it is: 40 hex digits; else empty */
    size_t owner; /* index of the system's package that all its paths belong to, or OWNER_NONE */
    int in_use;   /* 1, 0, or -1: not known */
};

/* The package's CPE for its cpes[index], as a formatted string: NISTIR 7695, 6.2. */
struct str package_cpe(struct arena *arena, const struct package *package, size_t index);

/* type, name, version, digest, first path, arch: the order of reports. */
int package_compare(const struct package *a, const struct package *b);
