/* Package URLs: https://github.com/package-url/purl-spec. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/os.h"
#include "model/package.h"

/* The package's canonical purl, in the arena. Without a known system it has no namespace and no
 * distro. Decisions: an rpm's epoch is a qualifier (and left out when it is 0), a deb's stays in
 * the version; the source package stands in `upstream` as name or name@version where it differs
 * from the package. */
struct str purl_of(struct arena *arena, const struct package *package, const struct os_info *os);

/* A purl, taken apart: https://github.com/package-url/purl-spec, "How to parse". Everything is
 * decoded; views are in the arena. */
struct purl {
    struct str type;       /* lower case */
    struct str name_space; /* parts apart by '/'; empty: none */
    struct str name;
    struct str version;    /* empty: none */
    struct str qualifiers; /* as written: "arch=amd64&distro=debian-12"; empty: none */
    struct str subpath;
};
/* PL_E_FORMAT, with the place, when it is none. */
int purl_parse(struct arena *arena, struct str text, struct purl *ret_purl, struct pl_err *err);
/* The qualifier's decoded value (in the arena); empty: there is none. */
struct str purl_qualifier(struct arena *arena, const struct purl *purl, const char *key);
/* The package that it names: type, name as the ecosystem's registry writes it ("@scope/name",
 * "group:artifact"), version with an rpm's epoch, arch, source_name and source_version (of
 * `upstream`), module, qualifiers. False when the type is none of ours: the package is then of type
 * generic. */
bool purl_package(struct arena *arena, const struct purl *purl, struct package *ret_package);
